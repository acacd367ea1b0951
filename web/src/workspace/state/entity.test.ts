import { describe, expect, test } from 'vitest'
import type { Entity } from '../../api/wire.ts'
import { chance } from '../sample/hub.ts'
import { type Piece, piecesOf } from './entity.ts'

const mark = (kind: Entity['kind'], offset: number, length: number): Entity => ({ kind, offset, length })

// shape writes pieces as <kind>…</kind>.
const shape = (pieces: readonly Piece[]): string =>
  pieces.map((p) => ('mark' in p ? `<${p.mark.kind}>${shape(p.pieces)}</${p.mark.kind}>` : p.words)).join('')
const words = (pieces: readonly Piece[]): string =>
  pieces.map((p) => ('mark' in p ? words(p.pieces) : p.words)).join('')

describe('a marked text', () => {
  test.each<[string, string, Entity[], string]>([
    ['without marks', 'plain', [], 'plain'],
    ['with one', 'a bold word', [mark('bold', 2, 4)], 'a <bold>bold</bold> word'],
    ['with one over all', 'all', [mark('code', 0, 3)], '<code>all</code>'],
    [
      'with two beside each other',
      'abcd',
      [mark('bold', 0, 2), mark('italic', 2, 2)],
      '<bold>ab</bold><italic>cd</italic>',
    ],
    ['with one in another', 'abcd', [mark('bold', 0, 4), mark('italic', 1, 2)], '<bold>a<italic>bc</italic>d</bold>'],
    [
      'with the inner one named first',
      'abcd',
      [mark('italic', 1, 2), mark('bold', 0, 4)],
      '<bold>a<italic>bc</italic>d</bold>',
    ],
    ['with two over the same', 'ab', [mark('bold', 0, 2), mark('italic', 0, 2)], '<bold><italic>ab</italic></bold>'],
    [
      'with two that cross',
      'abcd',
      [mark('bold', 0, 3), mark('italic', 1, 3)],
      '<bold>a<italic>bc</italic></bold><italic>d</italic>',
    ],
    [
      'with one that crosses two',
      'abcdef',
      [mark('bold', 0, 2), mark('italic', 1, 4), mark('strike', 3, 3)],
      '<bold>a<italic>b</italic></bold><italic>c<strike>de</strike></italic><strike>f</strike>',
    ],
    ['counted in code points', '👍🏽 is ok', [mark('bold', 3, 2)], '👍🏽 <bold>is</bold> ok'],
    ['with one that reaches too far', 'abc', [mark('bold', 1, 99)], 'a<bold>bc</bold>'],
    ['with one beyond its end', 'abc', [mark('bold', 3, 1), mark('italic', 9, 1)], 'abc'],
    ['with one of no length, or before it', 'abc', [mark('bold', 1, 0), mark('italic', -5, 2)], 'abc'],
    ['that is empty', '', [mark('bold', 0, 1)], ''],
  ])('%s', (_, text, marks, want) => {
    expect(shape(piecesOf(text, marks))).toBe(want)
  })

  test('keeps all its words, each marked by what covers it, whatever the marks are', () => {
    const any = chance(7)
    const kinds = ['bold', 'italic', 'strike', 'link', 'spoiler'] as const
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: any(12) }, () => ['a', '👍', 'é', ' '][any(4)]).join('')
      const points = [...text]
      const marks = Array.from({ length: any(8) }, () => mark(kinds[any(5)] ?? 'bold', any(14), any(8)))
      const pieces = piecesOf(text, marks)
      expect(words(pieces)).toBe(text)
      const covers: string[] = []
      const walk = (all: readonly Piece[], within: readonly string[]): void => {
        for (const piece of all) {
          if ('mark' in piece) walk(piece.pieces, [...within, piece.mark.kind])
          else for (const _ of piece.words) covers.push([...within].sort().join())
        }
      }
      walk(pieces, [])
      const want = points.map((_, i) =>
        marks
          .filter((m) => m.offset <= i && i < m.offset + m.length)
          .map((m) => m.kind)
          .sort()
          .join(),
      )
      expect(covers).toEqual(want)
    }
  })

  test('with as many marks as there may be, all crossing, is cut in time', () => {
    const marks = Array.from({ length: 200 }, (_, i) => mark('bold', i, 200))
    const begun = performance.now()
    expect(words(piecesOf('x'.repeat(500), marks))).toHaveLength(500)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})
