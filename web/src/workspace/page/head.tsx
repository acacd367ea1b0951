import { type ReactNode, type RefObject, useState } from 'react'
import type { Agent, Me, Session } from '../../api/wire.ts'
import type { Offers } from '../state/right.ts'
import { Aside } from '../view/availability.tsx'
import { BlockDialog } from '../view/block.tsx'
import { EndDialog } from '../view/end.tsx'
import { type DeedName, Head } from '../view/head.tsx'
import { Menu, MenuItem } from '../view/menu.tsx'
import { customerName } from '../view/person.tsx'
import { t } from '../words/t.ts'
import { useDeed } from './deed.ts'
import { type Commands, useCommands } from './keys.ts'
import { useLive } from './live.tsx'

interface DialogueHeadProps {
  session: Session
  me: Me
  offers: Offers
  /** How the customer is kept out now. */
  blocked: Session['blocked']
  /** The department's people, once they are known. */
  agents: readonly Agent[] | undefined
  back: ReactNode
  commands: RefObject<Commands>
  /** The agent can write now. */
  onReady: () => void
  onEnded: () => void
}

const deeds = ['take', 'join', 'assign', 'leave', 'release', 'end', 'block', 'unblock'] as const

/** The head of the dialogue, and the deeds that are done from it (FEATURES D12). */
export function DialogueHead(props: DialogueHeadProps) {
  const { session, me, offers, blocked, agents, back, commands, onReady, onEnded } = props
  const { id, version } = session
  const { rest } = useLive()
  const { run, busy } = useDeed()
  const [menu, setMenu] = useState<'assign' | 'more'>()
  const [asking, setAsking] = useState<'end' | 'block'>()
  const closeMenu = () => setMenu(undefined)

  const acts: Record<DeedName, () => void> = {
    take: () => run({ ask: () => rest.take(id), done: t('done.taken'), after: onReady }),
    join: () => run({ ask: () => rest.join(id), done: t('done.joined'), after: onReady }),
    leave: () => run({ ask: () => rest.leave(id), done: t('done.left') }),
    release: () => run({ ask: () => rest.release(id, version), done: t('done.released') }),
    assign: () => setMenu('assign'),
    end: () => setAsking('end'),
    block: () => setAsking('block'),
    unblock: () => run({ ask: () => rest.unblock(id), done: t('done.unblocked') }),
  }
  const act = (name: DeedName) => {
    closeMenu()
    acts[name]()
  }
  const offered = (name: DeedName) => (offers[name] && !busy ? { [name]: () => act(name) } : {})
  useCommands(commands, { ...offered('take'), ...offered('assign'), ...offered('end') })

  const more = (
    <Menu label={t('deed.more')} onClose={closeMenu}>
      {deeds
        .filter((name) => offers[name])
        .map((name) => (
          <MenuItem key={name} danger={name === 'block'} onChoose={() => act(name)}>
            {t(`deed.${name}`)}
          </MenuItem>
        ))}
    </Menu>
  )
  const assign = (
    <AssignMenu
      agents={agents}
      me={me.id}
      holder={session.assignee?.id}
      onClose={closeMenu}
      onChoose={(agent) => {
        closeMenu()
        run({ ask: () => rest.assign(id, agent.id, version), done: t('done.assigned', { name: agent.name }) })
      }}
    />
  )
  return (
    <>
      <Head
        session={session}
        me={me.id}
        offers={offers}
        blocked={blocked}
        busy={busy}
        back={back}
        onDeed={act}
        onMore={() => setMenu((open) => (open ? undefined : 'more'))}
        menuOpen={menu}
        menu={menu === 'assign' ? assign : menu === 'more' ? more : null}
      />
      {asking === 'block' && (
        <BlockDialog
          customer={customerName(session)}
          onCancel={() => setAsking(undefined)}
          onConfirm={(term) => {
            setAsking(undefined)
            const after = session.state === 'ended' ? () => {} : onEnded
            run({ ask: () => rest.block(id, term, version), done: t('done.blocked'), after })
          }}
        />
      )}
      {asking === 'end' && (
        <EndDialog
          customer={customerName(session)}
          onCancel={() => setAsking(undefined)}
          onConfirm={() => {
            setAsking(undefined)
            run({ ask: () => rest.end(id, version), done: t('done.ended'), after: onEnded })
          }}
        />
      )}
    </>
  )
}

function AssignMenu(props: {
  agents: readonly Agent[] | undefined
  me: string
  holder: string | undefined
  onChoose: (agent: Agent) => void
  onClose: () => void
}) {
  const { agents, me, holder, onChoose, onClose } = props
  const operators = agents?.filter((agent) => agent.operator) ?? []
  return (
    // Anew when the people have come, so that the focus is on the first of them.
    <Menu key={`${operators.length}`} label={t('assign.label')} onClose={onClose}>
      <p className="menu-head">{t('assign.label')}</p>
      {operators.map((agent) => (
        <MenuItem key={agent.id} onChoose={() => onChoose(agent)}>
          <span className="grow cut">{agent.id === me ? t('assign.you', { name: agent.name }) : agent.name}</span>
          <Aside now={agent.availability} present={agent.present} />
          {holder === agent.id && <span className="faint">{t('assign.holds')}</span>}
        </MenuItem>
      ))}
      {!agents && <p className="menu-head">{t('loading')}</p>}
      {agents && operators.length === 0 && <p className="menu-head">{t('assign.none')}</p>}
    </Menu>
  )
}
