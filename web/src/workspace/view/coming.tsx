import { t } from '../words/t.ts'

const lines = ['in long', 'out', 'in', 'out long', 'in']

/** Stands where messages are being fetched, in their shape. What comes at once is not announced by it. */
export function Coming() {
  return (
    <div className="coming" role="status">
      <span className="sr">{t('loading')}</span>
      {lines.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change
        <span key={i} className={line} />
      ))}
    </div>
  )
}
