import { t } from '../words/t.ts'
import { Ask } from './dialog.tsx'

/** Asks before a session is closed, or closed as unanswered (FEATURES D12, C14). */
export function EndDialog(props: {
  customer: string
  unanswered: boolean
  onConfirm: () => void
  onCancel: () => void
}) {
  const { customer, unanswered, onConfirm, onCancel } = props
  return (
    <Ask
      eager
      title={t(unanswered ? 'unanswered.title' : 'end.title')}
      text={t(unanswered ? 'unanswered.text' : 'end.text', { name: customer })}
      confirm={t('end.confirm')}
      onConfirm={onConfirm}
      onCancel={onCancel}
    />
  )
}
