import type { ReactNode } from 'react'
import type { Session } from '../../api/wire.ts'
import { millis, rowTime } from '../state/time.ts'
import { t } from '../words/t.ts'
import { Source } from './person.tsx'
import { StateWord, Thumb } from './sign.tsx'

interface EarlierProps {
  sessions: readonly Session[]
  /** They could not be fetched. */
  failed: boolean
  now: number
  link: (session: Session, children: ReactNode) => ReactNode
  /** There are more than these. */
  onAll?: () => void
  onRetry: () => void
}

/** The customer's other sessions, newest first; nothing where there is none (FEATURES A19, D4). */
export function Earlier({ sessions, failed, now, link, onAll, onRetry }: EarlierProps) {
  if (sessions.length === 0 && !failed) return null
  return (
    <section className="facts-block">
      <h3>{t('facts.theirs')}</h3>
      {failed && (
        <p className="facts-failed" role="alert">
          {t('facts.unfetched')}
          <button type="button" className="facts-link" onClick={onRetry}>
            {t('retry')}
          </button>
        </p>
      )}
      <ul className="earlier">
        {sessions.map((session) => (
          <li key={session.id}>
            {link(
              session,
              <>
                <Source kind={session.channel.kind} />
                <span className="grow cut">{session.preview || t('row.empty')}</span>
                {session.rating && (
                  <Thumb rating={session.rating.value} words={t(`row.rated.${session.rating.value}`)} />
                )}
                {session.state === 'ended' ? (
                  <time dateTime={session.last_at}>{rowTime(millis(session.last_at), now)}</time>
                ) : (
                  <StateWord state={session.state} />
                )}
              </>,
            )}
          </li>
        ))}
      </ul>
      {onAll && (
        <button type="button" className="facts-link" onClick={onAll}>
          {t('facts.all')}
        </button>
      )}
    </section>
  )
}
