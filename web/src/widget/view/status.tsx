import { agentOf, isOpen } from '../state/conversation.ts'
import type { State } from '../state/core.ts'
import { Icon } from './icon.tsx'
import { t } from './words.ts'

/**
 * How it stands: with the connection, or while that is well, with the customer in the queue. It is always there and sometimes empty, so that a
 * screen reader notices its words, and one alone, so that it reads them once.
 */
export function Status({ state, isOffline }: { state: State; isOffline: boolean }) {
  const trouble = troubleOf(state, isOffline)
  const words = trouble || queueOf(state)
  return (
    <div class="status" role="status">
      {words && (
        <p>
          {trouble && <Icon name="alert" size={14} />}
          <span>{words}</span>
        </p>
      )}
    </div>
  )
}

function troubleOf({ link, isEnding, conversation }: State, isOffline: boolean): string {
  if (link === 'closed') return t('outdated')
  if (!isOffline) return ''
  if (isEnding) return t('endWaiting')
  return conversation.cursor === undefined ? t('connecting') : t('offline')
}

// Until an agent joins.
function queueOf({ conversation, queue }: State): string {
  if (!queue || !isOpen(conversation) || agentOf(conversation)) return ''
  const { place, before, beyond, minutes } = queue
  const count = place ?? before
  const words: string[] = [t('soon')]
  if (count !== undefined) {
    if (beyond) words.push(t('beyond', { count }))
    else if (place) words.push(t('place', { count }))
    else words.push(count ? t('before', { count }) : t('next'))
  }
  if (minutes) words.push(t('wait', { count: minutes }))
  return words.join(' ')
}
