import type { FocusEventHandler, ReactNode } from 'react'
import type { Session } from '../../api/wire.ts'
import { millis, rowTime } from '../state/time.ts'
import { t } from '../words/t.ts'
import { Avatar, customerName } from './person.tsx'
import { Count, StateWord, Wait } from './sign.tsx'

interface RowProps {
  session: Session
  me: string
  now: number
  draft: string
  current: boolean
  /** The link that opens the session, around the customer's name; the whole row follows it. */
  link: (name: ReactNode) => ReactNode
  onTake?: () => void
  takeTab: number
  onFocus: FocusEventHandler
}

/** A session in a list. */
export function Row({ session, me, now, draft, current, link, onTake, takeTab, onFocus }: RowProps) {
  const { state, assignee, unread, preview, waiting_since, priority, tags } = session
  const waits = waiting_since !== null && state !== 'ended'
  const holder = assignee && (assignee.id === me ? undefined : assignee.name)
  return (
    <li className={['row', current && 'current', unread > 0 && 'unread'].filter(Boolean).join(' ')} onFocus={onFocus}>
      <Avatar name={customerName(session)} size="l" source={session.channel.kind} />
      <div className="row-text">
        <div className="row-top">
          {link(<span className="row-name cut">{customerName(session)}</span>)}
          {state === 'waiting' && <span className="chip new">{t('row.new')}</span>}
          <span className="row-when">
            {waits ? <Wait since={waiting_since} now={now} /> : rowTime(millis(session.last_at), now)}
          </span>
        </div>
        <div className="row-says">
          <span className="cut">
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
          {priority !== 'normal' && <span className="chip">{t(`priority.${priority}`)}</span>}
          {holder && <span className="chip cut">{holder}</span>}
          {tags.length > 0 && <span className="chip cut">{tags.join(', ')}</span>}
          {onTake && (
            <button type="button" className="button tiny row-take" tabIndex={takeTab} onClick={onTake}>
              {t('deed.take')}
            </button>
          )}
        </div>
      </div>
    </li>
  )
}
