import { render, screen } from '@testing-library/preact'
import { expect, test } from 'vitest'
import type { VisitorEvent } from '../../shared/protocol.ts'
import { answersOf, noConversation } from '../state/conversation.ts'
import type { State } from '../state/core.ts'
import { rowsOf } from '../state/row.ts'
import { Announce } from './announce.tsx'
import { Message } from './message.tsx'

const at = '2026-11-20T10:00:00Z'
const said: VisitorEvent = { kind: 'message', at, name: 'Anna', text: 'one <b>', ref: 'r' }

function show(...changes: VisitorEvent[]): string {
  const [row] = rowsOf({ ...noConversation, events: [said, ...changes] }, false).filter((r) => r.kind === 'message')
  if (!row) throw new Error('nothing is shown')
  render(<Message said={row} base="https://chat.test/" onEdit={() => {}} onRemove={() => {}} />)
  return screen.getByRole('listitem').textContent ?? ''
}

test('a message as it was said has no marks', () => {
  expect(show()).not.toMatch(/edited|deleted/i)
})

test('an edited one says so, beside its new words', () => {
  expect(show({ kind: 'edited', at, about: 'r', text: 'two <i>' })).toContain('two <i> edited')
})

test('of a deleted one nothing is left', () => {
  const edited: VisitorEvent = { kind: 'edited', at, about: 'r', text: 'two' }
  const text = show(edited, { kind: 'reacted', at, about: 'r', emoji: '👍' }, { kind: 'deleted', at, about: 'r' })
  expect(text).toContain('Message deleted')
  expect(text).not.toMatch(/one|two|edited|👍/)
})

test('reactions of both stand below', () => {
  const mine: VisitorEvent = { kind: 'reacted', at, about: 'r', emoji: '🎉', mine: true }
  expect(show({ kind: 'reacted', at, about: 'r', emoji: '👍' }, mine)).toContain('👍 🎉')
})

test('what is taken back is not read out, nor what is edited', () => {
  const state = (...events: VisitorEvent[]) =>
    ({
      conversation: { ...noConversation, cursor: `${events.length}`, events },
      unread: 0,
      newest: answersOf({ ...noConversation, events }, 0).newest,
    }) as unknown as State
  const later = (n: number) => new Date(Date.parse(at) + n * 1000).toISOString()
  const held: VisitorEvent = { ...said, text: 'history' }
  const { rerender, container } = render(<Announce state={state(held)} />)
  const edited: VisitorEvent = { kind: 'edited', at: later(1), about: 'r', text: 'changed' }
  const taken: VisitorEvent = { kind: 'message', at: later(2), name: 'Anna', text: 'oops', ref: 's' }
  const events = [held, edited, taken, { kind: 'deleted', at: later(3), about: 's' }] as const
  rerender(<Announce state={state(...events)} />)
  expect(container.textContent).toBe('')
  rerender(<Announce state={state(...events, { kind: 'message', at: later(4), name: 'Anna', text: 'fine' })} />)
  expect(container.textContent).toBe('Anna: fine')
})
