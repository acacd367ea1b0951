import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

interface FaultLineProps {
  /** A sentence; '' for none. */
  says: string
  className?: 'fault' | 'form-fault' | 'login-fault'
}

/** Why a form was not taken; said aloud where it comes to be. */
export const FaultLine = ({ says, className = 'fault' }: FaultLineProps) => (
  <p className={className} role="alert">
    {says && (
      <>
        <Icon name="circle-alert" size={14} />
        {says}
      </>
    )}
  </p>
)

interface EndsProps {
  /** What sends the form is called. */
  submit: string
  busy: boolean
  onCancel?: (() => void) | undefined
}

/** What a form of the settings ends with. */
export const Ends = ({ submit, busy, onCancel }: EndsProps) => (
  <p className="form-ends">
    <button type="submit" className="button primary" disabled={busy}>
      {submit}
    </button>
    {onCancel && (
      <button type="button" className="button" onClick={onCancel}>
        {t('cancel')}
      </button>
    )}
  </p>
)
