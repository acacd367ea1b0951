import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'

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
