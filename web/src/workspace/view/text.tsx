import type { ReactNode } from 'react'
import type { Entity } from '../../api/wire.ts'
import { linkify, linkTo } from '../../shared/link.ts'
import { type Piece, piecesOf } from '../state/entity.ts'

/** A text with its links; they open beside the workspace and are told nothing of it. */
export function Text({ text }: { text: string }) {
  const seen = new Map<string, number>()
  return linkify(text).map(({ text: words, href, host }) => {
    const times = seen.get(words) ?? 0
    seen.set(words, times + 1)
    if (!href) return words
    return (
      <Outward key={`${words}${times}`} href={href} host={host}>
        {words}
      </Outward>
    )
  })
}

function Outward({ href, host, children }: { href: string; host: string | undefined; children: ReactNode }) {
  return (
    <a className="inline" href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {host && <span className="faint"> ({host})</span>}
    </a>
  )
}

/** A text with its links and marks, as elements: nothing that was written becomes markup. */
export function MarkedText({ text, marks }: { text: string; marks: readonly Entity[] }) {
  if (marks.length === 0) return <Text text={text} />
  return <Pieces pieces={piecesOf(text, marks)} plain={false} />
}

// plain pieces lie in a link or in code, where no other link is made.
function Pieces({ pieces, plain }: { pieces: readonly Piece[]; plain: boolean }) {
  return pieces.map((piece) => {
    if (!('mark' in piece)) return plain ? piece.words : <Text key={piece.key} text={piece.words} />
    const { mark, pieces: inner, key } = piece
    return (
      <Marked key={key} mark={mark} words={wordsOf(inner)} plain={plain}>
        <Pieces pieces={inner} plain={plain || mark.kind === 'link' || mark.kind === 'code' || mark.kind === 'pre'} />
      </Marked>
    )
  })
}

const elements = { bold: 'strong', italic: 'em', underline: 'u', strike: 's', code: 'code' } as const

function Marked(props: { mark: Entity; words: string; plain: boolean; children: ReactNode }) {
  const { mark, words, plain, children } = props
  switch (mark.kind) {
    case 'link': {
      const link = plain ? undefined : linkTo(words, mark.url ?? '')
      return link ? (
        <Outward href={link.href} host={link.host}>
          {children}
        </Outward>
      ) : (
        children
      )
    }
    case 'pre':
      return (
        <span className="pre">
          <code>{children}</code>
        </span>
      )
    case 'quote':
      return <span className="quote">{children}</span>
    case 'spoiler':
      return <span className="spoiler">{children}</span>
    default: {
      const Element = elements[mark.kind]
      return <Element>{children}</Element>
    }
  }
}

const wordsOf = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => ('mark' in piece ? wordsOf(piece.pieces) : piece.words)).join('')
