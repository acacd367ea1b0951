import type { Change, VisitorEvent } from '../../shared/protocol.ts'

type Message = Extract<VisitorEvent, { kind: 'message' }>

/**
 * The events, each message with the changes after it applied. A message may have come with some of them in it; as every
 * later one is here too, in the server's order, the last ones decide. A change of what is not held says nothing.
 */
export function folded(events: readonly VisitorEvent[]): readonly VisitorEvent[] {
  const all = [...events]
  const places = new Map<string, number>()
  events.forEach((e, i) => {
    if (e.kind === 'message' && e.ref) places.set(e.ref, i)
    if (e.kind !== 'edited' && e.kind !== 'deleted' && e.kind !== 'reacted' && e.kind !== 'file') return
    const place = places.get(e.about) ?? -1
    const message = all[place]
    if (message?.kind === 'message' && !message.deleted) all[place] = changed(message, e)
  })
  return all
}

function changed(m: Message, e: Change): Message {
  switch (e.kind) {
    case 'edited':
      return { ...m, text: e.text, edited: true }
    case 'deleted':
      return { ...m, text: '', deleted: true, reactions: [], media: [] }
    case 'file':
      return { ...m, media: (m.media ?? []).map((held) => e.media.find((now) => now.id === held.id) ?? held) }
    case 'reacted': {
      const mine = e.mine ?? false
      const others = (m.reactions ?? []).filter((r) => r.mine !== mine)
      return { ...m, reactions: e.emoji ? [...others, { mine, emoji: e.emoji }] : others }
    }
  }
}
