import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { createPortal, flushSync } from 'react-dom'
import { type ActionName, actions, type Chooser } from '../state/action.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'
import { Caps } from './keys.tsx'

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
  /** The action whose key does the same. */
  keys?: ActionName
  children: ReactNode
}

export function MenuItem({ onChoose, label, chosen, danger, keys, children }: MenuItemProps) {
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
      {keys && (
        <span className="menu-caps" aria-hidden="true">
          <Caps name={keys} />
        </span>
      )}
    </button>
  )
}

interface ActionMenuProps {
  label: string
  names: readonly ActionName[]
  anchor?: RefObject<HTMLElement | null>
  onChoose: (name: ActionName) => void
  onClose: () => void
}

/** A menu of actions, each with its key. */
export function ActionMenu({ label, names, anchor, onChoose, onClose }: ActionMenuProps) {
  return (
    <Menu label={label} {...(anchor ? { anchor } : {})} onClose={onClose}>
      {names.map((name) => (
        <MenuItem
          key={name}
          {...(actions[name].danger ? { danger: true } : {})}
          keys={name}
          onChoose={() => {
            // What is done may move the focus, so it is back before.
            flushSync(onClose)
            onChoose(name)
          }}
        >
          {t(`act.${name}`)}
        </MenuItem>
      ))}
    </Menu>
  )
}

interface ChoiceMenuProps {
  chooser: Chooser
  anchor?: RefObject<HTMLElement | null>
  onClose: () => void
}

/** A menu of what an action can be done with. */
export function ChoiceMenu({ chooser, anchor, onClose }: ChoiceMenuProps) {
  const choices = chooser.choices()
  return (
    // Anew when the choices have come, so that the focus is on the first of them.
    <Menu key={`${choices.length}`} label={chooser.title} {...(anchor ? { anchor } : {})} onClose={onClose}>
      <p className="menu-head">{chooser.title}</p>
      {choices.map((choice) => (
        <MenuItem
          key={choice.key}
          onChoose={() => {
            onClose()
            choice.run()
          }}
        >
          <span className="grow cut">{choice.words}</span>
          {choice.hint && <span className="faint">{choice.hint}</span>}
          {choice.chosen && <Icon name="check" size={14} />}
        </MenuItem>
      ))}
      {choices.length === 0 && <p className="menu-head">{chooser.none}</p>}
    </Menu>
  )
}
