import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'

/** Asks before a session whose customer waits for an answer goes back to the queue (FEATURES C8). */
export function ReleaseDialog(props: { customer: string; onConfirm: () => void; onCancel: () => void }) {
  const { customer, onConfirm, onCancel } = props
  return (
    <Dialog title={t('release.title')} onClose={onCancel}>
      <p className="muted">{t('release.text', { name: customer })}</p>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={onCancel}>
          {t('cancel')}
        </button>
        <button type="button" className="button primary" data-first onClick={onConfirm}>
          {t('act.release')}
        </button>
      </div>
    </Dialog>
  )
}
