import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from './words.ts'

/** Asks before the chat ends. */
export function Confirm({ onYes, onNo }: { onYes: () => void; onNo: () => void }) {
  const id = useId()
  const no = useRef<HTMLButtonElement>(null)
  const yes = useRef<HTMLButtonElement>(null)
  useEffect(() => no.current?.focus(), [])

  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      onNo()
    }
    if (event.key === 'Tab') {
      event.preventDefault()
      const other = event.target === no.current ? yes : no
      other.current?.focus()
    }
  }
  return (
    <div class="veil">
      <div
        class="confirm"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby={`${id}t`}
        aria-describedby={`${id}h`}
        onKeyDown={pressed}
      >
        <h2 id={`${id}t`}>{t('endTitle')}</h2>
        <p id={`${id}h`}>{t('endHint')}</p>
        <div class="choice">
          <button type="button" class="plain" ref={no} onClick={onNo}>
            {t('endCancel')}
          </button>
          <button type="button" class="primary" ref={yes} onClick={onYes}>
            {t('end')}
          </button>
        </div>
      </div>
    </div>
  )
}
