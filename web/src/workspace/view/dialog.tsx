import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { t } from '../words/t.ts'

interface DialogProps {
  title: string
  wide?: boolean
  onClose: () => void
  children: ReactNode
}

/**
 * A question or a list in the middle of the page; nothing behind it can be used until it is closed. The focus begins on
 * what is marked with data-first, else on what can be focused first; at the end it goes back to where it was.
 */
export function Dialog({ title, wide, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const dialog = box.current
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus()
    // A dialog that leaves the page while it is open does not give the focus back.
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={box}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onClose={onClose}
      onKeyDown={(e) => e.stopPropagation()}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

interface AskProps {
  title: string
  text: string
  /** What confirms it is called. */
  confirm: string
  danger?: boolean
  /** The focus begins on what confirms it. */
  eager?: boolean
  onConfirm: () => void
  onCancel: () => void
}

/** Asks before something is done. */
export function Ask({ title, text, confirm, danger = false, eager = false, onConfirm, onCancel }: AskProps) {
  return (
    <Dialog title={title} onClose={onCancel}>
      <p className="muted">{text}</p>
      <div className="dialog-acts">
        <button type="button" className="button" {...(eager ? {} : { 'data-first': true })} onClick={onCancel}>
          {t('cancel')}
        </button>
        <button
          type="button"
          className={danger ? 'button danger' : 'button primary'}
          {...(eager ? { 'data-first': true } : {})}
          onClick={onConfirm}
        >
          {confirm}
        </button>
      </div>
    </Dialog>
  )
}
