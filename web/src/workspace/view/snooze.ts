import type { Session } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { millis } from '../state/time.ts'
import { t } from '../words/t.ts'

/** Says in words that a session is put aside, or why it is back; '' where it is neither. */
export function snoozeWords({ snoozed, woken }: Pick<Session, 'snoozed' | 'woken'>): string {
  if (woken) return t(`woken.${woken.by}`)
  if (!snoozed) return ''
  return snoozed.until ? t('snoozed.until', { until: dayTime(millis(snoozed.until)) }) : t('snoozed.write')
}
