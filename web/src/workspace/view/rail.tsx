import type { ReactNode } from 'react'
import type { Availability, Me, Role } from '../../api/wire.ts'
import type { LinkKind } from '../state/link.ts'
import { type ListName, listsOf } from '../state/list.ts'
import { t } from '../words/t.ts'
import { AvailabilityControl, Standing } from './availability.tsx'
import { Icon } from './icon.tsx'
import { Avatar } from './person.tsx'
import { Count } from './sign.tsx'

interface RailProps {
  me: Me
  red: number
  /** Nothing for who is nowhere operator. */
  blue: number | undefined
  counts: (department: string) => { unread: number; unassigned: number }
  theme: 'system' | 'light' | 'dark'
  /** The kinds of channels on which one can connect an account of one's own. */
  linkKinds: readonly LinkKind[]
  link: (role: Role, list: ListName, children: ReactNode) => ReactNode
  onRed: () => void
  onBlue: () => void
  onAvailability: (to: Availability) => void
  onLink: (kind: LinkKind) => void
  onTheme: () => void
  onKeys: () => void
  onSignOut: () => void
}

const themeIcons = { system: 'monitor', light: 'sun', dark: 'moon' } as const

/** The left rail: departments with their lists and counters, and who is signed in (FEATURES D2, C10). */
export function Rail(props: RailProps) {
  const { me, red, blue, counts, theme, linkKinds, link } = props
  const { onRed, onBlue, onAvailability, onLink, onTheme, onKeys, onSignOut } = props
  const roles = me.roles.filter((role) => role.operator || role.supervisor)
  return (
    <nav className="rail" aria-label={t('rail.label')}>
      <div className="rail-brand">
        <span className="logo">
          <Icon name="messages-square" size={14} />
        </span>
        <span className="grow cut">{t('product')}</span>
      </div>
      <div className="rail-inbox">
        <Icon name="inbox" />
        <h1 className="grow">{t('rail.inbox')}</h1>
        {red > 0 && (
          <button type="button" className="count red" aria-label={t('rail.red', { count: red })} onClick={onRed}>
            {red}
          </button>
        )}
        {blue !== undefined && blue > 0 && (
          <button type="button" className="count blue" aria-label={t('rail.blue', { count: blue })} onClick={onBlue}>
            {blue}
          </button>
        )}
      </div>
      <div className="rail-departments">
        {roles.map((role) => {
          const { unread, unassigned } = counts(role.department.id)
          return (
            <section key={role.department.id} aria-labelledby={`rail-${role.department.id}`}>
              <h2 id={`rail-${role.department.id}`}>
                <Icon name="headset" />
                <span className="cut">{role.department.name}</span>
              </h2>
              <ul>
                {listsOf(role).map((name) => (
                  <li key={name}>
                    {link(
                      role,
                      name,
                      <>
                        <span className="grow">{t(`list.${name}`)}</span>
                        {name === 'my' && (
                          <Count value={unread} colour="red" words={t('rail.unread', { count: unread })} />
                        )}
                        {name === 'unassigned' && (
                          <Count
                            value={unassigned}
                            colour={role.operator ? 'blue' : 'red'}
                            words={t('rail.unassigned', { count: unassigned })}
                          />
                        )}
                      </>,
                    )}
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
        {roles.length === 0 && <p className="rail-none">{t('rail.none')}</p>}
      </div>
      <div className="rail-foot">
        <span className="rail-me">
          <Avatar name={me.name} size="m" />
          <Standing now={me.availability} />
        </span>
        <span className="grow rail-person">
          <span className="rail-name cut" title={`${me.name}, ${roleWords(roles)}`}>
            {me.name}
          </span>
          <AvailabilityControl now={me.availability} onChoose={onAvailability} />
        </span>
        {linkKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className="icon-button small"
            title={t('link.title', { kind: t(`source.${kind}`) })}
            aria-label={t('link.title', { kind: t(`source.${kind}`) })}
            onClick={() => onLink(kind)}
          >
            <Icon name={kind} />
          </button>
        ))}
        <button
          type="button"
          className="icon-button small"
          title={t('rail.theme', { theme: t(`theme.${theme}`) })}
          aria-label={t('rail.theme', { theme: t(`theme.${theme}`) })}
          onClick={onTheme}
        >
          <Icon name={themeIcons[theme]} />
        </button>
        <button
          type="button"
          className="icon-button small"
          title={t('rail.shortcuts')}
          aria-label={t('rail.shortcuts')}
          onClick={onKeys}
        >
          <Icon name="keyboard" />
        </button>
        <button
          type="button"
          className="icon-button small"
          title={t('rail.signout')}
          aria-label={t('rail.signout')}
          onClick={onSignOut}
        >
          <Icon name="log-out" />
        </button>
      </div>
    </nav>
  )
}

function roleWords(roles: readonly Role[]): string {
  const operator = roles.some((role) => role.operator)
  const supervisor = roles.some((role) => role.supervisor)
  return t(
    operator && supervisor ? 'role.both' : operator ? 'role.operator' : supervisor ? 'role.supervisor' : 'role.none',
  )
}
