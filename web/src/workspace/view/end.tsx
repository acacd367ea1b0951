import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'

/** Asks before a session is closed (FEATURES D12). */
export function EndDialog(props: { customer: string; onConfirm: () => void; onCancel: () => void }) {
  const { customer, onConfirm, onCancel } = props
  return (
    <Dialog title={t('end.title')} onClose={onCancel}>
      <p className="muted">{t('end.text', { name: customer })}</p>
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
