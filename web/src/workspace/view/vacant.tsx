import type { ListName } from '../state/list.ts'
import { t } from '../words/t.ts'
import { Icon, type IconName } from './icon.tsx'

/** The icon of a list. */
export const listIcons = {
  my: 'user',
  unassigned: 'inbox',
  active: 'users',
  closed: 'archive',
} as const satisfies Record<ListName, IconName>

/** What is said where a list has nothing in it. */
export function ListEmpty({ name }: { name: ListName }) {
  return (
    <div className="empty">
      <Icon name={listIcons[name]} size={24} />
      <p>{t(`list.empty.${name}`)}</p>
    </div>
  )
}

// As many as fill a window.
const bones = Array.from({ length: 12 }, (_, i) => i)

/** Stands where rows will be. It shows after a moment only, so that what comes at once does not flicker. */
export function ListSkeleton() {
  return (
    <div className="list-rows" aria-busy="true">
      <p className="sr" role="status">
        {t('loading')}
      </p>
      <ul className="skeleton" aria-hidden="true">
        {bones.map((i) => (
          <li key={i}>
            <i />
            <i />
            <i />
          </li>
        ))}
      </ul>
    </div>
  )
}
