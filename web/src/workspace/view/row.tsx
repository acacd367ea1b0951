import { type MouseEvent, memo } from 'react'
import type { Session } from '../../api/wire.ts'
import { isLate } from '../state/select.ts'
import { millis, rowTime } from '../state/time.ts'
import { t } from '../words/t.ts'
import { Avatar, customerName } from './person.tsx'
import { Count, StateWord, Thumb, Wait } from './sign.tsx'
import { snoozeWords } from './snooze.ts'

/** What is done with a row. */
export interface RowActs {
  onOpen: (session: Session) => void
  onTake: (session: Session) => void
  onMenu: (session: Session, x: number, y: number) => void
  onFocus: (session: Session) => void
}

interface RowProps {
  session: Session
  me: string
  now: number
  draft: string
  current: boolean
  /** Its place in the list, from 0. */
  place: number
  /** How many there are; undefined where nobody has counted them. */
  total: number | undefined
  /** Where it stands in the list, in pixels. */
  top: number
  /** Whether Tab reaches it. */
  tab: boolean
  href: string
  /** Whether it can be taken from here. */
  takes: boolean
  acts: RowActs
}

/** A session in a list. */
export const Row = memo(function Row(props: RowProps) {
  const { session, me, now, draft, current, place, total, top, tab, href, takes, acts } = props
  const { state, assignee, unread, preview, waiting_since, priority, tags, rating } = session
  const waits = waiting_since !== null && state !== 'ended'
  const holder = assignee && (assignee.id === me ? undefined : assignee.name)
  const aside = snoozeWords(session)
  const open = (event: MouseEvent) => {
    // What is to be opened elsewhere is the browser's.
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    acts.onOpen(session)
  }
  return (
    <li
      className={['row', current && 'current', unread > 0 && 'unread', takes && 'takes'].filter(Boolean).join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={place + 1}
      aria-setsize={total ?? -1}
      onFocus={() => acts.onFocus(session)}
      onContextMenu={(event) => {
        event.preventDefault()
        acts.onMenu(session, event.clientX, event.clientY)
      }}
    >
      <Avatar name={customerName(session)} size="l" source={session.channel.kind} />
      <div className="row-top">
        <a
          className="row-link"
          href={href}
          aria-current={current ? 'page' : undefined}
          data-row={session.id}
          tabIndex={tab ? 0 : -1}
          onClick={open}
        >
          <span className="row-name cut" dir="auto">
            {customerName(session)}
          </span>
        </a>
        {state === 'waiting' && <span className="chip new">{t('row.new')}</span>}
        <span className="row-when">
          {waits ? (
            <Wait since={waiting_since} now={now} late={isLate(session)} />
          ) : (
            rowTime(millis(session.last_at), now)
          )}
        </span>
      </div>
      <div className="row-says">
        <span className="cut" dir="auto">
          {draft ? (
            <>
              <span className="row-draft">{t('row.draft')}</span> {draft}
            </>
          ) : (
            preview || t('row.empty')
          )}
        </span>
        <Count value={unread} colour="red" words={t('row.unread', { count: unread })} />
      </div>
      <div className="row-bottom">
        <StateWord state={state} />
        {rating && <Thumb rating={rating.value} words={t(`row.rated.${rating.value}`)} />}
        {aside && <span className={session.woken ? 'chip woken cut' : 'chip cut'}>{aside}</span>}
        {priority !== 'normal' && <Priority priority={priority} />}
        {holder && <span className="chip cut">{holder}</span>}
        {tags.length > 0 && <span className="chip cut">{tags.join(', ')}</span>}
      </div>
      {takes && (
        <button
          type="button"
          className="button tiny row-take"
          tabIndex={tab ? 0 : -1}
          onClick={() => acts.onTake(session)}
        >
          {t('act.take')}
        </button>
      )}
    </li>
  )
})

/** How urgent a session is, where that is not as usual. */
function Priority({ priority }: Pick<Session, 'priority'>) {
  return <span className={`chip priority ${priority}`}>{t(`priority.${priority}`)}</span>
}
