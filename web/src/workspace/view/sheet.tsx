import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

/** A pane that comes over the others from the side where they have no room for it. */
export function Sheet({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  const box = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const dialog = box.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={box}
      className="sheet"
      aria-label={label}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onPointerDown={(event) => event.target === box.current && onClose()}
    >
      <button type="button" className="icon-button sheet-close" aria-label={t('close')} onClick={onClose}>
        <Icon name="x" size={20} />
      </button>
      {children}
    </dialog>
  )
}
