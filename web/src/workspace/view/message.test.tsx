import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Event, Session } from '../../api/wire.ts'
import { anna, by, heldBy, message, oleg, session } from '../sample/session.ts'
import type { MessageDeed } from '../state/right.ts'
import { type Outgoing, thread } from '../state/thread.ts'
import { newPlace } from '../state/window.ts'
import { Log } from './log.tsx'

const me = { id: anna.id, name: anna.name }
const all = new Set<MessageDeed>(['reply', 'react', 'edit', 'delete', 'retry', 'copy'])
const active = session('ses_1', heldBy(anna))
const lamp = { id: 'rec_1', type: 'Complaint', title: 'Lamp', state: 'owed' } as const

interface Show {
  of?: Session
  offered?: (message: Event) => ReadonlySet<MessageDeed>
  outgoing?: readonly Outgoing[]
  busy?: ReadonlySet<string>
}

function show(
  events: readonly Event[],
  { of = active, offered = () => all, outgoing = [], busy = new Set() }: Show = {},
) {
  const told = { onDeed: vi.fn(), onReact: vi.fn(), onRetry: vi.fn(), onDiscard: vi.fn() }
  const items = thread({
    events,
    ahead: [],
    outgoing,
    me,
    names: new Map(),
    customerReadSeq: 0,
    unreadAfter: undefined,
  })
  const { onDeed, onReact, ...rest } = told
  render(
    <Log
      items={items}
      session={of}
      me="Anna"
      now={1_760_000_000_000}
      place={newPlace()}
      spoken=""
      unseen={0}
      lost={false}
      more={false}
      acts={{ offered, busy, onDeed, onReact }}
      onOlder={() => {}}
      onBottom={() => {}}
      {...rest}
    />,
  )
  return { ...told, log: screen.getByRole('log') }
}

const own = (change: Partial<Event> = {}, seq = 1) => message('ses_1', seq, { actor: by(anna), ...change })
const customers = (change: Partial<Event> = {}, seq = 1) => message('ses_1', seq, change)
const menuOf = (text: string) => screen.getByRole('button', { name: `What you can do with: ${text}` })
const items = () => screen.getAllByRole('menuitem').map((item) => item.getAttribute('aria-label') ?? item.textContent)

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  )
})

describe('how far a message has come', () => {
  test.each<[string, Partial<Event>, RegExp, string | undefined]>([
    ['queued', { state: 'queued' }, /On its way/, undefined],
    ['sent', { state: 'sent' }, /Sent$/, undefined],
    ['uncertain', { state: 'uncertain', reason: 'The line broke.' }, /May not have arrived/, 'Resend'],
    [
      'failed',
      { state: 'failed', reason: 'The network refused it.' },
      /Not delivered: The network refused it(?!\.)/,
      'Retry',
    ],
    [
      'sent, its change not',
      { state: 'sent', reason: 'The change has not arrived.' },
      /Sent.*The change has not arrived\./,
      undefined,
    ],
  ])('%s', (_, change, says, button) => {
    const { log, onDeed } = show([own(change)])
    expect(log.textContent).toMatch(says)
    const again = within(log).queryByRole('button', { name: /^(Resend|Retry)$/ })
    expect(again?.textContent).toBe(button)
    if (!again) return
    fireEvent.click(again)
    expect(onDeed).toHaveBeenCalledWith('retry', expect.objectContaining({ id: 'msg_1' }))
  })

  test('one whose file has failed says so at the file, once', () => {
    const media = [
      { kind: 'file', name: 'a.pdf', file: 'fil_1', state: 'ready', sent: 'failed', reason: 'It is too large.' },
    ] as const
    const { log } = show([own({ state: 'failed', reason: 'a.pdf: It is too large.', media: [...media] })])
    expect(log.textContent).toMatch(
      /a\.pdfNot delivered: It is too large\.(?!.*too large).*Not all of it was delivered/,
    )
    expect(within(log).getByRole('button', { name: 'Retry' })).toBeTruthy()
  })

  test('who may not send it again is not offered to', () => {
    const { log } = show([own({ state: 'failed', reason: 'no' })], { offered: () => new Set() })
    expect(within(log).queryByRole('button', { name: 'Retry' })).toBeNull()
  })

  test('what the server refused can be tried again or thrown away', () => {
    const { onRetry, onDiscard } = show([], {
      outgoing: [{ clientId: 'c', kind: 'reply', text: 'x', at: 1_760_000_000_000, failed: 'too long' }],
    })
    expect(screen.getByText(/Not sent: too long/)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }))
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
    expect([onRetry.mock.calls, onDiscard.mock.calls]).toEqual([[['c']], [['c']]])
  })
})

