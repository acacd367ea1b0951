/** What an action is about; the palette and the list of keys are in this order. */
export const groups = ['session', 'write', 'move', 'go', 'you'] as const
export type Group = (typeof groups)[number]

interface Action {
  group: Group
  /** Its key, or two that are pressed one after the other. Capital letters are pressed with Shift, Mod is Ctrl or ⌘. */
  key?: string
  /** It cannot be made good. */
  danger?: true
}

const all = {
  take: { group: 'session', key: 't' },
  join: { group: 'session', key: 'o' },
  assign: { group: 'session', key: 'a' },
  transfer: { group: 'session', key: 'm' },
  leave: { group: 'session', key: 'B' },
  release: { group: 'session', key: 'b' },
  end: { group: 'session', key: 'e' },
  unanswered: { group: 'session', key: 'E' },
  priority: { group: 'session', key: 'p' },
  tags: { group: 'session', key: 'l' },
  record: { group: 'session', key: 'c' },
  account: { group: 'session', key: 'C' },
  snooze: { group: 'session', key: 'z' },
  unsnooze: { group: 'session', key: 'z' },
  block: { group: 'session', key: 'x', danger: true },
  unblock: { group: 'session', key: 'x' },
  reply: { group: 'write', key: 'r' },
  note: { group: 'write', key: 'n' },
  attach: { group: 'write', key: 'f' },
  down: { group: 'move', key: 'j' },
  up: { group: 'move', key: 'k' },
  next: { group: 'move', key: ']' },
  previous: { group: 'move', key: '[' },
  escape: { group: 'move', key: 'Escape' },
  go: { group: 'go', key: 'g l' },
  my: { group: 'go', key: 'g m' },
  unassigned: { group: 'go', key: 'g u' },
  active: { group: 'go', key: 'g a' },
  closed: { group: 'go', key: 'g c' },
  red: { group: 'go', key: 'g r' },
  blue: { group: 'go', key: 'g w' },
  records: { group: 'go', key: 'g d' },
  palette: { group: 'you', key: 'Mod+k' },
  availability: { group: 'you', key: 's' },
  facts: { group: 'you', key: 'i' },
  rail: { group: 'you', key: '\\' },
  density: { group: 'you', key: 'D' },
  theme: { group: 'you', key: 'T' },
  channels: { group: 'you', key: 'g s' },
  types: { group: 'you' },
  rules: { group: 'you' },
  systems: { group: 'you' },
  hooks: { group: 'you' },
  link: { group: 'you' },
  help: { group: 'you', key: '?' },
  signout: { group: 'you' },
} as const satisfies Record<string, Action>

export type ActionName = keyof typeof all

/** Every action of the workspace. Keys, menus, the palette and the list of keys are made of these, and of nothing else. */
export const actions: Readonly<Record<ActionName, Action>> = all
export const actionNames = Object.keys(all) as ActionName[]

/** One of the things that an action can be done with: an agent, a tag, a list. */
export interface Choice {
  key: string
  words: string
  /** What is said beside it. */
  hint?: string
  /** Whether it is what holds now. */
  chosen?: boolean
  run: () => void
}

/** An action that asks what it is to be done with. */
export interface Chooser {
  title: string
  choices: () => readonly Choice[]
  /** What a text that was typed stands for, where it can be anything. */
  typed?: (text: string) => Choice | undefined
  /** What is said where there is nothing to choose from. */
  none: string
  /** Asks in a way of its own; else the palette does. */
  open?: () => void
}

/** What an action does here and now. */
export type Offer = (() => unknown) | Chooser

/** The actions that are there for what is on the screen. */
export type Commands = Partial<Record<ActionName, Offer>>
