import { Link } from '@tanstack/react-router'
import { type RefObject, useMemo, useState } from 'react'
import type { Role, Session } from '../../api/wire.ts'
import type { Commands } from '../state/action.ts'
import type { ListKey, ListName } from '../state/list.ts'
import { isLoaded, longestWaiting } from '../state/select.ts'
import { longWait, millis, span } from '../state/time.ts'
import { Icon } from '../view/icon.tsx'
import { ListEmpty, ListSkeleton } from '../view/vacant.tsx'
import { t } from '../words/t.ts'
import { useLive, useShown } from './live.tsx'
import { Unfetched } from './net.tsx'
import { useGo } from './place.ts'
import { type At, RowMenu } from './rowmenu.tsx'
import { ListRows } from './rows.tsx'

interface ListPaneProps {
  role: Role
  name: ListName
  listKey: ListKey
  rows: readonly Session[]
  current: string | undefined
  now: number
  commands: RefObject<Commands>
  /** How many sessions it has, where the server says so. */
  count: number | undefined
}

/** The sessions of a list; it goes on as one scrolls. */
export function ListPane(props: ListPaneProps) {
  const { role, name, listKey, rows, current, now, commands, count } = props
  const live = useLive()
  const go = useGo()
  const { state, drafts, faults } = useShown()
  const [menu, setMenu] = useState<At>()
  const { department } = role
  const loaded = isLoaded(state, listKey)
  const next = state.lists[listKey]?.next
  const oldest = useMemo(() => (name === 'unassigned' ? longestWaiting(rows) : undefined), [name, rows])
  const waited = oldest ? now - millis(oldest) : 0
  const about = menu && state.sessions.get(menu.session)

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
      {!loaded ? (
        faults[listKey] ? (
          <Unfetched name={listKey} words={t('list.failed')} />
        ) : (
          <ListSkeleton />
        )
      ) : rows.length === 0 ? (
        <ListEmpty name={name} />
      ) : (
        <ListRows
          role={role}
          name={name}
          listKey={listKey}
          rows={rows}
          total={next ? count : rows.length}
          me={state.me.id}
          current={current}
          now={now}
          drafts={drafts}
          commands={commands}
          onMenu={setMenu}
          {...(next ? { onMore: () => live.more(listKey) } : {})}
        />
      )}
      {menu && about && (
        <RowMenu
          key={about.id}
          at={menu}
          session={about}
          me={state.me}
          now={now}
          onReady={() => go({ department: department.slug, list: 'my', session: about.id })}
          onClose={() => setMenu({ ...menu, open: false })}
        />
      )}
    </section>
  )
}
