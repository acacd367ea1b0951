import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type RefObject, useMemo, useState } from 'react'
import type { Me, Session } from '../../api/wire.ts'
import type { Triage } from '../live/rest.ts'
import { Facts } from '../view/facts.tsx'
import { t } from '../words/t.ts'
import { CustomerAccount } from './account.tsx'
import { customerQuery, recordsQuery, theirsQuery } from './ask.ts'
import { useDeed } from './deed.ts'
import { useLive, useShown } from './live.tsx'
import { placeOf } from './place.ts'
import { knownTags } from './tags.ts'

const few = 6 // the one that is shown among them
const many = 100

interface CustomerFactsProps {
  session: Session
  me: Me
  now: number
  /** The session whose account is to be in focus when it comes. */
  sought: RefObject<string | undefined>
}

/** What is known of the customer of a session, their other sessions, and what the session is marked with (FEATURES D4, C9). */
export function CustomerFacts({ session, me, now, sought }: CustomerFactsProps) {
  const { id, department, customer } = session
  const { rest } = useLive()
  const { state } = useShown()
  const { run, busy } = useDeed()
  const [all, setAll] = useState(false)
  const known = useQuery(customerQuery(customer.id))
  const theirs = useQuery(theirsQuery(customer.id, all ? many : few))
  const told = state.logs[id]?.events.findLast((event) => event.record)?.seq ?? 0
  const records = useQuery({ ...recordsQuery(id, told), placeholderData: keepPreviousData })
  const { sessions } = state
  const offered = useMemo(() => knownTags(sessions, department, []), [sessions, department])
  const triage = (change: Triage, back: Triage, done: string) =>
    run({ ask: () => rest.triage(id, change), undo: () => rest.triage(id, back), done })

  return (
    <Facts
      session={session}
      customer={known.data}
      people={state.participants[id]?.people ?? []}
      events={state.logs[id]?.events ?? []}
      now={now}
      busy={busy}
      tags={offered}
      earlier={theirs.data?.items.filter((other) => other.id !== id) ?? []}
      failed={theirs.isError}
      records={records.data}
      unrecorded={records.isError}
      recordLink={(record, children) => (
        <Link to="/records/{-$record}" params={{ record: record.id }}>
          {children}
        </Link>
      )}
      onRecords={() => records.refetch()}
      account={<CustomerAccount session={session} me={me} told={told} now={now} sought={sought} />}
      link={(other, children) => {
        const place = placeOf(other, me)
        return place ? (
          <Link to="/inbox/$department/$list/{-$session}" params={{ ...place, session: other.id }}>
            {children}
          </Link>
        ) : (
          children
        )
      }}
      onTag={(tag) => triage({ add_tags: [tag] }, { remove_tags: [tag] }, t('done.tagged', { tag }))}
      onUntag={(tag) => triage({ remove_tags: [tag] }, { add_tags: [tag] }, t('done.untagged', { tag }))}
      onPriority={(priority) =>
        triage({ priority }, { priority: session.priority }, t('done.priority', { word: t(`priority.${priority}`) }))
      }
      onRetry={() => theirs.refetch()}
      {...(theirs.data?.next && !all ? { onAll: () => setAll(true) } : {})}
    />
  )
}
