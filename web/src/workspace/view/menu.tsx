import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'

interface MenuProps {
  label: string
  /** What it floats beside where its own place would cut it off: it then lies over the page, and follows. */
  anchor?: RefObject<HTMLElement | null>
  onClose: () => void
  children: ReactNode
}

const margin = 8

/** A menu that floats under what opened it. Arrows move in it; Escape, Tab and a click beside it close it. */
export function Menu({ label, anchor, onClose, children }: MenuProps) {
  const box = useRef<HTMLDivElement>(null)
  useBeside(box, anchor)
  const items = () => [...(box.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])]

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(() => {
    const before = document.activeElement
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
    const beside = (event: PointerEvent) => {
      const around = anchor ? [box.current, anchor.current] : [box.current?.parentElement]
      if (!around.some((element) => element?.contains(event.target as Node))) onClose()
    }
    document.addEventListener('pointerdown', beside)
    return () => {
      document.removeEventListener('pointerdown', beside)
      if (document.activeElement === document.body || box.current?.contains(document.activeElement))
        (before as HTMLElement | null)?.focus()
    }
  }, [])

  const onKeyDown = (event: KeyboardEvent) => {
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const [next, before] = [at + 1, at - 1]
    const steps = {
      ArrowDown: next,
      ArrowRight: next,
      ArrowUp: before,
      ArrowLeft: before,
      Home: 0,
      End: all.length - 1,
    }
    const to = steps[event.key as keyof typeof steps]
    if (to !== undefined) {
      event.preventDefault()
      all[(to + all.length) % all.length]?.focus()
    }
    if (event.key === 'Escape' || event.key === 'Tab') onClose()
    // The workspace's own keys do not reach past an open menu.
    event.stopPropagation()
  }

  const menu = (
    <div
      className={anchor ? 'menu over' : 'menu'}
      role="menu"
      aria-label={label}
      ref={box}
      onKeyDown={onKeyDown}
      tabIndex={-1}
    >
      {children}
    </div>
  )
  return anchor ? createPortal(menu, document.querySelector('main') ?? document.body) : menu
}

// useBeside keeps a menu at its anchor: below it, or above where there is more room, and within the window.
function useBeside(box: RefObject<HTMLElement | null>, anchor: RefObject<HTMLElement | null> | undefined): void {
  useLayoutEffect(() => {
    const place = () => {
      if (!box.current || !anchor?.current) return
      const { top, bottom, left } = anchor.current.getBoundingClientRect()
      const { offsetWidth: width, offsetHeight: height, style } = box.current
      const below = bottom + 4 + height + margin <= innerHeight || top < height + margin
      style.top = `${Math.max(margin, below ? Math.min(bottom + 4, innerHeight - height - margin) : top - 4 - height)}px`
      style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`
    }
    place()
    if (!anchor) return
    window.addEventListener('resize', place)
    document.addEventListener('scroll', place, true)
    return () => {
      window.removeEventListener('resize', place)
      document.removeEventListener('scroll', place, true)
    }
  }, [box, anchor])
}

interface MenuItemProps {
  onChoose: () => void
  /** What is read out where the content alone does not say it. */
  label?: string
  /** Whether it is what holds now. */
  chosen?: boolean
  /** Whether it cannot be made good. */
  danger?: boolean
  children: ReactNode
}

export function MenuItem({ onChoose, label, chosen, danger, children }: MenuItemProps) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      aria-label={label}
      title={label}
      className={chosen ? 'chosen' : danger ? 'danger' : undefined}
      onClick={onChoose}
    >
      {children}
    </button>
  )
}
