import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Agent, Me, Session } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import type { Rest } from '../live/rest.ts'
import type { Chooser, Commands } from '../state/action.ts'
import { blockOf } from '../state/block.ts'
import { serving } from '../state/language.ts'
import { type Offers, offers as offersOf } from '../state/right.ts'
import { snoozedUntil, snoozes } from '../state/snooze.ts'
import { aside } from '../view/availability.tsx'
import { BlockDialog } from '../view/block.tsx'
import { EndDialog } from '../view/end.tsx'
import { customerName } from '../view/person.tsx'
import { ReleaseDialog } from '../view/release.tsx'
import { languageName } from '../words/language.ts'
import { t } from '../words/t.ts'
import { agentsQuery, departmentsQuery } from './ask.ts'
import { useDeed } from './deed.ts'
import { useLive } from './live.tsx'
import { useRecording } from './record.tsx'
import { tagsChooser } from './tags.ts'

export interface Deeds {
  offers: Offers
  /** What can be done with the session now. */
  offered: Commands
  /** A deed is on its way: no other can be begun. */
  busy: boolean
  /** The people of its department, once they are known. */
  agents: readonly Agent[] | undefined
  /** What asks before a deed is done. */
  dialogs: ReactNode
}

interface After {
  /** The agent can write now. */
  onReady?: () => void
  /** The session has ended, or has left the agent's sight. */
  onEnded?: () => void
}

/** The deeds that ask nothing before. */
export const plainDeeds = (rest: Rest, { id, version }: Session) => ({
  take: { ask: () => rest.take(id), over: () => rest.take(id, true), done: t('done.taken') },
  join: { ask: () => rest.join(id), done: t('done.joined') },
  leave: { ask: () => rest.leave(id), done: t('done.left') },
  release: { ask: () => rest.release(id, version), done: t('done.released') },
  unblock: { ask: () => rest.unblock(id), done: t('done.unblocked') },
  unsnooze: { ask: () => rest.unsnooze(id), done: t('done.unsnoozed') },
})

const priorities = ['low', 'normal', 'high', 'urgent'] as const

/** What an agent can do with a session, wherever they do it from (FEATURES D12). */
export function useDeeds(session: Session, me: Me, now: number, { onReady, onEnded }: After = {}): Deeds {
  const { id, version, department } = session
  const live = useLive()
  const { rest } = live
  const { run, busy } = useDeed()
  const [asking, setAsking] = useState<'end' | 'unanswered' | 'block' | 'release'>()
  const { data: agents } = useQuery(agentsQuery(department))
  const { data: departments } = useQuery(departmentsQuery)
  const plain = plainDeeds(rest, session)
  const blocked = blockOf(session, now)
  const offers = offersOf(session, me, session.present.includes(me.id), blocked)
  const recording = useRecording(session, me)
  const left = onEnded ? { after: onEnded } : {}
  const ready = onReady ? { after: onReady } : {}

  const assign: Chooser = {
    title: t('assign.label'),
    none: agents ? t('assign.none') : t('loading'),
    choices: () =>
      (agents ?? [])
        .filter((agent) => agent.operator)
        .map((agent) => ({
          key: agent.id,
          words: agent.id === me.id ? t('assign.you', { name: agent.name }) : agent.name,
          chosen: agent.id === session.assignee?.id,
          hint: [
            aside(agent),
            spoken(serving(agent.languages, session.language)),
            agent.id === session.assignee?.id ? t('assign.holds') : agent.full && t('assign.full'),
          ]
            .filter(Boolean)
            .join(' · '),
          run: () =>
            run({
              ask: () => rest.assign(id, agent.id, version),
              over: () => rest.assign(id, agent.id, version, true),
              done: t('done.assigned', agent),
            }),
        })),
  }
  const transfer: Chooser = {
    title: t('transfer.label'),
    none: departments ? t('transfer.none') : t('loading'),
    choices: () =>
      (departments ?? [])
        .filter((other) => other.id !== department)
        .map((other) => ({
          key: other.id,
          words: other.name,
          run: () =>
            run({ ask: () => rest.transfer(id, other.id, version), done: t('done.transferred', other), ...left }),
        })),
  }
  const priority: Chooser = {
    title: t('priority.label'),
    none: '',
    choices: () =>
      priorities.map((to) => ({
        key: to,
        words: t(`priority.${to}`),
        chosen: to === session.priority,
        run: () =>
          run({
            ask: () => rest.triage(id, { priority: to }),
            done: t('done.priority', { word: t(`priority.${to}`) }),
          }),
      })),
  }
  const snooze: Chooser = {
    title: t('snooze.label'),
    none: '',
    choices: () =>
      snoozes.map((each) => {
        const until = snoozedUntil(each, now)
        return {
          key: each,
          words: t(`snooze.${each}`),
          hint: until ? dayTime(until.getTime()) : '',
          run: () => run({ ask: () => rest.snooze(id, until?.toISOString(), version), done: t('done.snoozed') }),
        }
      }),
  }
  const tags = tagsChooser(
    session,
    () => live.shown.state.sessions,
    (change, done) => run({ ask: () => rest.triage(id, change), done }),
  )
  const all: Commands = {
    take: () => run({ ...plain.take, ...ready }),
    join: () => run({ ...plain.join, ...ready }),
    leave: () => run(plain.leave),
    release: () => (session.waiting_since === null ? run(plain.release) : setAsking('release')),
    end: () => setAsking('end'),
    unanswered: () => setAsking('unanswered'),
    block: () => setAsking('block'),
    unblock: () => run(plain.unblock),
    snooze,
    unsnooze: () => run(plain.unsnooze),
    assign,
    transfer,
    priority,
    tags,
    ...(recording.offer ? { record: recording.offer } : {}),
  }
  // Priority and tags go by one right.
  const offered: Commands = Object.fromEntries(
    Object.entries(all).filter(([name]) => !busy && (offers[name as keyof Offers] ?? offers.triage)),
  )

  const customer = customerName(session)
  const close = () => setAsking(undefined)
  const dialogs = (
    <>
      {recording.dialog}
      {asking === 'block' && (
        <BlockDialog
          customer={customer}
          onCancel={close}
          onConfirm={(term) => {
            close()
            const after = session.state === 'ended' ? {} : left
            run({ ask: () => rest.block(id, term, version), done: t('done.blocked'), ...after })
          }}
        />
      )}
      {asking === 'release' && (
        <ReleaseDialog
          customer={customer}
          onCancel={close}
          onConfirm={() => {
            close()
            run(plain.release)
          }}
        />
      )}
      {(asking === 'end' || asking === 'unanswered') && (
        <EndDialog
          customer={customer}
          unanswered={asking === 'unanswered'}
          onCancel={close}
          onConfirm={() => {
            close()
            run({ ask: () => rest[asking](id, version), done: t('done.ended'), ...left })
          }}
        />
      )}
    </>
  )
  return { offers, offered, busy, agents, dialogs }
}

const spoken = (tag: string | undefined) => tag && t('assign.speaks', { language: languageName(tag) })
