import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Me } from '../../api/wire.ts'
import { rest } from '../live/rest.ts'
import { type LinkKind, linkKinds } from '../state/link.ts'
import { listKey } from '../state/list.ts'
import { blue, red, rows } from '../state/select.ts'
import { Facts } from '../view/facts.tsx'
import { KeysDialog } from '../view/keys.tsx'
import { Rail } from '../view/rail.tsx'
import { t } from '../words/t.ts'
import { linksQuery, queries } from './ask.ts'
import { useAvailability } from './availability.ts'
import { useNow } from './clock.ts'
import { Dialogue } from './dialogue.tsx'
import { firstList, firstOfBlue, firstOfRed } from './first.ts'
import { type Commands, focusRow, useKeys } from './keys.ts'
import { Linking } from './link.tsx'
import { ListPane } from './list.tsx'
import { useLive, useShown } from './live.tsx'
import { NetBanner } from './net.tsx'
import { type Goal, lastList, rememberList, useGo, usePlace } from './place.ts'
import { useTheme } from './theme.ts'
import { ToastPlace } from './toast.tsx'

const noCount = { unread: 0, unassigned: 0 }

/** The three panes of the inbox: lists, sessions, dialogue, and beside them what is known of the customer. */
export function Shell({ me }: { me: Me }) {
  const live = useLive()
  const { state } = useShown()
  const place = usePlace(me)
  const { role, list, session } = place
  const go = useGo()
  const navigate = useNavigate()
  const now = useNow(1000)
  const [theme, nextTheme] = useTheme()
  const sayAvailability = useAvailability()
  const [keysOpen, setKeysOpen] = useState(false)
  const [linking, setLinking] = useState<LinkKind>()
  const { data: links } = useQuery(linksQuery)
  const commands = useRef<Commands>({})
  // A click on the blue counter opens a session with Take in focus (FEATURES C10).
  const focusTake = useRef<string>(undefined)

  const key = role && list ? listKey(role.department.id, list) : undefined
  useEffect(() => live.showList(key), [live, key])
  useEffect(() => {
    if (role && list) rememberList({ department: role.department.slug, list })
  }, [role, list])
  useEffect(() => live.showSession(session), [live, session])
  useTitle(red(state))
  useKeys(commands, () => setKeysOpen(true))

  // Where the lists have no place beside the sessions, the inbox begins with them; else with a list.
  useEffect(() => {
    if (place.unknown || place.list || !matchMedia('(min-width: 1001px)').matches) return
    let here = true
    const begin = (goal: Goal | undefined) => here && goal && go(goal, { replace: true })
    const last = lastList(me)
    if (last) begin(last)
    else firstList(live.rest, me).then(begin)
    return () => {
      here = false
    }
  }, [place.unknown, place.list, me, live, go])

  const listed = useMemo(() => (key ? rows(state, key) : []), [state, key])
  const shown = session === undefined ? undefined : state.sessions.get(session)
  const counters = state.counters?.departments ?? []

  // The list goes on at the row after the one that has left it.
  const onEnded = () => {
    if (!role || !list) return
    const at = listed.findIndex((row) => row.id === session)
    const next = listed[at + 1] ?? listed[at - 1]
    go({ department: role.department.slug, list, ...(next ? { session: next.id } : {}) })
    if (next) focusRow(next.id)
  }
  const onMine = () => {
    if (role && session && list === 'unassigned')
      go({ department: role.department.slug, list: 'my', session }, { replace: true })
  }
  const signOut = () => {
    rest.logout().catch(() => {})
    live.stop()
    queries.clear()
    navigate({ to: '/login' })
  }

  return (
    <div className="app" data-pane={session !== undefined ? 'talk' : list ? 'list' : 'rail'}>
      <NetBanner />
      <main className="panes">
        <Rail
          me={me}
          red={red(state)}
          blue={blue(state)}
          counts={(department) => counters.find((c) => c.department === department) ?? noCount}
          theme={theme}
          linkKinds={linkKinds(links?.kinds)}
          link={({ department }, name, children) => (
            <Link
              to="/inbox/$department/$list/{-$session}"
              params={{ department: department.slug, list: name, session: undefined }}
            >
              {children}
            </Link>
          )}
          onRed={() => firstOfRed(live.rest, me).then((goal) => goal && go(goal))}
          onBlue={() =>
            firstOfBlue(live.rest, me).then((goal) => {
              focusTake.current = goal?.session
              if (goal) go(goal)
            })
          }
          onAvailability={sayAvailability}
          onLink={setLinking}
          onTheme={nextTheme}
          onKeys={() => setKeysOpen(true)}
          onSignOut={signOut}
        />
        {role && list && key ? (
          <ListPane role={role} name={list} listKey={key} rows={listed} current={session} now={now} />
        ) : (
          <section className="list list-none">{place.unknown && <p className="empty">{t('list.unknown')}</p>}</section>
        )}
        <section className="talk" aria-label={t('talk.label')}>
          {session === undefined ? (
            <p className="empty">{t('list.choose')}</p>
          ) : (
            <Dialogue
              key={session}
              id={session}
              me={me}
              now={now}
              commands={commands}
              focusTake={focusTake}
              onEnded={onEnded}
              onMine={onMine}
              onBack={() => go(role && list ? { department: role.department.slug, list } : undefined)}
            />
          )}
          <ToastPlace />
        </section>
        {shown && (
          <Facts
            session={shown}
            people={state.participants[shown.id]?.people ?? []}
            events={state.logs[shown.id]?.events ?? []}
            now={now}
          />
        )}
      </main>
      {linking && <Linking kind={linking} onClose={() => setLinking(undefined)} />}
      {keysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
    </div>
  )
}

// useTitle shows the red counter where it is seen while one looks elsewhere.
function useTitle(badge: number): void {
  useEffect(() => {
    document.title = badge > 0 ? `(${badge}) ${t('product')}` : t('product')
    const app = navigator as Partial<Pick<Navigator, 'setAppBadge'>>
    app.setAppBadge?.(badge).catch(() => {})
  }, [badge])
}
