import type { Event } from '../../api/wire.ts'

const kinds = new Set(['edited', 'deleted', 'reacted', 'delivery', 'file'])

/** Whether an event says what became of a message, rather than something that is shown for itself. */
export const isChange = (event: Event): boolean => kinds.has(event.kind)

/** The message as an event about it leaves it, with the members that a fetch gives. One that was deleted stays so. */
export function changed(message: Event, event: Event): Event {
  if (message.deleted_at) return message
  switch (event.kind) {
    case 'edited': {
      const { entities: _, ...rest } = message
      const marks = event.entities ? { entities: event.entities } : {}
      return { ...rest, text: event.text ?? '', ...marks, edited_at: event.at }
    }
    case 'deleted': {
      const { text: _text, entities: _entities, media: _media, reactions: _reactions, ...rest } = message
      return { ...rest, deleted_at: event.at }
    }
    case 'reacted': {
      const { reactions, ...rest } = message
      const by = event.actor.kind === 'customer' ? 'customer' : 'agent'
      const all = (reactions ?? []).filter((reaction) => reaction.by !== by)
      if (event.text) all.push({ by, emoji: event.text })
      return all.length > 0 ? { ...rest, reactions: all } : rest
    }
    case 'delivery': {
      const { state: _state, reason: _reason, ...rest } = message
      const state = event.state ? { state: event.state } : {}
      const media = event.media ? { media: event.media } : {}
      return { ...rest, ...media, ...state, ...(event.reason ? { reason: event.reason } : {}) }
    }
    case 'file': {
      const now = event.media?.[0]
      return { ...message, media: (message.media ?? []).map((one) => (now && one.file === now.file ? now : one)) }
    }
    default:
      return message
  }
}
