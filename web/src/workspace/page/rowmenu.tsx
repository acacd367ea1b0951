import { useRef } from 'react'
import type { Me, Session } from '../../api/wire.ts'
import { actionNames } from '../state/action.ts'
import { ActionMenu } from '../view/menu.tsx'
import { customerName } from '../view/person.tsx'
import { t } from '../words/t.ts'
import { useDeeds } from './deeds.tsx'
import { useChoose } from './palette.tsx'

/** Where the menu of a session was asked for. */
export interface At {
  session: string
  x: number
  y: number
  open: boolean
}

interface RowMenuProps {
  at: At
  session: Session
  me: Me
  now: number
  /** The agent can write in it now. */
  onReady: () => void
  onClose: () => void
}

/** The menu of a session in a list: what can be done with it without opening it (FEATURES D12). */
export function RowMenu({ at, session, me, now, onReady, onClose }: RowMenuProps) {
  const { offered, dialogs } = useDeeds(session, me, now, { onReady })
  const choose = useChoose()
  const anchor = useRef<HTMLSpanElement>(null)
  return (
    <>
      <span ref={anchor} style={{ position: 'fixed', left: at.x, top: at.y }} />
      {at.open && (
        <ActionMenu
          label={t('row.acts', { name: customerName(session) })}
          names={actionNames.filter((name) => offered[name])}
          anchor={anchor}
          onChoose={(name) => choose(name, offered[name])}
          onClose={onClose}
        />
      )}
      {dialogs}
    </>
  )
}
