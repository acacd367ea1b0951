import { type KeyboardEvent, useId, useState } from 'react'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

interface TagsProps {
  tags: readonly string[]
  /** Tags that colleagues have given to other sessions. */
  offered: readonly string[]
  /** A change is on its way: no other can be made. */
  busy: boolean
  onTag: (tag: string) => void
  onUntag: (tag: string) => void
}

const longest = 50

/** A session's tags, each with its way off, and a place to add one (FEATURES C9). */
export function Tags({ tags, offered, busy, onTag, onUntag }: TagsProps) {
  const [text, setText] = useState<string>()
  const list = useId()
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    // Neither the sheet nor the dialogue is left by it.
    event.preventDefault()
    event.stopPropagation()
    const tag = text?.trim() ?? ''
    if (event.key === 'Enter' && tag !== '' && !busy) onTag(tag)
    setText(event.key === 'Enter' && tag !== '' ? '' : undefined)
  }
  return (
    <ul className="tags" aria-label={t('tags.label')}>
      {tags.map((tag) => (
        <li key={tag} className="chip tag">
          <span className="cut" title={tag}>
            {tag}
          </span>
          <button type="button" disabled={busy} aria-label={t('tags.remove', { tag })} onClick={() => onUntag(tag)}>
            <Icon name="x" size={12} />
          </button>
        </li>
      ))}
      <li>
        {text === undefined ? (
          <button type="button" className="chip add" onClick={() => setText('')}>
            {t('tags.new')}
          </button>
        ) : (
          <>
            <input
              // biome-ignore lint/a11y/noAutofocus: it was asked for by the button that stood here
              autoFocus
              className="chip tag-field"
              list={list}
              maxLength={longest}
              aria-label={t('tags.field')}
              placeholder={t('tags.field')}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKeyDown}
              onBlur={() => setText(undefined)}
            />
            <datalist id={list}>
              {offered
                .filter((tag) => !tags.includes(tag))
                .map((tag) => (
                  <option key={tag} value={tag} />
                ))}
            </datalist>
          </>
        )}
      </li>
    </ul>
  )
}
