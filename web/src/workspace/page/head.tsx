import { type ReactNode, type RefObject, useRef, useState } from 'react'
import type { Me, Session } from '../../api/wire.ts'
import { type ActionName, actionNames, actions, type Commands } from '../state/action.ts'
import { Head } from '../view/head.tsx'
import { ActionMenu, ChoiceMenu } from '../view/menu.tsx'
import { t } from '../words/t.ts'
import { useDeeds } from './deeds.tsx'
import { useCommands } from './keys.ts'
import { useChoose } from './palette.tsx'

interface DialogueHeadProps {
  session: Session
  me: Me
  now: number
  /** How the customer is kept out now. */
  blocked: Session['blocked']
  back: ReactNode
  commands: RefObject<Commands>
  /** The agent can write now. */
  onReady: () => void
  onEnded: () => void
}

/** The head of the dialogue, and the deeds that are done from it (FEATURES D12). */
export function DialogueHead(props: DialogueHeadProps) {
  const { session, me, now, blocked, back, commands, onReady, onEnded } = props
  const { offers, offered, busy, dialogs } = useDeeds(session, me, now, { onReady, onEnded })
  const choose = useChoose()
  const [menu, setMenu] = useState<'assign' | 'more' | 'record'>()
  const recordPlace = useRef<HTMLButtonElement>(null)
  const closeMenu = () => setMenu(undefined)
  const { assign, record } = offered
  const own: Commands = {
    ...offered,
    ...(assign && typeof assign !== 'function' ? { assign: { ...assign, open: () => setMenu('assign') } } : {}),
    ...(record && typeof record !== 'function' ? { record: { ...record, open: () => setMenu('record') } } : {}),
  }
  useCommands(commands, own)
  const act = (name: ActionName) => choose(name, commands.current[name])
  const listed = actionNames.filter((name) => commands.current[name] && actions[name].group === 'session')
  return (
    <>
      <Head
        session={session}
        me={me.id}
        offers={offers}
        blocked={blocked}
        busy={busy}
        back={back}
        facts={commands.current.facts !== undefined}
        onDeed={(name) => {
          closeMenu()
          act(name)
        }}
        onMore={() => setMenu((open) => (open ? undefined : 'more'))}
        menuOpen={menu}
        record={record && { place: recordPlace, several: typeof record !== 'function' }}
        menu={
          menu === 'assign' && own.assign && typeof own.assign !== 'function' ? (
            <ChoiceMenu chooser={own.assign} onClose={closeMenu} />
          ) : menu === 'record' && own.record && typeof own.record !== 'function' ? (
            <ChoiceMenu
              chooser={own.record}
              {...(recordPlace.current?.offsetParent ? { anchor: recordPlace } : {})}
              onClose={closeMenu}
            />
          ) : menu === 'more' ? (
            <ActionMenu label={t('deed.more')} names={listed} onChoose={act} onClose={closeMenu} />
          ) : null
        }
      />
      {dialogs}
    </>
  )
}
