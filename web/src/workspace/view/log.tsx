import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Session } from '../../api/wire.ts'
import { dayName } from '../../shared/time.ts'
import type { Item, Said } from '../state/thread.ts'
import { t } from '../words/t.ts'
import type { Acts } from './bubble.tsx'
import { Icon } from './icon.tsx'
import { Deleted, In, Note, Out, type Resend, System } from './message.tsx'
import { customerName } from './person.tsx'

interface LogProps extends Resend {
  items: readonly Item[]
  session: Session
  me: string
  now: number
  /** The seq of the oldest event shown: older ones have come when it falls. */
  first: number
  /** What a reader of the screen hears; each new text is said once. */
  spoken: string
  /** How many messages came that have not been on the screen. */
  unseen: number
  lost: boolean
  more: boolean
  acts: Omit<Acts, 'onQuote'>
  onOlder: () => void
  /** Tells whether the newest message is on the screen. */
  onBottom: (bottom: boolean) => void
}

const slack = 40
const fetchWithin = 400
const pointedFor = 1_500

/**
 * The messages of a session. It stays at the newest unless its reader has scrolled away, and keeps what they read in
 * its place when older messages come.
 */
export function Log(props: LogProps) {
  const { items, session, first, unseen, more, acts, onOlder, onBottom } = props
  const box = useRef<HTMLDivElement>(null)
  const held = useRef({ first, height: 0 })
  const atBottom = useRef(true)
  const [bottom, setBottom] = useState(true)

  const look = () => {
    const el = box.current
    if (!el) return
    const now = el.scrollHeight - el.scrollTop - el.clientHeight < slack
    if (now !== atBottom.current) {
      atBottom.current = now
      setBottom(now)
      onBottom(now)
    }
    if (more && el.scrollTop < fetchWithin) onOlder()
  }
  const toBottom = () => box.current?.scrollTo({ top: box.current.scrollHeight })

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what is shown has changed
  useLayoutEffect(() => {
    const el = box.current
    if (!el) return
    const older = first < held.current.first
    if (atBottom.current) el.scrollTop = el.scrollHeight
    else if (older) el.scrollTop += el.scrollHeight - held.current.height
    held.current = { first, height: el.scrollHeight }
    look()
  }, [items, first])

  // The composer grows as one writes, and takes its room from the log.
  useEffect(() => {
    const el = box.current
    if (!el) return
    const observer = new ResizeObserver(() => {
      if (atBottom.current) el.scrollTop = el.scrollHeight
      held.current.height = el.scrollHeight
    })
    observer.observe(el)
    return () => observer.disconnect()
  }, [])

  const all = useMemo(() => ({ ...acts, onQuote: (message: string) => point(box.current, message) }), [acts])
  const tab = useMemo(
    () => items.flatMap(saidIn).findLast(({ event }) => event && acts.offered(event).size > 0)?.key,
    [items, acts],
  )

  return (
    <div className="log-frame">
      <div
        className="log"
        ref={box}
        onScroll={look}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by keyboard
        tabIndex={0}
        onKeyDown={step}
        role="log"
        aria-live="off"
        aria-label={t('log.label', { name: customerName(session) })}
      >
        {more && <p className="log-older">{t('log.older')}</p>}
        <ol className="log-items">{items.map((item) => entry(item, props, all, tab))}</ol>
      </div>
      {!bottom && (
        <button type="button" className="pill" onClick={toBottom}>
          {unseen > 0 ? t('log.new', { count: unseen }) : <span className="sr">{t('log.bottom')}</span>}
          <Icon name="arrow-down" size={14} />
        </button>
      )}
      <p className="sr" aria-live="polite">
        {props.spoken}
      </p>
    </div>
  )
}

// point shows where a message stands.
function point(log: HTMLElement | null, message: string): void {
  const places = [...(log?.querySelectorAll<HTMLElement>('[data-message]') ?? [])]
  const place = places.find((element) => element.dataset.message === message)
  place?.scrollIntoView({ block: 'center' })
  place?.classList.add('pointed')
  setTimeout(() => place?.classList.remove('pointed'), pointedFor)
}

// step moves the focus between the messages' menus.
function step(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.message-more')]
  const at = buttons.indexOf(event.target as HTMLElement)
  if (by === undefined || at < 0) return
  event.preventDefault()
  buttons[at + by]?.focus()
}

function saidIn(item: Item): readonly Said[] {
  if (item.type === 'note') return [item.said]
  return item.type === 'in' || item.type === 'out' ? item.messages : []
}

function entry(item: Item, props: LogProps, acts: Acts, tab: string | undefined): ReactNode {
  const { session, me, now, lost, onRetry, onDiscard } = props
  const shown = { session, acts, tab }
  switch (item.type) {
    case 'day':
      return (
        <li key={item.key} className="day">
          <span>{dayName(item.at, now, { today: t('log.today'), yesterday: t('log.yesterday') }, 'en-GB')}</span>
        </li>
      )
    case 'unread':
      return (
        <li key={item.key} className="unread-line">
          {t('log.new', { count: item.count })}
        </li>
      )
    case 'system':
      return <System key={item.key} event={item.event} session={session} />
    case 'deleted':
      return <Deleted key={item.key} item={item} session={session} />
    case 'note':
      return <Note key={item.key} item={item} {...shown} onRetry={onRetry} onDiscard={onDiscard} />
    case 'in':
      return <In key={item.key} item={item} {...shown} />
    case 'out':
      return <Out key={item.key} item={item} {...shown} me={me} lost={lost} onRetry={onRetry} onDiscard={onDiscard} />
  }
}
