import { type KeyboardEvent, type Ref, useLayoutEffect, useRef } from 'react'
import { byteLength } from '../../shared/utf8.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

type Kind = 'reply' | 'note'

interface ComposerProps {
  field: Ref<HTMLTextAreaElement>
  customer: string
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
  /** Why nothing arrives at the customer. */
  unreachable: string | undefined
  aim: Aim | undefined
  onText: (text: string) => void
  onKind: (kind: Kind) => void
  onSend: () => void
  onEscape: () => void
  /** Gives up what the text is for. */
  onUnaim: () => void
  /** Up was pressed in an empty text. */
  onUp: () => void
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

const highest = 220

/** Where an agent writes to the customer, or a note to colleagues. */
export function Composer(props: ComposerProps) {
  const { field, customer, me, text, kind, mayReply, takes, hint, alarm, unreachable, aim } = props
  const { onText, onKind, onSend, onEscape, onUnaim, onUp } = props
  const frame = useRef<HTMLDivElement>(null)
  // A text may have as many bytes as it has letters or more, so short ones need not be counted.
  const size = text.length > longestText / 4 ? byteLength(text) : 0
  const tooLong = size > longestText
  const editing = aim?.deed === 'edit'
  const ready = text.trim() !== '' && !tooLong && !aim?.busy

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field's height follows its text
  useLayoutEffect(() => {
    const area = frame.current?.querySelector('textarea')
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight, highest)}px`
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
            <span className="composer-route cut">
              {note ? t('composer.routenote') : t('composer.route', { name: customer, me })}
            </span>
          </div>
        )}
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={
            editing ? t('composer.editlabel') : note ? t('composer.notelabel') : t('composer.label', { name: customer })
          }
          placeholder={t(`composer.placeholder.${placeholder}`)}
          aria-invalid={tooLong}
          readOnly={aim?.busy ?? false}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-tools">
          {tooLong && (
            <span className="composer-long" role="alert">
              {t('composer.long', { size, limit: longestText })}
            </span>
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
