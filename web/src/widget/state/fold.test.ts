import { expect, test } from 'vitest'
import type { VisitorEvent } from '../../shared/protocol.ts'
import { apply, noConversation } from './conversation.ts'
import { folded } from './fold.ts'

const at = '2026-11-20T10:00:00Z'
type Message = Extract<VisitorEvent, { kind: 'message' }>
const said = (ref: string, more: Partial<Message> = {}): VisitorEvent =>
  ({ kind: 'message', at, name: 'Anna', text: `text ${ref}`, ref, ...more }) as VisitorEvent
const edited = (about: string, text: string): VisitorEvent => ({ kind: 'edited', at, about, text })
const deleted = (about: string): VisitorEvent => ({ kind: 'deleted', at, about })
const reacted = (about: string, emoji?: string, mine?: boolean): VisitorEvent => ({
  kind: 'reacted',
  at,
  about,
  emoji,
  mine,
})

const file = (about: string, id: string, state: 'pending' | 'ready' | 'refused'): VisitorEvent => ({
  kind: 'file',
  at,
  about,
  media: [{ kind: 'file', id, state }],
})
const two = said('a', {
  media: [
    { kind: 'file', id: 'x', state: 'pending' },
    { kind: 'file', id: 'y', state: 'pending' },
  ],
})

// How a message stands, in short.
function shown(events: readonly VisitorEvent[]): string[] {
  return folded(events)
    .filter((e) => e.kind === 'message')
    .map((e) => {
      const reactions = (e.reactions ?? []).map((r) => `${r.mine ? 'my ' : ''}${r.emoji}`)
      return [
        e.text,
        e.edited && 'edited',
        e.deleted && 'deleted',
        ...reactions,
        ...(e.media ?? []).map((m) => `${m.id} ${m.state}`),
      ]
        .filter(Boolean)
        .join(' ')
    })
}

test.each<[string, VisitorEvent[], string[]]>([
  ['nothing happened to it', [said('a')], ['text a']],
  ['one of its files has come', [two, file('a', 'y', 'ready')], ['text a x pending y ready']],
  ['a file that it does not have has come', [two, file('a', 'z', 'ready')], ['text a x pending y pending']],
  ['it is deleted with its files', [two, deleted('a'), file('a', 'x', 'ready')], ['deleted']],
  ['it is edited', [said('a'), edited('a', 'new')], ['new edited']],
  ['it is edited twice', [said('a'), edited('a', 'new'), edited('a', 'newer')], ['newer edited']],
  ['it is deleted', [said('a', { reactions: [{ mine: true, emoji: '🎉' }] }), deleted('a')], ['deleted']],
  ['it is edited after it was deleted', [said('a'), deleted('a'), edited('a', 'new')], ['deleted']],
  [
    'it came deleted, with an edit before that',
    [said('a', { text: '', deleted: true }), edited('a', 'old'), deleted('a')],
    ['deleted'],
  ],
  ['an agent reacts', [said('a'), reacted('a', '👍')], ['text a 👍']],
  ['an agent reacts otherwise', [said('a'), reacted('a', '👍'), reacted('a', '🎉')], ['text a 🎉']],
  ['both react', [said('a'), reacted('a', '👍'), reacted('a', '👍', true)], ['text a 👍 my 👍']],
  [
    'the agent takes it back',
    [said('a'), reacted('a', '👍'), reacted('a', '👍', true), reacted('a')],
    ['text a my 👍'],
  ],
  [
    'it happens to one of two',
    [said('a'), said('b'), edited('a', 'new'), reacted('b', '👍')],
    ['new edited', 'text b 👍'],
  ],
  ['it happens to what is not held', [said('a'), edited('z', 'new'), deleted('y'), reacted('x', '👍')], ['text a']],
  ['a message without a ref is nobody’s', [{ kind: 'message', at, text: 'a' }, edited('', 'new')], ['a']],
])('%s', (_, events, want) => {
  const before = structuredClone(events)
  expect(shown(events)).toEqual(want)
  expect(events, 'what was held is as it was').toEqual(before)
})

test('a snapshot that has the edits in it already ends as it is, also with what came before', () => {
  const now = said('a', { text: 'third', edited: true, reactions: [{ mine: false, emoji: '🎉' }] })
  const changes = [edited('a', 'second'), reacted('a', '👍'), edited('a', 'third'), reacted('a', '🎉')]
  const snapshot = apply(noConversation, {
    type: 'events',
    cursor: '9',
    start: '1',
    more: true,
    events: [now, ...changes],
  })
  expect(shown(snapshot.events)).toEqual(['third edited 🎉'])
  // The message stands in an older page, its last changes in what is held.
  const held = apply(noConversation, { type: 'events', cursor: '9', start: '2', more: true, events: changes.slice(2) })
  expect(shown(held.events)).toEqual([])
  const older = apply(held, { type: 'older', start: '1', more: false, events: [now, ...changes.slice(0, 2)] })
  expect(shown(older.events)).toEqual(['third edited 🎉'])
})