describe('what stands in a message', () => {
  test('that it was edited', () => {
    expect(show([own({ edited_at: '2025-10-09T09:00:00Z' })]).log.textContent).toMatch(/message 1 edited/)
    cleanup()
    expect(show([own()]).log.textContent).not.toMatch(/edited/)
  })

  test('of a deleted one only by whom, and why it stays with the customer', () => {
    const gone = own({ text: undefined, deleted_at: '2025-10-09T09:00:00Z' })
    const event = message('ses_1', 2, { kind: 'deleted', about: 'msg_1', actor: by(oleg), reason: 'It stays there.' })
    const { log } = show([gone, event])
    expect(log.textContent).toMatch(/Message deleted by Oleg · .*It stays there\./)
    expect(within(log).queryByRole('button')).toBeNull()
    cleanup()
    expect(show([gone]).log.textContent).toMatch(/Message deleted ·/)
  })

  test('what came with it, by name and size', () => {
    const media = [
      { kind: 'photo', name: 'photo.jpg', size: 240_000 },
      { kind: 'voice' },
      { kind: 'hologram', size: 1_400_000 },
    ]
    const { log } = show([customers({ text: undefined, media })])
    expect(log.textContent).toMatch(/photo\.jpg· 240 KBVoice messageAttachment· 1\.4 MB/)
  })

  test('marks as elements, never as markup', () => {
    const text = '<b>bold</b> link code see https://shop.test'
    const entities: Event['entities'] = [
      { kind: 'bold', offset: 0, length: 11 },
      { kind: 'italic', offset: 3, length: 4 },
      { kind: 'link', offset: 12, length: 4, url: 'https://evil.test/x' },
      { kind: 'code', offset: 17, length: 4 },
    ]
    const { log } = show([customers({ text, entities })])
    expect(log.querySelector('strong')?.textContent).toBe('<b>bold</b>')
    expect(log.querySelector('strong em')?.textContent).toBe('bold')
    expect(log.querySelector('b')).toBeNull()
    expect(log.querySelector('code')?.textContent).toBe('code')
    const links = within(log).getAllByRole('link')
    expect(links.map((a) => [a.getAttribute('href'), a.textContent])).toEqual([
      ['https://evil.test/x', 'link (evil.test)'],
      ['https://shop.test/', 'https://shop.test'],
    ])
    for (const link of links) expect(link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
  })

  test.each([['javascript:alert(1)'], ['data:text/html,x'], ['https://shop.test@evil.test/'], ['no address']])(
    'no link leads to %s',
    (url) => {
      const { log } = show([customers({ text: 'click', entities: [{ kind: 'link', offset: 0, length: 5, url }] })])
      expect(log.textContent).toContain('click')
      expect(within(log).queryByRole('link')).toBeNull()
    },
  )

  test('a link in a link is one link', () => {
    const entities: Event['entities'] = [
      { kind: 'link', offset: 0, length: 17, url: 'https://a.test' },
      { kind: 'link', offset: 4, length: 3, url: 'https://b.test' },
    ]
    const { log } = show([customers({ text: 'www.shop.test now', entities })])
    expect(within(log).getAllByRole('link')).toHaveLength(1)
  })

  test('what it answers, which a click goes to', async () => {
    const { log } = show([customers({ text: 'the question' }), own({ about: 'msg_1' }, 2)])
    const place = log.querySelector('[data-message=msg_1]')
    fireEvent.click(screen.getByRole('button', { name: 'In answer to Diego: the question' }))
    await waitFor(() => expect(place?.classList.contains('pointed')).toBe(true), { timeout: 30_000 })
  })

  test('what it answers, where that is not held, or deleted', () => {
    const gone = customers({ text: undefined, deleted_at: '2025-10-09T09:00:00Z' })
    show([gone, own({ about: 'msg_1' }, 2), own({ about: 'msg_77' }, 3)])
    expect(screen.getByRole('button', { name: 'In answer to Diego: Message deleted' })).toBeTruthy()
    expect(screen.getByText('In answer to an earlier message')).toBeTruthy()
  })

  test('reactions; those of agents can be taken back by who may react', () => {
    const reactions: Event['reactions'] = [
      { by: 'customer', emoji: '🔥' },
      { by: 'agent', emoji: '👍' },
    ]
    const { onReact, log } = show([customers({ reactions })])
    expect(within(log).getByTitle('🔥 by Diego').tagName).toBe('SPAN')
    fireEvent.click(within(log).getByRole('button', { name: '👍' }))
    expect(onReact).toHaveBeenCalledWith(expect.objectContaining({ id: 'msg_1' }), '')
    cleanup()
    const other = show([customers({ reactions })], { offered: () => new Set(['copy']) })
    expect(within(other.log).queryByRole('button', { name: '👍' })).toBeNull()
  })
})

describe("a message's menu", () => {
  test('has what is offered, and nothing else', () => {
    show([customers({ text: 'hi' })], { offered: () => new Set(['reply', 'copy']) })
    fireEvent.click(menuOf('hi'))
    expect(items()).toEqual(['Reply', 'Copy text'])
  })

  test('is not there where nothing is offered', () => {
    const { log } = show([customers({ text: 'hi' })], { offered: () => new Set() })
    expect(within(log).queryByRole('button')).toBeNull()
  })

  test('tells what was chosen, and closes', () => {
    const { onDeed, onReact } = show([own({ text: 'hi', state: 'uncertain' })])
    fireEvent.click(menuOf('hi'))
    expect(items().slice(6)).toEqual(['Reply', 'Edit', 'Resend', 'Copy text', 'Delete'])
    fireEvent.click(screen.getByRole('menuitem', { name: 'Edit' }))
    expect(onDeed).toHaveBeenCalledWith('edit', expect.objectContaining({ text: 'hi' }))
    expect(screen.queryByRole('menu')).toBeNull()
    fireEvent.click(menuOf('hi'))
    fireEvent.click(screen.getByRole('menuitem', { name: 'React with 🎉' }))
    expect(onReact).toHaveBeenCalledWith(expect.objectContaining({ text: 'hi' }), '🎉')
  })

  test('the emoji that agents show takes itself back', () => {
    const { onReact } = show([customers({ text: 'hi', reactions: [{ by: 'agent', emoji: '👍' }] })])
    fireEvent.click(menuOf('hi'))
    fireEvent.click(screen.getByRole('menuitem', { name: '👍 by agents. Take it back' }))
    expect(onReact).toHaveBeenCalledWith(expect.anything(), '')
  })

  test.each([
    ['the menu key', { key: 'ContextMenu' }],
    ['Shift and F10', { key: 'F10', shiftKey: true }],
  ])('opens by %s, and Escape gives the focus back', (_, key) => {
    show([customers({ text: 'hi' })])
    const button = menuOf('hi')
    button.focus()
    fireEvent.keyDown(button, key)
    const menu = screen.getByRole('menu')
    expect(menu.contains(document.activeElement)).toBe(true)
    fireEvent.keyDown(menu, { key: 'Escape' })
    expect(screen.queryByRole('menu')).toBeNull()
    expect(document.activeElement).toBe(button)
  })

  test('Tab comes to the newest message, arrows go on from there', () => {
    show([customers({ text: 'one' }), customers({ text: 'two' }, 2), own({ text: 'three' }, 3)])
    const buttons = ['one', 'two', 'three'].map(menuOf)
    expect(buttons.map((button) => button.tabIndex)).toEqual([-1, -1, 0])
    buttons[2]?.focus()
    fireEvent.keyDown(buttons[2] as HTMLElement, { key: 'ArrowUp' })
    expect(document.activeElement).toBe(buttons[1])
    fireEvent.keyDown(buttons[1] as HTMLElement, { key: 'ArrowDown' })
    expect(document.activeElement).toBe(buttons[2])
  })

  test('while something is done to a message, it says so', () => {
    show([own({ text: 'hi' })], { busy: new Set(['msg_1']) })
    expect(screen.getByRole('button', { name: 'Being changed' })).toBeTruthy()
  })
})

test.each<[string, Partial<Event>, string]>([
  ['a transfer', { kind: 'transferred', to: { id: 'dep_2', name: 'Sales' } }, 'Anna transferred the session to Sales'],
  ['a priority', { kind: 'prioritised', priority: 'urgent' }, 'Anna set the priority to Urgent'],
  ['a language', { kind: 'language', language: 'pt-BR' }, 'Anna set the customer’s language to Brazilian Portuguese'],
  ['tags that came', { kind: 'tagged', added: ['refund', 'vip'] }, 'Anna added tags: refund, vip'],
  ['tags that went', { kind: 'tagged', removed: ['vip'] }, 'Anna removed tags: vip'],
  ['both', { kind: 'tagged', added: ['a'], removed: ['b'] }, 'Anna added tags: a; removed: b'],
  ['a block', { kind: 'blocked', until: '2026-06-10T22:00:00Z' }, 'Anna blocked Diego until '],
  ['a block for good', { kind: 'blocked' }, 'Anna blocked Diego for good'],
  ['its end', { kind: 'unblocked' }, 'Anna let Diego write again'],
  ['a record', { kind: 'record_created', record: lamp }, 'Anna created Complaint: Lamp'],
  [
    'a record by rule',
    { kind: 'record_created', record: { ...lamp, rule: 'Lamps' } },
    'The rule Lamps created Complaint: Lamp',
  ],
  [
    'a customer who is registered',
    { kind: 'record_created', record: { ...lamp, account: true } },
    'Anna registered Diego: Lamp',
  ],
  [
    'an account that is matched',
    { kind: 'account_matched', record: { ...lamp, account: true } },
    'Anna matched Diego with the account Lamp',
  ],
  [
    'an account that is taken back',
    { kind: 'account_unmatched', record: { ...lamp, account: true } },
    'Anna took the account Lamp from Diego',
  ],
  ['its edit', { kind: 'record_changed', record: { ...lamp, edited: true } }, 'Anna changed Complaint: Lamp'],
  [
    'a record that waits for its system',
    { kind: 'record_changed', record: lamp },
    'Complaint is saved here, and follows as soon as its system answers: Lamp',
  ],
  [
    'a record that has arrived',
    { kind: 'record_changed', record: { ...lamp, state: 'kept', address: 'https://crm.example/1' } },
    'Complaint has reached its system: Lamp',
  ],
  [
    'a record that is refused',
    { kind: 'record_changed', record: { ...lamp, state: 'parked', reason: 'It knows no such field.' } },
    'Complaint was not taken (It knows no such field): Lamp',
  ],
  [
    'a record that is not linked',
    { kind: 'record_changed', record: { ...lamp, state: 'kept', reason: 'It is there, but not linked.' } },
    'Complaint Lamp: It is there, but not linked.',
  ],
  [
    'an account that has arrived',
    { kind: 'record_changed', record: { ...lamp, account: true, state: 'kept', address: 'https://crm.example/1' } },
    'The account Lamp has reached its system',
  ],
  [
    'an account that a rule matches',
    { kind: 'account_matched', record: { ...lamp, account: true, rule: 'Known' }, actor: { kind: 'system' } },
    'The rule Known matched Diego with the account Lamp',
  ],
  [
    'a customer whom a rule registers',
    { kind: 'record_created', record: { ...lamp, account: true, rule: 'Known' }, actor: { kind: 'system' } },
    'The rule Known registered Diego: Lamp',
  ],
  [
    'an end by silence',
    { kind: 'ended', outcome: 'expired', actor: { kind: 'system' } },
    'The session ended because Diego was silent for too long',
  ],
  [
    'its opening again',
    { kind: 'reopened', actor: { kind: 'customer' } },
    'Diego wrote again, and the session is open again',
  ],
  [
    'a threshold',
    { kind: 'marked', mark: 'idle_critical', actor: { kind: 'system' } },
    'Diego has been without an answer for too long',
  ],
  [
    'a hand-off',
    { kind: 'handed_off', lapse: 'absent', actor: { kind: 'system' }, target: { id: 'agt_1', name: 'Oleg' } },
    'Back in the queue: Oleg is not there',
  ],
  ['a rating', { kind: 'rated', rating: 'good', actor: { kind: 'customer' } }, 'Diego rated the session good · '],
  ['one that is taken back', { kind: 'rated', actor: { kind: 'customer' } }, 'Diego took their rating back · '],
  ['an unanswered end', { kind: 'ended', outcome: 'unanswered' }, 'Anna closed the session as unanswered'],
])('a line tells of %s', (_, event, words) => {
  expect(show([own({ text: undefined, ...event })]).log.textContent).toContain(words)
})

test('whether a customer can be reached is a line of what happened', () => {
  const lost = message('ses_1', 1, { kind: 'lost', text: undefined, reason: 'They blocked us.' })
  const { log } = show([lost, message('ses_1', 2, { kind: 'found', text: undefined })])
  expect(log.textContent).toMatch(/Diego cannot be reached: They blocked us · .*Diego can be reached again · /)
})

test('A18: a rating has its thumb, and what the customer says with it', () => {
  const { log } = show([customers({ kind: 'rated', rating: 'bad', text: 'Too\nslow' })])
  const line = within(log).getByText(/Diego rated the session not good/)
  expect(line.querySelector('.thumb.bad svg')).toBeTruthy()
  expect(line.querySelector('q')?.textContent).toBe('Too\nslow')
  cleanup()
  expect(show([customers({ kind: 'rated', rating: 'good', text: undefined })]).log.querySelector('q')).toBeNull()
})
