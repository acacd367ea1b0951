import { useState } from 'react'
import type { Session } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { type Term, terms } from '../state/block.ts'
import { millis } from '../state/time.ts'
import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'

interface BlockDialogProps {
  customer: string
  onConfirm: (term: Term) => void
  onCancel: () => void
}

/** Asks for how long a customer shall be kept out (FEATURES C13). */
export function BlockDialog({ customer, onConfirm, onCancel }: BlockDialogProps) {
  const [term, setTerm] = useState<Term>('day')
  return (
    <Dialog title={t('block.title', { name: customer })} onClose={onCancel}>
      <p className="muted">{t('block.text', { name: customer })}</p>
      <fieldset className="choices">
        <legend>{t('block.for')}</legend>
        {terms.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="term"
              value={each}
              checked={each === term}
              onChange={() => setTerm(each)}
              {...(each === term ? { 'data-first': true } : {})}
            />
            {t(`block.${each}`)}
            {each === 'day' && <span className="faint">{t('block.day.hint')}</span>}
          </label>
        ))}
      </fieldset>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={onCancel}>
          {t('cancel')}
        </button>
        <button type="button" className="button danger" onClick={() => onConfirm(term)}>
          {t('block.confirm')}
        </button>
      </div>
    </Dialog>
  )
}

/** Says in words until when somebody is kept out, and by whom. */
export function blockWords({ until, by: { name } }: NonNullable<Session['blocked']>): string {
  return until ? t('blocked.until', { until: dayTime(millis(until)), name }) : t('blocked.forever', { name })
}
