import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { clockTime, dayName } from '../../shared/time.ts'
import type { Conversation } from '../state/conversation.ts'
import { type Row, rowsOf } from '../state/row.ts'
import { Circle } from './circle.tsx'
import { Icon } from './icon.tsx'
import { Message } from './message.tsx'
import { language, t } from './words.ts'

export interface ThreadProps {
  conversation: Conversation
  isOpen: boolean
  isOffline: boolean
  /** Nobody can begin now: nothing asks them to. */
  isClosed: boolean
  isAsking: boolean
  unread: number
  /** Where the addresses of files are resolved. */
  base: string
  onOlder: () => void
  onEdit: (id: string) => void
  onRemove: (id: string) => void
  /** Told whether the customer has the end of the conversation before their eyes. */
  onAttend: (isAttending: boolean) => void
  /** What stands below the messages. */
  children?: ComponentChildren
}

const typingHolds = 5_000
const nearEnd = 48
const nearStart = 80

/** The messages. It stays at the end while the reader is there, and where they are while they read further up. */
export function Thread(props: ThreadProps) {
  const { conversation, isOpen, isOffline, isClosed, isAsking, unread, base, onOlder, onAttend, onEdit, onRemove } =
    props
  const box = useRef<HTMLDivElement>(null)
  const shown = useRef({ first: 0, last: '', height: 0, isOpen: false })
  const [isAtEnd, setAtEnd] = useState(true)
  const rows = useMemo(() => rowsOf(conversation, isOffline), [conversation, isOffline])
  // The same elements while nothing changes: a key pressed in the composer costs nothing here.
  const lines = useMemo(
    () => rows.map((row) => <Line key={row.key} row={row} base={base} onEdit={onEdit} onRemove={onRemove} />),
    [rows, base, onEdit, onRemove],
  )
  const newest = conversation.pending.findLast((p) => !p.about)?.id ?? ''

  const typing = useFresh(conversation.typing)

  const toEnd = useCallback(() => {
    const element = box.current
    if (element) element.scrollTop = element.scrollHeight
  }, [])

  useLayoutEffect(() => {
    const element = box.current
    if (!element || !isOpen) {
      shown.current.isOpen = false
      return
    }
    const before = shown.current
    if (isAtEnd || !before.isOpen || (newest !== before.last && newest !== '')) toEnd()
    else if (conversation.first < before.first) element.scrollTop += element.scrollHeight - before.height
    shown.current = { first: conversation.first, last: newest, height: element.scrollHeight, isOpen }
    // Too little to scroll: the rest comes by itself.
    if (conversation.more && element.scrollHeight <= element.clientHeight) onOlder()
  })

  // What is before the eyes changes with the window, too.
  useEffect(() => {
    const look = () => onAttend(isOpen && isAtEnd && document.visibilityState === 'visible' && document.hasFocus())
    look()
    const life = new AbortController()
    for (const type of ['focus', 'blur']) window.addEventListener(type, look, { signal: life.signal })
    document.addEventListener('visibilitychange', look, { signal: life.signal })
    return () => life.abort()
  }, [isOpen, isAtEnd, onAttend])

  // The keyboard of a phone or a long draft make it shorter.
  useEffect(() => {
    if (!box.current || !isAtEnd) return
    const watch = new ResizeObserver(toEnd)
    watch.observe(box.current)
    return () => watch.disconnect()
  }, [isAtEnd, toEnd])

  const scrolled = () => {
    const element = box.current
    if (!element || !isOpen) return
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd)
    if (conversation.more && element.scrollTop < nearStart) onOlder()
  }

  const isEmpty = rows.length === 0 && conversation.cursor !== undefined && !isClosed
  return (
    <div class="middle">
      <div
        class="thread"
        ref={box}
        onScroll={scrolled}
        role="log"
        aria-live="off"
        aria-label={t('messages')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard.
        tabIndex={0}
      >
        {isEmpty && <Empty greeting={conversation.greeting} />}
        {conversation.more && (
          <button type="button" class="link earlier" onClick={onOlder} disabled={isAsking}>
            {isAsking ? t('earlierComing') : t('earlier')}
          </button>
        )}
        <ol>
          {lines}
          {typing && !isOffline && <Typing name={typing.name} />}
        </ol>
        {props.children}
      </div>
      {!isAtEnd && unread > 0 && (
        <button type="button" class="below" onClick={toEnd}>
          {t('newBelow', { count: unread })}
          <Icon name="down" size={14} />
        </button>
      )}
    </div>
  )
}

// useFresh gives a value until it has been the same for as long as typing holds.
function useFresh<T>(value: T): T | undefined {
  const [stale, setStale] = useState<T>()
  useEffect(() => {
    const timer = setTimeout(() => setStale(value), typingHolds)
    return () => clearTimeout(timer)
  }, [value])
  return value === stale ? undefined : value
}

function Line({ row, base, onEdit, onRemove }: { row: Row } & Pick<ThreadProps, 'base' | 'onEdit' | 'onRemove'>) {
  switch (row.kind) {
    case 'message':
      return <Message said={row} base={base} onEdit={onEdit} onRemove={onRemove} />
    case 'day': {
      const words = { today: t('today'), yesterday: t('yesterday') }
      return <Note>{dayName(row.at, Date.now(), words, language)}</Note>
    }
    case 'connected':
      return (
        <li class="connected">
          <Circle name={row.name} size="small" />
          <span dir="auto">{t('connected', { name: row.name })}</span>
        </li>
      )
    case 'ended': {
      const time = clockTime(row.at)
      if (row.by === 'agent') return <Note>{t('endedByAgent', { name: row.name, time })}</Note>
      return <Note>{t(row.by === 'you' ? 'endedByYou' : 'ended', { time })}</Note>
    }
  }
}

function Note({ children }: { children: ComponentChildren }) {
  return (
    <li class="note" dir="auto">
      {children}
    </li>
  )
}

function Typing({ name }: { name: string }) {
  return (
    <li class="said">
      <div class="line">
        <Circle name={name} size="medium" />
        <p class="bubble last">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="sr">{t('typing', { name })}</span>
        </p>
      </div>
    </li>
  )
}

function Empty({ greeting }: { greeting: string | undefined }) {
  return (
    <div class="empty">
      <h3 dir="auto">{greeting ?? t('empty')}</h3>
      <p>{t('emptyHint')}</p>
    </div>
  )
}
