import { type ReactNode, useEffect, useId, useRef } from 'react'

interface DialogProps {
  title: string
  onClose: () => void
  children: ReactNode
}

/**
 * A question or a list in the middle of the page; nothing behind it can be used until it is closed. The focus begins on
 * what is marked with data-first, else on what can be focused first.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (!box.current?.open) box.current?.showModal()
    box.current?.querySelector<HTMLElement>('[data-first]')?.focus()
  }, [])
  return (
    <dialog ref={box} className="dialog" aria-labelledby={id} onClose={onClose} onKeyDown={(e) => e.stopPropagation()}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}
