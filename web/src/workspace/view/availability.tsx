import { type RefObject, useState } from 'react'
import type { Agent, Availability } from '../../api/wire.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'
import { Menu, MenuItem } from './menu.tsx'

/** What one can say of oneself. */
export const availabilities = ['available', 'busy', 'away', 'offline'] as const satisfies Availability[]

/** What an agent says of themselves, on their circle; nothing is said by it alone. */
export function Standing({ now }: { now: Availability }) {
  return <span className={`standing ${now}`} aria-hidden="true" />
}

/**
 * Behind a colleague's name: what they say of themselves, where that is something else than that they work, and that they
 * are not there although they work. Who says that they do not work is believed, wherever they are.
 */
export function aside({ availability, present }: Pick<Agent, 'availability' | 'present'>): string {
  const works = availability === 'available' || availability === 'busy'
  if (works && !present) return t('presence.gone')
  return availability === 'available' ? '' : t(`availability.${availability}`)
}

interface AvailabilityControlProps {
  now: Availability
  /** What the menu must not cover. */
  beside: RefObject<HTMLElement | null>
  onChoose: (to: Availability) => void
}

/** Shows what the agent says of themselves, and lets them say something else (FEATURES C4). */
export function AvailabilityControl({ now, beside, onChoose }: AvailabilityControlProps) {
  const [open, setOpen] = useState(false)
  const word = t(`availability.${now}`)
  return (
    <>
      <button
        type="button"
        className="rail-availability"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={t('availability.change', { word })}
        onClick={() => setOpen(!open)}
      >
        <span className="cut">{word}</span>
        <Icon name="chevron-down" size={12} />
      </button>
      {open && (
        <Menu label={t('availability.label')} anchor={beside} onClose={() => setOpen(false)}>
          {availabilities.map((to) => (
            <MenuItem
              key={to}
              {...(to === now ? { label: t('availability.now', { word }) } : {})}
              chosen={to === now}
              onChoose={() => {
                setOpen(false)
                if (to !== now) onChoose(to)
              }}
            >
              <Standing now={to} />
              <span className="grow">{t(`availability.${to}`)}</span>
              {to === now && <Icon name="check" size={14} />}
            </MenuItem>
          ))}
        </Menu>
      )}
    </>
  )
}
