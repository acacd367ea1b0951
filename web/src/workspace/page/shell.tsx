import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Me } from '../../api/wire.ts'
import { rest } from '../live/rest.ts'
import type { ActionName, Commands } from '../state/action.ts'
import { type LinkKind, linkKinds } from '../state/link.ts'
import { listKey } from '../state/list.ts'
import { blue, red } from '../state/select.ts'
import { Icon } from '../view/icon.tsx'
import { Choose, KeysDialog } from '../view/keys.tsx'
import { Rail } from '../view/rail.tsx'
import { Sheet } from '../view/sheet.tsx'
import { t } from '../words/t.ts'
import { focusAccount, matches } from './account.tsx'
import { linksQuery, queries, typesQuery } from './ask.ts'
import { useAvailability } from './availability.ts'
import { useBadge } from './badge.ts'
import { useNow } from './clock.ts'
import { Dialogue } from './dialogue.tsx'
import { CustomerFacts } from './facts.tsx'
import { firstList } from './first.ts'
import { focusRow, useCommands } from './keys.ts'
import { Linking } from './link.tsx'
import { ListPane } from './list.tsx'
import { useLive, useRows, useShown } from './live.tsx'
import { roomy, several, useLook, useMedia } from './look.ts'
import { NetBanner } from './net.tsx'
import { PaletteHolder } from './palette.tsx'
import { type Goal, lastList, rememberList, useGo, usePlace } from './place.ts'
import { ToastPlace } from './toast.tsx'
import { travel } from './travel.ts'
import { useYou, YouMenu } from './you.tsx'

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
  const sayAvailability = useAvailability()
  const [keysOpen, setKeysOpen] = useState(false)
  const [linking, setLinking] = useState<LinkKind>()
  const { data: links } = useQuery(linksQuery)
  const { data: types } = useQuery(typesQuery)
  const hasTypes = me.roles.some(({ department }) =>
    types?.some((type) => type.department === department.id && type.use === 'record'),
  )
  const commands = useRef<Commands>({})
  const hasRoom = useMedia(roomy)
  const hasSeveral = useMedia(several)
  const [railLook, setRail] = useLook('rail')
  const [factsLook, setFacts] = useLook('facts')
  const [sheet, setSheet] = useState(false)
  // The session whose account is to be in focus when it comes.
  const sought = useRef<string>(undefined)
  // A click on the blue counter opens a session with Take in focus (FEATURES C10).
  const focusTake = useRef<string>(undefined)

  const key = role && list ? listKey(role.department.id, list) : undefined
  useEffect(() => live.showList(key), [live, key])
  useEffect(() => {
    if (role && list) rememberList({ department: role.department.slug, list })
  }, [role, list])
  useEffect(() => live.showSession(session), [live, session])
  useBadge(red(state))

  // Where the lists have no place beside the sessions, the inbox begins with them; else with a list.
  useEffect(() => {
    if (place.unknown || place.list || !hasSeveral) return
    let here = true
    const begin = (goal: Goal | undefined) => here && goal && go(goal, { replace: true })
    const last = lastList(me)
    if (last) begin(last)
    else firstList(live.rest, me).then(begin)
    return () => {
      here = false
    }
  }, [place.unknown, place.list, hasSeveral, me, live, go])

  const listed = useRows(key)
  const shown = session === undefined ? undefined : state.sessions.get(session)
  const count = (department: string) => state.counters?.departments.find((c) => c.department === department) ?? noCount

  // Where the open session stands in the list, or stood there before the stream told that it has left.
  const stood = useRef(0)
  useEffect(() => {
    const at = listed.findIndex((row) => row.id === session)
    if (at >= 0) stood.current = at
  }, [listed, session])

  // The list goes on at the row after the one that has left it.
  const onEnded = () => {
    if (!role || !list) return
    const at = listed.findIndex((row) => row.id === session)
    const next = at < 0 ? (listed[stood.current] ?? listed.at(-1)) : (listed[at + 1] ?? listed[at - 1])
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
  const ways = travel({ me, rest: live.rest, role, list, red: red(state), blue: blue(state), go, focusTake })
  const you = useYou({
    availability: me.availability,
    onAvailability: sayAvailability,
    linkKinds: linkKinds(links?.kinds),
    onLink: setLinking,
    onHelp: () => setKeysOpen(true),
    onSignOut: signOut,
  })
  const showFacts = () => (hasRoom ? setFacts(factsLook === 'shown' ? 'hidden' : 'shown') : setSheet(true))
  const showAccount = () => {
    if (hasRoom) setFacts('shown')
    else setSheet(true)
    sought.current = focusAccount() ? undefined : session
  }
  useCommands(commands, {
    ...ways,
    ...you,
    ...(hasRoom ? { rail: () => setRail(railLook === 'wide' ? 'narrow' : 'wide') } : {}),
    ...(shown ? { facts: showFacts } : {}),
    ...(shown && matches(types, shown, me) ? { account: showAccount } : {}),
    ...(hasTypes ? { records: () => navigate({ to: '/records/{-$record}' }) } : {}),
    ...(me.admin
      ? {
          channels: () => navigate({ to: '/settings/channels' }),
          types: () => navigate({ to: '/settings/records' }),
          rules: () => navigate({ to: '/settings/rules' }),
          systems: () => navigate({ to: '/settings/systems' }),
          hooks: () => navigate({ to: '/settings/hooks' }),
        }
      : {}),
  })
  const facts = shown && <CustomerFacts key={shown.customer.id} session={shown} me={me} now={now} sought={sought} />

  return (
    <div
      className="app"
      data-pane={session !== undefined ? 'talk' : list ? 'list' : 'rail'}
      data-rail={hasRoom ? railLook : 'narrow'}
    >
      <NetBanner />
      <PaletteHolder
        commands={commands}
        sessions={listed}
        onSession={({ id }) => role && list && go({ department: role.department.slug, list, session: id })}
      >
        <main className="panes">
          <Rail
            me={me}
            red={red(state)}
            blue={blue(state)}
            counts={count}
            link={({ department }, name, children) => (
              <Link
                to="/inbox/$department/$list/{-$session}"
                params={{ department: department.slug, list: name, session: undefined }}
              >
                {children}
              </Link>
            )}
            pages={
              hasTypes && (
                <Link to="/records/{-$record}" className="rail-page" title={t('act.records')}>
                  <Icon name="clipboard" />
                  <span className="grow cut rail-words">{t('act.records')}</span>
                </Link>
              )
            }
            more={
              <>
                {me.admin && (
                  <Link
                    to="/settings/channels"
                    className="icon-button small"
                    title={t('rail.settings')}
                    aria-label={t('rail.settings')}
                  >
                    <Icon name="settings" />
                  </Link>
                )}
                <YouMenu commands={commands} />
              </>
            }
            onRed={() => run(commands, 'red')}
            onBlue={() => run(commands, 'blue')}
            onAvailability={sayAvailability}
            onSearch={() => run(commands, 'palette')}
          />
          {role && list && key ? (
            <ListPane
              role={role}
              name={list}
              listKey={key}
              rows={listed}
              current={session}
              now={now}
              commands={commands}
              count={list === 'unassigned' ? count(role.department.id).unassigned : undefined}
            />
          ) : (
            <section className="list list-none">
              {place.unknown && <p className="empty">{t('list.unknown')}</p>}
            </section>
          )}
          <section className="talk" aria-label={t('talk.label')}>
            {session === undefined ? (
              <Choose />
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
          {hasRoom && factsLook === 'shown' && facts}
        </main>
        {!hasRoom && sheet && facts && (
          <Sheet label={t('facts.label')} onClose={() => setSheet(false)}>
            {facts}
          </Sheet>
        )}
      </PaletteHolder>
      {linking && <Linking kind={linking} onClose={() => setLinking(undefined)} />}
      {keysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
    </div>
  )
}

// run does an action that asks nothing.
function run(commands: RefObject<Commands>, name: ActionName): void {
  const offer = commands.current[name]
  if (typeof offer === 'function') offer()
}
