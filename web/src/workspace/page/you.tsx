import { type RefObject, useRef, useState } from 'react'
import type { Availability } from '../../api/wire.ts'
import { actionNames, actions, type Chooser, type Commands } from '../state/action.ts'
import type { LinkKind } from '../state/link.ts'
import { availabilities } from '../view/availability.tsx'
import { Icon } from '../view/icon.tsx'
import { ActionMenu } from '../view/menu.tsx'
import { t } from '../words/t.ts'
import { type Look, type LookName, looks, useLook } from './look.ts'
import { useChoose } from './palette.tsx'

interface YouOptions {
  availability: Availability
  onAvailability: (to: Availability) => void
  linkKinds: readonly LinkKind[]
  onLink: (kind: LinkKind) => void
  onHelp: () => void
  onSignOut: () => void
}

/** What one says of oneself, and how the workspace looks. */
export function useYou(options: YouOptions): Commands {
  const { availability, onAvailability, linkKinds, onLink, onHelp, onSignOut } = options
  const density = useLookChooser('density', t('density.label'), (to) => t(`density.${to}`))
  const theme = useLookChooser('theme', t('theme.label'), (to) => t(`theme.${to}`))
  const [only] = linkKinds
  const links: Chooser = {
    title: t('act.link'),
    none: '',
    choices: () => linkKinds.map((kind) => ({ key: kind, words: t(`source.${kind}`), run: () => onLink(kind) })),
  }
  return {
    availability: {
      title: t('availability.label'),
      none: '',
      choices: () =>
        availabilities.map((to) => ({
          key: to,
          words: t(`availability.${to}`),
          chosen: to === availability,
          run: () => onAvailability(to),
        })),
    },
    density,
    theme,
    ...(only ? { link: linkKinds.length === 1 ? () => onLink(only) : links } : {}),
    help: onHelp,
    signout: onSignOut,
  }
}

function useLookChooser<N extends LookName>(name: N, title: string, words: (to: Look<N>) => string): Chooser {
  const [now, choose] = useLook(name)
  const all: readonly Look<N>[] = looks(name)
  return {
    title,
    none: '',
    choices: () => all.map((to) => ({ key: to, words: words(to), chosen: to === now, run: () => choose(to) })),
  }
}

/** Opens the menu of what is about oneself and this page. */
export function YouMenu({ commands }: { commands: RefObject<Commands> }) {
  const choose = useChoose()
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  return (
    <>
      <button
        type="button"
        ref={anchor}
        className="icon-button small"
        title={t('group.you')}
        aria-label={t('group.you')}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="ellipsis" />
      </button>
      {open && (
        <ActionMenu
          label={t('group.you')}
          names={actionNames.filter((name) => actions[name].group === 'you' && commands.current[name])}
          anchor={anchor}
          onChoose={(name) => choose(name, commands.current[name])}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
