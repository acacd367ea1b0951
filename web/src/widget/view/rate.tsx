import { useId, useState } from 'preact/hooks'
import { maxComment, type Rating } from '../../shared/protocol.ts'
import { type Asked, commentOf } from '../state/rating.ts'
import { Icon } from './icon.tsx'
import { t } from './words.ts'

export interface RateProps {
  asked: Asked
  /** Put away, with what was written. */
  isHidden: boolean
  /** The session goes on. */
  isOn: boolean
  isOffline: boolean
  onRate: (rating: Rating, comment: string) => void
}

const thumbs = ['good', 'bad'] as const

/** Asks how the session is or was. A thumb counts at once, a comment goes when it is sent. */
export function Rate({ asked, isHidden, isOn, isOffline, onRate }: RateProps) {
  const { name, rating, comment, pending } = asked
  const [draft, setDraft] = useState<string>()
  const title = useId()
  const text = draft ?? comment
  const isRefused = pending?.refused !== undefined
  const send = (event: Event) => {
    event.preventDefault()
    const said = text.trim()
    setDraft(undefined)
    if (said !== comment || isRefused) onRate(rating, said)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stick.
    <div class={isOn ? 'rate on' : 'rate'} role="group" aria-labelledby={title} hidden={isHidden}>
      <p id={title} dir="auto">
        {name ? t('rateName', { name }) : t('rateAny')}
      </p>
      <div class="choice">
        {thumbs.map((thumb) => (
          <button
            key={thumb}
            type="button"
            class={thumb === 'bad' ? 'down' : undefined}
            aria-pressed={rating === thumb}
            onClick={() => rating !== thumb && onRate(thumb, '')}
          >
            <Icon name="thumb" size={16} />
            {t(thumb)}
          </button>
        ))}
      </div>
      {rating && (
        <form class="field" onSubmit={send}>
          <input
            value={text}
            dir="auto"
            maxLength={maxComment}
            placeholder={t('comment')}
            aria-label={t('comment')}
            enterkeyhint="send"
            onInput={({ currentTarget: input }) => {
              input.value = commentOf(input.value)
              setDraft(input.value)
            }}
          />
          <button type="submit" class="icon" aria-label={t('commentSend')}>
            <Icon name="send" size={18} />
          </button>
        </form>
      )}
      <p class={isRefused ? 'bad' : 'note'} role="status" dir="auto">
        {text === comment && wordsOf(asked, isOffline)}
      </p>
    </div>
  )
}

function wordsOf({ rating, pending }: Asked, isOffline: boolean): string {
  if (pending?.refused !== undefined) return t('notSent', { reason: pending.refused || t('refused') })
  if (pending && !pending.stored) return isOffline ? t('kept') : ''
  return rating && t('thanks')
}
