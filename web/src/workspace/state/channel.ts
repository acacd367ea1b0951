import type { NewChannel } from '../../api/wire.ts'

/** The kinds of channels that can be added here. */
export const channelKinds = ['slack', 'telegram', 'widget'] as const
export type ChannelKind = (typeof channelKinds)[number]

/** What was filled in to add a channel: one field a name. */
export type Filled = Readonly<Record<string, string>>

const keysOf: Record<ChannelKind, readonly string[]> = {
  slack: ['bot_token', 'app_token', 'signing_secret'],
  telegram: ['token'],
  widget: [],
}

/** What the server is asked for. A field that does not belong to the mode is not sent. */
export function wishOf(kind: ChannelKind, filled: Filled): NewChannel {
  const { department = '', name = '', mode = '', room = '', origins = '', files, title = '', greeting = '' } = filled
  const keys = Object.fromEntries(
    keysOf[kind].filter((key) => filled[key] && key !== unused(mode)).map((key) => [key, filled[key] ?? '']),
  )
  const settings = {
    slack: { mode, ...(room.trim() ? { team_channel: room.trim() } : {}) },
    telegram: { mode: 'poll' },
    widget: {
      origins: origins.split(/\s+/).filter(Boolean),
      files: files === 'on',
      title: title.trim(),
      greeting: greeting.trim(),
    },
  }[kind]
  return { kind, department, ...(name.trim() ? { name: name.trim() } : {}), settings, keys }
}

/** The keys that a kind of channel has; none for one that is not known here. */
export const keyNames = (kind: string): readonly string[] => keysOf[kind as ChannelKind] ?? []

/** The keys that were filled in to take the place of others: those left empty stay. */
export const newKeys = (kind: string, filled: Filled): Record<string, string> =>
  Object.fromEntries(keyNames(kind).flatMap((key) => (filled[key]?.trim() ? [[key, filled[key]]] : [])))

const unused = (mode: string) => (mode === 'events' ? 'app_token' : 'signing_secret')

/** Which field of the form a refusal is about. */
export const fieldOf = (field: string | undefined): string => (field === 'team_channel' ? 'room' : (field ?? ''))
