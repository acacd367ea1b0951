import { type KeyboardEvent, type ReactNode, useLayoutEffect, useMemo, useRef } from 'react'
import type { Session } from '../../api/wire.ts'
import { dayName } from '../../shared/time.ts'
import type { Item } from '../state/thread.ts'
import { type Place, saidIn } from '../state/window.ts'
import { t } from '../words/t.ts'
import type { Acts } from './bubble.tsx'
import { Icon } from './icon.tsx'
import { Deleted, In, Note, Out, type Resend, System } from './message.tsx'
import { customerName } from './person.tsx'
import { useWindow } from './scroll.ts'

interface LogProps extends Resend {
  items: readonly Item[]
  session: Session
  me: string
  now: number
  /** Where its reader is; it is changed as they scroll. */
  place: Place
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

const pointedFor = 1_500

/**
 * The messages of a session. It stays at the newest unless its reader has scrolled away, and keeps what they read in
 * its place when older messages come. However long it is, what is not near the view does not stand on the page.
 */
export function Log(props: LogProps) {
  const { items, session, place, unseen, more, acts, onOlder, onBottom } = props
  const { box, span, bottom, scrolled, toBottom, toMessage } = useWindow(items, place, {
    onBottom,
    onTop: () => more && onOlder(),
  })
  const shown = items.slice(span.from, span.to)
  const held = useRef({ items, toMessage })
  useLayoutEffect(() => {
    held.current = { items, toMessage }
  })
  const all = useMemo(() => {
    const onQuote = (message: string) => {
      const { items, toMessage } = held.current
      const key = items.flatMap(saidIn).find(({ event }) => event?.id === message)?.key
      if (key !== undefined) toMessage(key)
      // By then it stands on the page.
      requestAnimationFrame(() => point(box.current, message))
    }
    return { ...acts, onQuote }
  }, [acts, box])
  const tab = shown.flatMap(saidIn).findLast(({ event }) => event && acts.offered(event).size > 0)?.key

  return (
    <div className="log-frame">
      <div
        className="log"
        ref={box}
        onScroll={scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by keyboard
        tabIndex={0}
        onKeyDown={step}
        role="log"
        aria-live="off"
        aria-label={t('log.label', { name: customerName(session) })}
      >
        {more && <p className="log-older">{t('log.older')}</p>}
        <ol className="log-items" style={{ paddingTop: span.above, paddingBottom: span.below }}>
          {shown.map((item) => entry(item, props, all, tab))}
        </ol>
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

// point marks a message for a moment.
function point(log: HTMLElement | null, message: string): void {
  const places = [...(log?.querySelectorAll<HTMLElement>('[data-message]') ?? [])]
  const place = places.find((element) => element.dataset.message === message)
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

function entry(item: Item, props: LogProps, acts: Acts, tab: string | undefined): ReactNode {
  const { session, me, now, lost, onRetry, onDiscard } = props
  // Only the item that it leads to is told, so that the others stay as they are.
  const shown = { session, acts, tab: saidIn(item).some(({ key }) => key === tab) ? tab : undefined }
  switch (item.type) {
    case 'day':
      return (
        <li key={item.key} className="day" data-item={item.key}>
          <span>{dayName(item.at, now, { today: t('log.today'), yesterday: t('log.yesterday') }, 'en-GB')}</span>
        </li>
      )
    case 'unread':
      return (
        <li key={item.key} className="unread-line" data-item={item.key}>
          {t('log.new', { count: item.count })}
        </li>
      )
    case 'system':
      return <System key={item.key} item={item} session={session} onRecord={acts.onRecord} />
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
