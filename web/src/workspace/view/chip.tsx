import { sizeWords } from '../state/size.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

/** A file in the composer: brought, on its way, or failed. */
export interface Chip {
  key: string
  name: string
  size: number
  picture: boolean
  /** How much of it is there, from 0 to 1; undefined where all is. */
  part?: number
  /** Why it has not come. */
  failed?: string
  /** Whether it can be tried again. */
  again?: boolean
}

interface ChipsProps {
  chips: readonly Chip[]
  onRemove: (key: string) => void
  onRetry: (key: string) => void
}

/** The files that will be sent with the text. */
export function Chips({ chips, onRemove, onRetry }: ChipsProps) {
  const underway = chips.filter(({ part, failed }) => part !== undefined && !failed).length
  return (
    <>
      <span className="sr" role="status">
        {underway > 0 && t('file.underway', { count: underway })}
      </span>
      {chips.length > 0 && (
        <ul className="chips" aria-label={t('file.list')}>
          {chips.map((chip) => (
            <li key={chip.key} className={chip.failed ? 'file-chip failed' : 'file-chip'}>
              <Icon name={chip.failed ? 'circle-alert' : chip.picture ? 'image' : 'file'} size={14} />
              <span className="file-chip-text">
                <span className="cut" title={chip.name}>
                  {chip.name}
                </span>
                {chip.failed ? (
                  <span role="alert">{chip.failed}</span>
                ) : (
                  <span className="muted">{sizeWords(chip.size)}</span>
                )}
              </span>
              {chip.failed && chip.again && (
                <button
                  type="button"
                  className="file-again"
                  aria-label={t('file.again', { name: chip.name })}
                  onClick={() => onRetry(chip.key)}
                >
                  {t('mark.retry')}
                </button>
              )}
              <button
                type="button"
                className="icon-button small"
                aria-label={t('file.remove', { name: chip.name })}
                onClick={() => onRemove(chip.key)}
              >
                <Icon name="x" size={14} />
              </button>
              {chip.part !== undefined && !chip.failed && (
                <progress value={chip.part} aria-label={t('file.progress', { name: chip.name })} />
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
