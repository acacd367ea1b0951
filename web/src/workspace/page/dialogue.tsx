import { useQuery } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Event, Me, Session } from '../../api/wire.ts'
import type { Commands } from '../state/action.ts'
import { blockOf } from '../state/block.ts'
import { roleIn } from '../state/list.ts'
import { noLog } from '../state/log.ts'
import { messageOffers, offers as offersOf } from '../state/right.ts'
import { Coming } from '../view/coming.tsx'
import { Icon } from '../view/icon.tsx'
import { customerName } from '../view/person.tsx'
import { Typing } from '../view/typing.tsx'
import { t } from '../words/t.ts'
import { useAmend } from './amend.ts'
import { agentsQuery } from './ask.ts'
import { useDrop, useFiles } from './files.ts'
import { DialogueHead } from './head.tsx'
import { useCommands } from './keys.ts'
import { useLive, useShown } from './live.tsx'
import { Unfetched } from './net.tsx'
import { useReading } from './reading.ts'
import { DialogueLog } from './talk.tsx'
import { type Aim, Writing } from './writing.tsx'

interface DialogueProps {
  id: string
  me: Me
  now: number
  commands: RefObject<Commands>
  /** The session that is to be opened with Take in focus. */
  focusTake: RefObject<string | undefined>
  /** The agent has closed the session. */
  onEnded: () => void
  /** The session has become the agent's own. */
  onMine: () => void
  onBack: () => void
}

/** One session: what was said in it, what can be done with it, and where to write. */
export function Dialogue(props: DialogueProps) {
  const { id, onBack } = props
  const { state } = useShown()
  // While its row is fetched again after a loss of the stream, the session stays on the screen as it was.
  const last = useRef<Session>(undefined)
  const gone = state.gone.has(id)
  last.current = gone ? undefined : (state.sessions.get(id) ?? last.current)
  const session = last.current
  const back = (
    <button type="button" className="icon-button talk-back" aria-label={t('back')} onClick={onBack}>
      <Icon name="arrow-left" size={20} />
    </button>
  )
  if (session) return <Open {...props} session={session} back={back} />
  return (
    <>
      <header className="head">
        {back}
        <h1 className="sr">{t('facts.session')}</h1>
      </header>
      {gone ? <p className="empty">{t('log.gone')}</p> : <Unfetched name={`session:${id}`} words={t('log.failed')} />}
    </>
  )
}

function Open(props: DialogueProps & { session: Session; back: ReactNode }) {
  const { id, me, now, session, commands, focusTake, back, onEnded, onMine, onBack } = props
  const live = useLive()
  const { state, faults } = useShown()
  const field = useRef<HTMLTextAreaElement>(null)
  const [bottom, setBottom] = useState(true)
  const { data: agents } = useQuery(agentsQuery(session.department))

  const log = state.logs[id] ?? noLog
  const inside = state.participants[id]?.people.some((person) => person.id === me.id) ?? false
  const blocked = blockOf(session, now)
  const offers = useMemo(() => offersOf(session, me, inside, blocked), [session, me, inside, blocked])
  const holds = session.assignee?.id === me.id
  const mine = holds || (session.state === 'waiting' && offers.read)
  const reading = useReading(session, log, { mayRead: offers.read, mine, bottom })
  const amend = useAmend(id)
  const [aim, setAim] = useState<Aim>()
  const aimed = aim && log.events.find((event) => event.id === aim.message && !event.deleted_at)
  const aimAt = useCallback(
    (next: Aim) => {
      setAim(next)
      if (next.deed === 'reply') live.drafts.put(id, { kind: 'reply' })
      field.current?.focus()
    },
    [live, id],
  )
  const offered = useCallback(
    (message: Event) => {
      const supervisor = roleIn(me, session.department)?.supervisor ?? false
      return messageOffers(message, offers, { me: me.id, supervisor, copies: isSecureContext })
    },
    [offers, me, session.department],
  )
  const files = useFiles(id)
  const place = useRef<HTMLDivElement>(null)
  const over = useDrop(
    place,
    aim?.deed === 'edit'
      ? undefined
      : (dropped) => {
          files.add(dropped)
          field.current?.focus()
        },
  )
  useArrival(id, focusTake)
  useBecoming(holds, onMine)
  useCommands(commands, { escape: onBack })

  return (
    <>
      <DialogueHead
        session={session}
        me={me}
        now={now}
        blocked={blocked}
        back={back}
        commands={commands}
        onReady={() => field.current?.focus()}
        onEnded={onEnded}
      />
      {log.loaded ? (
        <DialogueLog
          session={session}
          log={log}
          me={me}
          agents={agents}
          now={now}
          bottom={bottom}
          unreadAfter={reading.unreadAfter}
          onBottom={setBottom}
          offered={offered}
          amend={amend}
          onAim={aimAt}
        />
      ) : faults[`log:${id}`] ? (
        <Unfetched name={`log:${id}`} words={t('log.failed')} />
      ) : (
        <Coming />
      )}
      <Typing
        customer={customerName(session)}
        typists={(state.typing[id] ?? []).filter((typist) => typist.until > now)}
        others={state.participants[id]?.people.filter((person) => person.id !== me.id) ?? []}
      />
      <Writing
        session={session}
        me={me}
        mayReply={offers.reply}
        field={field}
        commands={commands}
        aim={aim}
        aimed={aimed}
        amend={amend}
        files={files}
        onAim={setAim}
        onEditLast={() => {
          const last = log.events.findLast((event) => offered(event).has('edit'))
          if (last) aimAt({ deed: 'edit', message: last.id, text: last.text ?? '' })
        }}
        onSent={() => {
          live.settle(id)
          reading.clear()
        }}
      />
      <div ref={place} className={over ? 'drop-place over' : 'drop-place'} aria-hidden="true">
        {over && <p>{t('file.drop')}</p>}
      </div>
    </>
  )
}

// useArrival puts the focus where it belongs when a session has come on the screen.
function useArrival(id: string, focusTake: RefObject<string | undefined>): void {
  useEffect(() => {
    if (focusTake.current === id) {
      focusTake.current = undefined
      document.querySelector<HTMLElement>('.head [data-deed=take]')?.focus()
      return
    }
    // On a phone the row that was in focus is not on the screen any more.
    if (matchMedia('(max-width: 720px)').matches) document.querySelector<HTMLElement>('.head h1')?.focus()
  }, [id, focusTake])
}

// useBecoming calls back when something that was not so has become so.
function useBecoming(so: boolean, onSo: () => void): void {
  const was = useRef(so)
  useEffect(() => {
    if (so && !was.current) onSo()
    was.current = so
  })
}
