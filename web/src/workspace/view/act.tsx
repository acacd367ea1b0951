import type { RefObject } from 'react'
import type { Event } from '../../api/wire.ts'
import type { MessageDeed } from '../state/right.ts'
import { t } from '../words/t.ts'
import { Ask } from './dialog.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Menu, MenuItem } from './menu.tsx'

// Those that every network with reactions has.
const emojis = ['👍', '🙏', '🎉', '😁', '😢', '🔥']

const lines = [
  ['reply', 'reply'],
  ['edit', 'pencil'],
  ['retry', 'rotate-cw'],
  ['copy', 'copy'],
  ['delete', 'trash'],
] as const satisfies [MessageDeed, IconName][]

interface MessageMenuProps {
  message: Event
  offered: ReadonlySet<MessageDeed>
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
  onDeed: (deed: MessageDeed) => void
  onReact: (emoji: string) => void
}

/** What can be done with one message. Choosing the emoji that agents show takes it back. */
export function MessageMenu({ message, offered, anchor, onClose, onDeed, onReact }: MessageMenuProps) {
  const shown = message.reactions?.find((reaction) => reaction.by === 'agent')?.emoji
  const words = (deed: (typeof lines)[number][0]) => {
    if (deed !== 'retry') return t(`message.${deed}`)
    return t(message.state === 'uncertain' ? 'mark.resend' : 'mark.retry')
  }
  return (
    <Menu label={t('deed.more')} anchor={anchor} onClose={onClose}>
      {offered.has('react') && (
        <div className="menu-emojis">
          {emojis.map((emoji) => (
            <MenuItem
              key={emoji}
              label={emoji === shown ? t('message.takeback', { emoji }) : t('message.react', { emoji })}
              chosen={emoji === shown}
              onChoose={() => onReact(emoji === shown ? '' : emoji)}
            >
              {emoji}
            </MenuItem>
          ))}
        </div>
      )}
      {lines
        .filter(([deed]) => offered.has(deed))
        .map(([deed, icon]) => (
          <MenuItem key={deed} onChoose={() => onDeed(deed)}>
            <Icon name={icon} />
            {words(deed)}
          </MenuItem>
        ))}
    </Menu>
  )
}

/** Asks before a message is deleted. */
export function DeleteDialog(props: { note: boolean; customer: string; onConfirm: () => void; onCancel: () => void }) {
  const { note, customer, onConfirm, onCancel } = props
  return (
    <Ask
      eager
      title={t('delete.title')}
      text={note ? t('delete.note') : t('delete.text', { name: customer })}
      confirm={t('delete.confirm')}
      onConfirm={onConfirm}
      onCancel={onCancel}
    />
  )
}
