import { t } from '../words/t.ts'
import { Ask } from './dialog.tsx'

/** Asks before a session whose customer waits for an answer goes back to the queue (FEATURES C8). */
export function ReleaseDialog(props: { customer: string; onConfirm: () => void; onCancel: () => void }) {
  const { customer, onConfirm, onCancel } = props
  return (
    <Ask
      eager
      title={t('release.title')}
      text={t('release.text', { name: customer })}
      confirm={t('act.release')}
      onConfirm={onConfirm}
      onCancel={onCancel}
    />
  )
}
