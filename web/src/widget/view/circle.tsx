import { hue, initials } from '../../shared/person.ts'
import { Icon } from './icon.tsx'

/** A person's circle with initials; without a name the department's, in the site's colour. */
export function Circle({ name, size }: { name: string; size: 'small' | 'medium' | 'large' }) {
  if (!name) {
    return (
      <span class={`circle ${size} ours`} aria-hidden="true">
        <Icon name="chat" size={size === 'large' ? 20 : 14} />
      </span>
    )
  }
  return (
    <span class={`circle ${size}`} style={{ '--hue': hue(name) }} aria-hidden="true">
      {initials(name)}
    </span>
  )
}
