import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'

/** Asks before a session is closed, or closed as unanswered (FEATURES D12, C14). */
export function EndDialog(props: {
  customer: string
  unanswered: boolean
  onConfirm: () => void
  onCancel: () => void
}) {
  const { customer, unanswered, onConfirm, onCancel } = props
  return (
    <Dialog title={t(unanswered ? 'unanswered.title' : 'end.title')} onClose={onCancel}>
      <p className="muted">{t(unanswered ? 'unanswered.text' : 'end.text', { name: customer })}</p>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={onCancel}>
          {t('cancel')}
        </button>
        <button type="button" className="button primary" data-first onClick={onConfirm}>
          {t('end.confirm')}
        </button>
      </div>
    </Dialog>
  )
}
