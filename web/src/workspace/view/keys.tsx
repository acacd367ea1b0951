import { type ActionName, actionNames, actions, groups } from '../state/action.ts'
import { capsOf } from '../state/keys.ts'
import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'

const apple = /Mac|iPhone|iPad/.test(navigator.platform)

/** The key of an action, as it is written on the keyboard. */
export function Caps({ name }: { name: ActionName }) {
  const caps = capsOf(name, apple)
  if (caps.length === 0) return null
  return (
    <span className="caps">
      {caps.map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  )
}

const first: readonly ActionName[] = ['down', 'up', 'blue', 'palette', 'help']

/** What stands where no session is open: how to get on without a mouse. */
export function Choose() {
  return (
    <div className="empty">
      <p>{t('list.choose')}</p>
      <ul className="keys-first" aria-hidden="true">
        {first.map((name) => (
          <li key={name}>
            {t(`act.${name}`)}
            <Caps name={name} />
          </li>
        ))}
      </ul>
    </div>
  )
}

// Keys that belong to a field or a list, and to no action.
const others = [
  [['Enter'], 'keys.open'],
  [['Enter'], 'keys.send'],
  [['Shift', 'Enter'], 'keys.newline'],
  [['↑'], 'keys.last'],
  [['↑', '↓', 'Enter'], 'keys.messages'],
  [['Shift', 'F10'], 'keys.menu'],
] as const

/** Lists the keys of the workspace. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('keys.title')} wide onClose={onClose}>
      <div className="keys">
        {groups.map((group) => (
          <section key={group}>
            <h3>{t(`group.${group}`)}</h3>
            <dl>
              {actionNames
                .filter((name) => actions[name].group === group && actions[name].key)
                .map((name) => (
                  <div key={name}>
                    <dt>{t(`act.${name}`).replace('…', '')}</dt>
                    <dd>
                      <Caps name={name} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t('keys.others')}</h3>
          <dl>
            {others.map(([names, words]) => (
              <div key={words}>
                <dt>{t(words)}</dt>
                <dd>
                  <span className="caps">
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" data-first onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </Dialog>
  )
}
