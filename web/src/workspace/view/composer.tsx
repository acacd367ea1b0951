import { type ClipboardEvent, type KeyboardEvent, type Ref, useLayoutEffect, useRef } from 'react'
import { byteLength } from '../../shared/utf8.ts'
import { largestFile, mostFiles } from '../state/file.ts'
import { t } from '../words/t.ts'
import { type Chip, Chips } from './chip.tsx'
import { Icon } from './icon.tsx'
import { sourceOf } from './person.tsx'

type Kind = 'reply' | 'note'

interface ComposerProps {
  field: Ref<HTMLTextAreaElement>
  customer: string
  /** The kind of channel through which a reply goes. */
  source: string
  /** As whom a reply is seen. */
  me: string
  text: string
  kind: Kind
  mayReply: boolean
  /** Whether a reply takes the session first. */
  takes: boolean
  /** Why one can only add a note, or what went wrong; shown above. */
  hint: string | undefined
  alarm: string | undefined
  /** What somebody else has said since the text was begun. */
  newer: string | undefined
  /** Whether what is sent is held for a while. */
  holds: boolean
  onHold: (holds: boolean) => void
  /** Why nothing arrives at the customer. */
  unreachable: string | undefined
  aim: Aim | undefined
  /** The files that go with the text. */
  chips: readonly Chip[]
  onText: (text: string) => void
  onKind: (kind: Kind) => void
  onSend: () => void
  onEscape: () => void
  /** Gives up what the text is for. */
  onUnaim: () => void
  /** Up was pressed in an empty text. */
  onUp: () => void
  /** Files were chosen or pasted. */
  onFiles: (files: readonly File[]) => void
  onRemoveFile: (key: string) => void
  onRetryFile: (key: string) => void
}

/** What a text is for, where it is no message of its own: another text of a message, or an answer to one. */
export interface Aim {
  deed: 'edit' | 'reply'
  /** What stands in the bar above the text. */
  words: string
  /** The beginning of the message. */
  gist: string
  /** The change is under way. */
  busy: boolean
}

/** The longest text of a message, in bytes of UTF-8. */
export const longestText = 65_536

const nearLimit = 4_096

const highest = 220

