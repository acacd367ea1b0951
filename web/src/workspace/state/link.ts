import type { Link } from '../../api/wire.ts'

// What is said on a channel of each kind to link the account that says it.
const commands = {
  slack: (code: string) => `/parley link ${code}`,
} as const

/** A kind of channel on which agents work by accounts of their own. */
export type LinkKind = keyof typeof commands

const known = Object.keys(commands) as LinkKind[]

/** Those of the kinds on which an account can be linked. */
export const linkKinds = (kinds: readonly string[] = []): LinkKind[] => known.filter((kind) => kinds.includes(kind))

/** What is to be said there. */
export const linkCommand = (kind: LinkKind, code: string): string => commands[kind](code)

/** Whether an account was linked, or linked anew, since the links were as before. */
export const linkedSince = (before: readonly Link[], now: readonly Link[]): boolean =>
  now.some(({ id, linked_at }) => !before.some((link) => link.id === id && link.linked_at === linked_at))
