import { useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Agent, Event, Me, Session } from '../../api/wire.ts'
import type { Log as LogState } from '../state/log.ts'
import type { MessageDeed } from '../state/right.ts'
import { thread } from '../state/thread.ts'
import { DeleteDialog } from '../view/act.tsx'
import { Log } from '../view/log.tsx'
import { customerName } from '../view/person.tsx'
import { t } from '../words/t.ts'
import type { Amend } from './amend.ts'
import { useLive, useShown } from './live.tsx'
import { useSpoken } from './spoken.ts'
import { useToast } from './toast.tsx'
import type { Aim } from './writing.tsx'

interface DialogueLogProps {
  session: Session
  log: LogState
  me: Me
  /** The department's people, once they are known. */
  agents: readonly Agent[] | undefined
  now: number
  bottom: boolean
  unreadAfter: number | undefined
  onBottom: (bottom: boolean) => void
  offered: (message: Event) => ReadonlySet<MessageDeed>
  amend: Amend
  onAim: (aim: Aim) => void
}

/** What was said in a session, and what is on its way from here. */
export function DialogueLog(props: DialogueLogProps) {
  const { session, log, me, agents, now, bottom, unreadAfter, onBottom, offered, amend, onAim } = props
  const live = useLive()
  const say = useToast()
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState<Event>()
  const { unsent, connection } = useShown()
  const { id, customer_read_seq: customerReadSeq } = session
  const { events, ahead } = log
  const outgoing = useMemo(() => unsent.filter((message) => message.session === id), [unsent, id])
  const names = useMemo(() => new Map(agents?.map((agent) => [agent.id, agent.name])), [agents])
  const items = useMemo(
    () => thread({ events, ahead, outgoing, me, names, customerReadSeq, unreadAfter }),
    [events, ahead, outgoing, me, names, customerReadSeq, unreadAfter],
  )
  const spoken = useSpoken(session, log, me.id)

  const place = live.placeIn(id)
  const newest = events.at(-1)?.seq ?? 0
  const seen = bottom ? newest : place.seen
  useEffect(() => {
    place.seen = seen
  }, [place, seen])
  const fresh = events.filter((event) => event.seq > seen && event.kind === 'message' && event.actor.id !== me.id)

  const { busy, run } = amend
  // The same object while nothing of it changes: a key pressed in the composer costs nothing here.
  const acts = useMemo(() => {
    const { rest } = live
    const onReact = (message: Event, emoji: string) =>
      void run(message.id, `react ${emoji}`, (key) => rest.react(message.id, key, emoji))
    const onDeed = (deed: MessageDeed, message: Event) => {
      const of = message.id
      switch (deed) {
        case 'reply':
          return onAim({ deed, message: of })
        case 'edit':
          return onAim({ deed, message: of, text: message.text ?? '' })
        case 'delete':
          return setDeleting(message)
        case 'retry':
          return void run(of, deed, (key) => rest.retry(of, key))
        case 'copy':
          navigator.clipboard.writeText(message.text ?? '').then(
            () => say(t('message.copied')),
            (error: unknown) => say(t('done.failed', { reason: String(error) })),
          )
      }
    }
    const onRecord = (record: string) => void navigate({ to: '/records/{-$record}', params: { record } })
    return { offered, busy, onDeed, onReact, onRecord }
  }, [live, offered, busy, run, onAim, say, navigate])
  const onRetry = useCallback((clientId: string) => live.outbox.retry(clientId), [live])
  const onDiscard = useCallback((clientId: string) => live.outbox.drop(clientId), [live])

  return (
    <>
      <Log
        items={items}
        session={session}
        me={me.name}
        now={now}
        place={place}
        spoken={spoken}
        unseen={fresh.length}
        lost={connection === 'lost'}
        more={log.more}
        onOlder={() => live.older(id)}
        onBottom={onBottom}
        onRetry={onRetry}
        onDiscard={onDiscard}
        acts={acts}
      />
      {deleting && (
        <DeleteDialog
          note={deleting.audience === 'agents'}
          customer={customerName(session)}
          onCancel={() => setDeleting(undefined)}
          onConfirm={() => {
            setDeleting(undefined)
            void run(deleting.id, 'delete', (key) => live.rest.delete(deleting.id, key))
          }}
        />
      )}
    </>
  )
}
