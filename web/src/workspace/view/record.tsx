import type { ReactNode } from 'react'
import type { RecordMark, RecordRow } from '../../api/wire.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

/** How far a record has come, in words; '' where nobody waits to hear it. */
export function recordState({ state, reason }: Pick<RecordMark, 'state' | 'reason'>): string {
  if (state === 'parked') return t('record.parked', { reason: reason ?? '' })
  return reason || (state === 'owed' ? t('record.owed') : '')
}

interface RecordLineProps {
  mark: RecordMark
  /** It is the line of its creation, which says how it stands now. */
  created: boolean
  onRecord: ((record: string) => void) | undefined
}

/** What stands under a line of the log that tells of a record: how it stands, and the ways to it. */
export function RecordLine({ mark, created, onRecord }: RecordLineProps) {
  const { id, title, address } = mark
  const state = created ? recordState(mark) : ''
  return (
    <span className="system-record">
      {state && <span className={mark.state === 'parked' ? 'record-state bad' : 'record-state'}>{state}</span>}
      <a
        href={`/records/${encodeURIComponent(id)}`}
        aria-label={t('record.open', { title })}
        onClick={(event) => {
          if (!onRecord || event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          onRecord(id)
        }}
      >
        {t('record.open.short')}
      </a>
      <Outside title={title} address={address} />
    </span>
  )
}

/** The way to where a record is kept; nothing where people cannot see it there. */
export function Outside({ title, address }: { title: string; address: string | undefined }) {
  if (!address || !/^https?:\/\//.test(address)) return null
  return (
    <a href={address} target="_blank" rel="noreferrer" aria-label={t('record.address', { title })}>
      {t('record.address.short')}
      <Icon name="external-link" size={14} />
    </a>
  )
}

interface RecordsBlockProps {
  records: readonly RecordRow[]
  failed: boolean
  link: (record: RecordRow, children: ReactNode) => ReactNode
  onRetry: () => void
}

/** What was created from the session, in the panel; nothing where nothing was. */
export function RecordsBlock({ records, failed, link, onRetry }: RecordsBlockProps) {
  if (records.length === 0 && !failed) return null
  return (
    <section className="facts-block">
      <h3>{t('facts.records')}</h3>
      {failed && (
        <p className="facts-failed" role="alert">
          {t('facts.records.failed')}
          <button type="button" className="facts-link" onClick={onRetry}>
            {t('retry')}
          </button>
        </p>
      )}
      <ul className="earlier">
        {records.map((record) => (
          <li key={record.id}>
            {link(
              record,
              <>
                <Icon name="clipboard" size={14} />
                <span className="grow cut">{record.title}</span>
                <span className="faint">{record.type.name}</span>
              </>,
            )}
            {recordState(record) && (
              <p className={record.state === 'parked' ? 'record-state bad' : 'record-state'}>{recordState(record)}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
