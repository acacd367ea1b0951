import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'

const keys = [
  [['j', 'k', '↓', '↑'], 'keys.move'],
  [['Enter'], 'keys.open'],
  [['t'], 'keys.take'],
  [['r'], 'keys.reply'],
  [['n'], 'keys.note'],
  [['a'], 'keys.assign'],
  [['e'], 'keys.end'],
  [['Enter'], 'keys.send'],
  [['Shift', 'Enter'], 'keys.newline'],
  [['↑'], 'keys.last'],
  [['↑', '↓', 'Enter'], 'keys.messages'],
  [['Escape'], 'keys.escape'],
  [['?'], 'keys.help'],
] as const

/** Lists the keys of the workspace. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('keys.title')} onClose={onClose}>
      <dl className="keys">
        {keys.map(([names, words]) => (
          <div key={words}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </Dialog>
  )
}
