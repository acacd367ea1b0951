import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { ActionName, Offer } from '../state/action.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'
import { Caps } from './keys.tsx'

/** A line of the palette: an action, or something that it can be done with. */
export interface PaletteLine {
  key: string
  name: ActionName
  words: string
  group?: string
  hint?: string
  chosen?: boolean
  offer?: Offer | undefined
  run: () => void
}

interface PaletteProps {
  title: string
  placeholder: string
  none: string
  linesOf: (query: string) => readonly PaletteLine[]
  onChoose: (line: PaletteLine) => void
  /** Goes back to what was asked before. */
  onBack: (() => void) | undefined
  onClose: () => void
}

/** A field to write in, and what is found for it: arrows choose, Enter does. */
export function Palette({ title, placeholder, none, linesOf, onChoose, onBack, onClose }: PaletteProps) {
  const box = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const lines = useMemo(() => linesOf(query), [linesOf, query])
  const now = Math.min(at, lines.length - 1)
  useLayoutEffect(() => {
    const dialog = box.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line that is chosen is brought into sight
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [now, lines])

  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && lines.length > 0) setAt((now + step + lines.length) % lines.length)
    else if (event.key === 'Enter' && lines[now]) onChoose(lines[now])
    else if (event.key === 'Escape') (onBack ?? onClose)()
    else if (event.key === 'Backspace' && !query && onBack) onBack()
    else if (event.key === 'Tab') onClose()
    else return
    event.preventDefault()
  }

  return (
    <dialog
      ref={box}
      className="palette"
      aria-label={title}
      onClose={onClose}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.target === box.current && onClose()}
    >
      <div className="palette-box">
        <label className="palette-field">
          <Icon name="search" />
          <input
            type="text"
            role="combobox"
            aria-label={title}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={lines[now] ? `${id}-${now}` : undefined}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value)
              setAt(0)
            }}
          />
        </label>
        <div ref={list} id={`${id}-list`} className="palette-list" role="listbox" aria-label={title}>
          {lines.map((line, i) => (
            <Line
              key={line.key}
              id={`${id}-${i}`}
              line={line}
              head={line.group !== lines[i - 1]?.group ? line.group : undefined}
              selected={i === now}
              onHover={() => setAt(i)}
              onChoose={() => onChoose(line)}
            />
          ))}
        </div>
        <p className="palette-none" role="status">
          {lines.length === 0 && none}
        </p>
      </div>
    </dialog>
  )
}

interface LineProps {
  id: string
  line: PaletteLine
  /** What stands above it, where a group begins with it. */
  head: string | undefined
  selected: boolean
  onHover: () => void
  onChoose: () => void
}

function Line({ id, line, head, selected, onHover, onChoose }: LineProps) {
  return (
    <>
      {head && (
        <p className="palette-group" role="presentation">
          {head}
        </p>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which names the line that is chosen */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div
        id={id}
        className="palette-line"
        role="option"
        aria-selected={selected}
        onPointerMove={onHover}
        onClick={onChoose}
      >
        <span className="cut grow">{line.words}</span>
        {line.hint && <span className="cut faint">{line.hint}</span>}
        {line.chosen && (
          <>
            <Icon name="check" size={14} />
            <span className="sr">{t('palette.chosen')}</span>
          </>
        )}
        {line.offer && <Caps name={line.name} />}
      </div>
    </>
  )
}
