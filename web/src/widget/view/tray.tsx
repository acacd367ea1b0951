import { sizeOf } from '../../shared/size.ts'
import type { Upload } from '../state/upload.ts'
import { Icon } from './icon.tsx'
import { t } from './words.ts'

export interface TrayProps {
  uploads: readonly Upload[]
  onRetry: (key: number) => void
  onRemove: (key: number) => void
}

/** The files that go with the next message, and how far each has come. */
export function Tray({ uploads, onRetry, onRemove }: TrayProps) {
  if (uploads.length === 0) return null
  return (
    <ul class="tray" aria-label={t('filesToSend')}>
      {uploads.map((u) => (
        <li key={u.key} class={u.failed === undefined ? '' : 'bad'}>
          <Icon name={u.failed === undefined ? 'file' : 'alert'} size={16} />
          <span dir="auto">
            {u.name} <small>{stateOf(u)}</small>
          </span>
          {u.isPassing && (
            <button type="button" class="link" onClick={() => onRetry(u.key)}>
              {t('retry')}
            </button>
          )}
          <button
            type="button"
            class="link"
            aria-label={t('removeFile', { name: u.name })}
            onClick={() => onRemove(u.key)}
          >
            {t('remove')}
          </button>
          {!u.brought && u.failed === undefined && (
            <progress max={1} value={u.share} aria-label={t('uploading', { name: u.name })} />
          )}
        </li>
      ))}
    </ul>
  )
}

function stateOf(u: Upload): string {
  if (u.failed === undefined) return sizeOf(u.size)
  return t('notSent', { reason: u.failed || t('noConnection') })
}
