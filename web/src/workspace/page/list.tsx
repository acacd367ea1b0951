import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { Role, Session } from '../../api/wire.ts'
import type { ListKey, ListName } from '../state/list.ts'
import { isLoaded } from '../state/select.ts'
import { longWait, millis, span } from '../state/time.ts'
import { Icon } from '../view/icon.tsx'
import { Row } from '../view/row.tsx'
import { t } from '../words/t.ts'
import { useDeed } from './deed.ts'
import { useLive, useShown } from './live.tsx'
import { Unfetched } from './net.tsx'
import { useGo } from './place.ts'

interface ListPaneProps {
  role: Role
  name: ListName
  listKey: ListKey
  rows: readonly Session[]
  current: string | undefined
  now: number
}

const fetchWithin = 600

/** The sessions of a list; it goes on as one scrolls. */
export function ListPane({ role, name, listKey, rows, current, now }: ListPaneProps) {
  const live = useLive()
  const { state, drafts } = useShown()
  const go = useGo()
  const { run } = useDeed()
  const box = useRef<HTMLDivElement>(null)
  // The row that Tab reaches: where the focus was last, else the open one, else the first.
  const [focused, setFocused] = useState<string>()
  const tab = [focused, current].find((id) => rows.some((row) => row.id === id)) ?? rows[0]?.id
  const { department } = role
  const loaded = isLoaded(state, listKey)
  const next = state.lists[listKey]?.next

  const look = () => {
    const el = box.current
    if (el && next && el.scrollHeight - el.scrollTop - el.clientHeight < fetchWithin) live.more(listKey)
  }
  // A page that does not fill the pane is followed by the next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when rows have come
  useEffect(look, [rows, next])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    box.current?.scrollTo({ top: 0 })
  }, [listKey])

  const take = (session: Session) =>
    run({
      ask: () => live.rest.take(session.id),
      done: t('done.taken'),
      after: () => go({ department: department.slug, list: 'my', session: session.id }),
    })
  const oldest = name === 'unassigned' ? rows[0]?.waiting_since : undefined
  const waited = oldest ? now - millis(oldest) : 0

  return (
    <section className="list" aria-label={t('list.label', { department: department.name, list: t(`list.${name}`) })}>
      <header className="list-head">
        <Link to="/inbox" className="icon-button list-back" aria-label={t('back')}>
          <Icon name="arrow-left" size={20} />
        </Link>
        <h1 className="grow cut">
          {department.name} <span>· {t(`list.${name}`)}</span>
        </h1>
        {oldest && (
          <span className={waited >= longWait ? 'list-longest long' : 'list-longest'}>
            {t('list.longest', { wait: span(waited) })}
          </span>
        )}
      </header>
      <div className="list-rows" ref={box} onScroll={look} aria-busy={!loaded}>
        {!loaded ? (
          <Unfetched name={listKey} words={t('list.failed')} />
        ) : rows.length === 0 ? (
          <p className="empty">{t(`list.empty.${name}`)}</p>
        ) : (
          <ul>
            {rows.map((session) => (
              <Row
                key={session.id}
                session={session}
                me={state.me.id}
                now={now}
                draft={drafts[session.id]?.text || (drafts[session.id]?.files?.[0]?.name ?? '')}
                current={session.id === current}
                onFocus={() => setFocused(session.id)}
                takeTab={session.id === tab ? 0 : -1}
                {...(name === 'unassigned' && role.operator ? { onTake: () => take(session) } : {})}
                link={(words) => (
                  <Link
                    className="row-link"
                    to="/inbox/$department/$list/{-$session}"
                    params={{ department: department.slug, list: name, session: session.id }}
                    data-row={session.id}
                    tabIndex={session.id === tab ? 0 : -1}
                  >
                    {words}
                  </Link>
                )}
              />
            ))}
          </ul>
        )}
        {next && loaded && <p className="list-more">{t('list.more')}</p>}
      </div>
    </section>
  )
}
