import { type ReactNode, useRef } from 'react'
import type { Availability, Me, Role } from '../../api/wire.ts'
import { type ListName, listsOf } from '../state/list.ts'
import { t } from '../words/t.ts'
import { AvailabilityControl, Standing } from './availability.tsx'
import { Icon } from './icon.tsx'
import { Caps } from './keys.tsx'
import { Avatar } from './person.tsx'
import { Count } from './sign.tsx'
import { listIcons } from './vacant.tsx'

interface RailProps {
  me: Me
  red: number
  /** Nothing for who is nowhere operator. */
  blue: number | undefined
  counts: (department: string) => { unread: number; unassigned: number }
  link: (role: Role, list: ListName, children: ReactNode) => ReactNode
  /** The ways to pages beside the inbox. */
  pages: ReactNode
  /** What opens the rest of what can be done. */
  more: ReactNode
  onRed: () => void
  onBlue: () => void
  onAvailability: (to: Availability) => void
  onSearch: () => void
}

/** The left rail: departments with their lists and counters, and who is signed in (FEATURES D2, C10). */
export function Rail(props: RailProps) {
  const { me, red, blue, counts, link, pages, more, onRed, onBlue, onAvailability, onSearch } = props
  const roles = me.roles.filter((role) => role.operator || role.supervisor)
  const person = useRef<HTMLSpanElement>(null)
  return (
    <nav className="rail" aria-label={t('rail.label')}>
      <div className="rail-brand">
        <span className="logo">
          <Icon name="messages-square" size={14} />
        </span>
        <span className="grow cut rail-words">{t('product')}</span>
      </div>
      <button type="button" className="rail-search" title={t('act.palette')} onClick={onSearch}>
        <Icon name="search" size={14} />
        <span className="grow cut rail-words">{t('act.palette')}</span>
        <Caps name="palette" />
      </button>
      <div className="rail-inbox">
        <Icon name="inbox" />
        <h1 className="grow cut rail-words">{t('rail.inbox')}</h1>
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
              <h2 id={`rail-${role.department.id}`} title={role.department.name}>
                <Icon name="headset" />
                <span className="cut rail-words">{role.department.name}</span>
              </h2>
              <ul>
                {listsOf(role).map((name) => (
                  <li key={name} title={t('list.label', { department: role.department.name, list: t(`list.${name}`) })}>
                    {link(
                      role,
                      name,
                      <>
                        <Icon name={listIcons[name]} />
                        <span className="grow cut rail-words">{t(`list.${name}`)}</span>
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
      {pages}
      <div className="rail-foot">
        <span className="rail-me" title={`${me.name}, ${roleWords(roles)}`}>
          <Avatar name={me.name} size="m" />
          <Standing now={me.availability} />
        </span>
        <span className="grow rail-person" ref={person}>
          <span className="rail-name cut">{me.name}</span>
          <AvailabilityControl now={me.availability} beside={person} onChoose={onAvailability} />
        </span>
        {more}
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
