import type { CSSProperties } from 'react'
import type { Session } from '../../api/wire.ts'
import { hue, initials } from '../../shared/person.ts'
import { t } from '../words/t.ts'
import { Icon, type IconName } from './icon.tsx'

/** The name under which agents see a customer: their own, or the number of their session. */
export function customerName(session: Session): string {
  return session.customer.name || t('row.visitor', { number: session.number })
}

interface SourceLook {
  icon: IconName
  name: string
  /** As the end of a line: on Telegram. */
  on: string
}

const sources: Record<string, SourceLook> = {
  widget: { icon: 'message-circle', name: t('source.widget'), on: t('source.on.widget') },
  telegram: { icon: 'send', name: t('source.telegram'), on: t('source.on.telegram') },
  slack: { icon: 'slack', name: t('source.slack'), on: t('source.on.slack') },
}

/** How a channel's kind is shown. */
export function sourceOf(kind: string): SourceLook {
  return sources[kind] ?? { icon: 'message-circle', name: kind, on: kind }
}

type Size = 's' | 'm' | 'l' | 'xl'

/** A person's circle with their initials, and the channel they came through where that is told. */
export function Avatar({ name, size, source }: { name: string; size: Size; source?: string }) {
  return (
    <span className={`avatar ${size}`} style={{ '--h': hue(name) } as CSSProperties} aria-hidden="true">
      {initials(name) || '?'}
      {source && (
        <span className="avatar-source">
          <Icon name={sourceOf(source).icon} size={10} />
        </span>
      )}
    </span>
  )
}

/** The icon of the channel that a message came through (FEATURES B1). */
export function Source({ kind }: { kind: string }) {
  const { icon, name } = sourceOf(kind)
  return (
    <span className="source" title={name}>
      <Icon name={icon} size={12} />
      <span className="sr">{name}</span>
    </span>
  )
}
