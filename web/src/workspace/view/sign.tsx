import type { Rating, State } from '../../api/wire.ts'
import { longWait, millis, span } from '../state/time.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

/** A session's state in a word with its dot (FEATURES C1). */
export function StateWord({ state }: { state: State }) {
  return <span className={`state ${state}`}>{t(`state.${state}`)}</span>
}

/** A counter; its words say what it counts. Nothing where there is nothing to count. */
export function Count({ value, colour, words }: { value: number; colour: 'red' | 'blue'; words: string }) {
  if (value <= 0) return null
  return (
    <span className={`count ${colour}`}>
      <span aria-hidden="true">{value > 999 ? '999+' : value}</span>
      <span className="sr">{words}</span>
    </span>
  )
}

/** What a customer thinks of a session: a thumb up, or down (RULES S1.20). Its words are there where none stand beside it. */
export function Thumb({ rating, words }: { rating: Rating['value']; words?: string }) {
  return (
    <span className={`thumb ${rating}`} title={words}>
      <Icon name="thumb-up" size={14} />
      {words && <span className="sr">{words}</span>}
    </span>
  )
}

/** What a customer says with their rating. */
export const Comment = ({ text }: { text: string }) => (
  <q className="comment">
    <bdi>{text}</bdi>
  </q>
)

/** How long somebody has waited; amber when that is long. */
export function Wait({ since, now, late }: { since: string; now: number; late: boolean }) {
  const waited = now - millis(since)
  return (
    <span className={late ? 'wait late' : waited >= longWait ? 'wait long' : 'wait'}>
      <Icon name="clock" size={12} />
      <span aria-hidden="true">{span(waited)}</span>
      <span className="sr">{t(late ? 'row.waits.late' : 'row.waits', { wait: span(waited) })}</span>
    </span>
  )
}