/** Where an agent writes to the customer, or a note to colleagues. */
export function Composer(props: ComposerProps) {
  const { field, customer, source, me, text, kind, mayReply, takes, hint, alarm, unreachable, aim, chips } = props
  const { onText, onKind, onSend, onEscape, onUnaim, onUp, onFiles } = props
  const frame = useRef<HTMLDivElement>(null)
  // A text may have as many bytes as it has letters or more, so short ones need not be counted.
  const size = text.length > longestText / 4 ? byteLength(text) : 0
  const tooLong = size > longestText
  const left = longestText - size
  const editing = aim?.deed === 'edit'
  const said = text.trim() !== '' || (chips.length > 0 && !editing)
  // What its writer has chosen goes with the text, or is taken away first.
  const brought = editing || chips.every(({ part }) => part === undefined)
  const failed = chips.some((chip) => chip.failed)
  const ready = said && brought && !tooLong && !aim?.busy

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field's height follows its text
  useLayoutEffect(() => {
    const box = frame.current
    const area = box?.querySelector('textarea')
    if (!box || !area) return
    box.style.minHeight = `${box.offsetHeight}px` // or what lies above would have more room for a moment, and scroll
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight, highest)}px`
    box.style.minHeight = ''
  }, [text])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      if (aim) onUnaim()
      else onEscape()
    }
    if (event.key === 'ArrowUp' && text === '' && !aim) {
      event.preventDefault()
      onUp()
    }
    // Enter that ends a composed character is not meant for us.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (ready) onSend()
  }
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData
    // What programs copy as text with marks, they copy as a picture of it too.
    if (editing || files.length === 0 || (types.includes('text/html') && types.includes('text/plain'))) return
    event.preventDefault()
    onFiles([...files])
  }
  const note = kind === 'note'
  const label = aim?.busy ? 'composer.saving' : editing ? 'composer.save' : note ? 'composer.add' : 'composer.send'
  const placeholder = note ? 'note' : takes ? 'take' : 'reply'

  return (
    <div className="composer-place">
      {unreachable && (
        <p className="composer-unreachable">
          <Icon name="circle-alert" size={14} />
          {t('composer.unreachable', { reason: unreachable })}
        </p>
      )}
      {alarm && (
        <p className="composer-alarm" role="alert">
          <Icon name="circle-alert" size={14} />
          {alarm}
        </p>
      )}
      {hint && <p className="composer-hint">{hint}</p>}
      {props.newer && (
        <p className="composer-hint composer-newer">
          <Icon name="messages-square" size={14} />
          <span className="cut">{props.newer}</span>
        </p>
      )}
      <div className={note ? 'composer note-mode' : 'composer'} ref={frame}>
        {aim && <AimBar aim={aim} onUnaim={onUnaim} />}
        {!editing && (
          <div className="composer-bar">
            {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row everywhere */}
            <div className="modes" role="group" aria-label={t('composer.mode')}>
              <button type="button" aria-pressed={!note} disabled={!mayReply} onClick={() => onKind('reply')}>
                {t('composer.reply')}
              </button>
              <button type="button" aria-pressed={note} onClick={() => onKind('note')}>
                {t('composer.note')}
              </button>
            </div>
            <span className="composer-route">
              {!note && <Icon name={sourceOf(source).icon} size={14} />}
              <span className="cut">
                {note
                  ? t('composer.routenote')
                  : t('composer.route', { name: customer, source: sourceOf(source).on, me })}
              </span>
            </span>
          </div>
        )}
        <textarea
          ref={field}
          rows={1}
          value={text}
          dir="auto"
          aria-label={
            editing ? t('composer.editlabel') : note ? t('composer.notelabel') : t('composer.label', { name: customer })
          }
          placeholder={t(`composer.placeholder.${placeholder}`)}
          aria-invalid={tooLong}
          readOnly={aim?.busy ?? false}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        {!editing && <Chips chips={chips} onRemove={props.onRemoveFile} onRetry={props.onRetryFile} />}
        <div className="composer-tools">
          {!editing && <Attach onFiles={onFiles} />}
          {said && !brought && (
            <span className={failed ? 'composer-long' : 'composer-long waits'}>
              {t(failed ? 'composer.unbrought' : 'composer.bringing')}
            </span>
          )}
          {!tooLong && size > 0 && left < nearLimit && (
            <span className="composer-long waits">{t('composer.left', { size: left })}</span>
          )}
          {tooLong && (
            <span className="composer-long" role="alert">
              {t('composer.long', { size, limit: longestText })}
            </span>
          )}
          {!editing && (
            <button
              type="button"
              className="icon-button small hold"
              aria-pressed={props.holds}
              aria-label={t('composer.hold')}
              title={t('composer.hold')}
              onClick={() => props.onHold(!props.holds)}
            >
              <Icon name="clock" />
            </button>
          )}
          <span className="composer-sends wide">
            <kbd>Enter</kbd> {t(editing ? 'composer.saves' : 'composer.sends')}
          </span>
          <button type="button" className="button primary small send" disabled={!ready} onClick={onSend}>
            {aim?.busy ? <span className="spinner" /> : <Icon name={editing ? 'check' : 'arrow-up'} />}
            <span className="wide-label">{t(label)}</span>
          </button>
        </div>
      </div>
    </div>
  )
}

// Attach lets files be chosen, and says beforehand how many and how large.
function Attach({ onFiles }: Pick<ComposerProps, 'onFiles'>) {
  const chooser = useRef<HTMLInputElement>(null)
  const words = t('file.attach', { most: mostFiles, limit: largestFile >> 20 })
  return (
    <>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])])
          target.value = '' // so that the same can be chosen again
        }}
      />
      <button
        type="button"
        className="icon-button small attach"
        aria-label={words}
        title={words}
        onClick={() => chooser.current?.click()}
      >
        <Icon name="paperclip" />
      </button>
    </>
  )
}

function AimBar({ aim, onUnaim }: { aim: Aim; onUnaim: () => void }) {
  const editing = aim.deed === 'edit'
  return (
    <div className="composer-aim">
      <Icon name={editing ? 'pencil' : 'reply'} size={14} />
      <span className="composer-aim-words">{aim.words}</span>
      <span className="grow cut muted">{aim.gist}</span>
      <button
        type="button"
        className="icon-button small"
        aria-label={t(editing ? 'composer.drop' : 'composer.unreply')}
        title={t(editing ? 'composer.drop' : 'composer.unreply')}
        onClick={onUnaim}
      >
        <Icon name="x" />
      </button>
    </div>
  )
}
