import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Role, Session } from '../../api/wire.ts'
import type { Draft } from '../live/draft.ts'
import type { Commands } from '../state/action.ts'
import type { ListName } from '../state/list.ts'
import { Row, type RowActs } from '../view/row.tsx'
import { t } from '../words/t.ts'
import { useDeed } from './deed.ts'
import { plainDeeds } from './deeds.tsx'
import { useCommands } from './keys.ts'
import { useLive } from './live.tsx'
import { addressOf, useGo } from './place.ts'
import type { At } from './rowmenu.tsx'
import { useWindow } from './window.ts'

interface ListRowsProps {
  role: Role
  name: ListName
  listKey: string
  rows: readonly Session[]
  /** How many there are, also those that are not here yet; undefined where nobody has counted them. */
  total: number | undefined
  me: string
  current: string | undefined
  now: number
  drafts: Readonly<Record<string, Draft>>
  commands: RefObject<Commands>
  onMenu: (at: At) => void
  /** Fetches what comes after the rows. */
  onMore?: () => void
}

/** The rows of a list, of which those in view are on the page. Arrows, j and k move in it (FEATURES D2, D12). */
export function ListRows(props: ListRowsProps) {
  const { role, name, listKey, rows, total, me, current, now, drafts, commands, onMenu, onMore } = props
  const live = useLive()
  const go = useGo()
  const { run } = useDeed()
  const box = useRef<HTMLDivElement>(null)
  const { slice, high, onScroll, reveal } = useWindow(box, rows, listKey)
  // The row that Tab reaches: where the focus was last, else the open one, else the first.
  const [focused, setFocused] = useState<string>()
  const at = useMemo(() => {
    const place = (id: string | undefined) => (id === undefined ? -1 : rows.findIndex((row) => row.id === id))
    return { focused: place(focused), current: place(current) }
  }, [rows, focused, current])
  const tab = Math.max(0, at.focused >= 0 ? at.focused : at.current)
  const shown = onPage(rows.length, slice, tab)

  const nearEnd = slice.to >= rows.length - 20
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when rows have come
  useEffect(() => {
    if (nearEnd) onMore?.()
  }, [nearEnd, rows])

  const focusAt = (to: number) => {
    const goal = rows[Math.min(rows.length - 1, Math.max(0, to))]
    if (!goal) return
    flushSync(() => setFocused(goal.id))
    reveal(rows.indexOf(goal))
    box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(goal.id)}"]`)?.focus({ preventScroll: true })
  }
  // From the row in focus, else from the one that is open.
  const step = (by: number) => {
    const inside = box.current?.contains(document.activeElement) ? at.focused : at.current
    focusAt(inside < 0 ? Math.max(0, at.current) : inside + by)
  }
  const open = (by: number) => {
    const goal = rows[at.current + by]
    if (!goal) return
    focusAt(at.current + by)
    go({ department: role.department.slug, list: name, session: goal.id })
  }
  useCommands(commands, {
    down: () => step(1),
    up: () => step(-1),
    ...(rows[at.current + 1] ? { next: () => open(1) } : {}),
    ...(rows[at.current - 1] ? { previous: () => open(-1) } : {}),
  })
  useKept(box, focused, at.focused, focusAt)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const to = { ArrowDown: tab + 1, ArrowUp: tab - 1, Home: 0, End: rows.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    focusAt(to)
  }
  const take = (session: Session) =>
    run({
      ...plainDeeds(live.rest, session).take,
      after: () => go({ department: role.department.slug, list: 'my', session: session.id }),
    })

  const goalOf = (session: Session) => ({ department: role.department.slug, list: name, session: session.id })
  const acts = useActs({
    onOpen: (session) => go(goalOf(session)),
    onTake: take,
    onMenu: (session, x, y) => onMenu({ session: session.id, x, y, open: true }),
    onFocus: (session) => setFocused(session.id),
  })

  return (
    <div className="list-rows" ref={box} onScroll={onScroll}>
      <ul style={{ height: rows.length * high }} onKeyDown={onKeyDown}>
        {shown.map((i) => {
          const session = rows[i] as Session
          return (
            <Row
              key={session.id}
              session={session}
              me={me}
              now={now}
              place={i}
              total={total}
              top={i * high}
              draft={drafts[session.id]?.text || (drafts[session.id]?.files?.[0]?.name ?? '')}
              current={session.id === current}
              tab={i === tab}
              href={addressOf(goalOf(session))}
              takes={name === 'unassigned' && role.operator}
              acts={acts}
            />
          )
        })}
      </ul>
      {onMore && <p className="list-more">{t('list.more')}</p>}
    </div>
  )
}

// useActs gives functions that stay the same, so that a row is drawn anew only when something of it has changed.
function useActs(acts: RowActs): RowActs {
  const latest = useRef(acts)
  useLayoutEffect(() => {
    latest.current = acts
  })
  return useMemo(
    () => ({
      onOpen: (session) => latest.current.onOpen(session),
      onTake: (session) => latest.current.onTake(session),
      onMenu: (session, x, y) => latest.current.onMenu(session, x, y),
      onFocus: (session) => latest.current.onFocus(session),
    }),
    [],
  )
}

// onPage gives which rows are on the page: those of the slice, and the one that Tab reaches wherever it is.
function onPage(count: number, { from, to }: { from: number; to: number }, tab: number): number[] {
  const all: number[] = []
  for (let i = from; i < Math.min(to, count); i++) all.push(i)
  if (tab < count && tab < from) all.unshift(tab)
  if (tab < count && tab >= to) all.push(tab)
  return all
}

// useKept hands the focus of a row that has left the list to the one that stands in its place.
function useKept(
  box: RefObject<HTMLElement | null>,
  focused: string | undefined,
  at: number,
  focusAt: (to: number) => void,
): void {
  const last = useRef({ focused, at, had: false })
  useLayoutEffect(() => {
    const before = last.current
    const lost = before.had && document.activeElement === document.body
    if (lost && focused === before.focused && at < 0 && before.at >= 0) focusAt(before.at)
    last.current = { focused, at, had: box.current?.contains(document.activeElement) ?? false }
  })
}
