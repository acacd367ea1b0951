import { fireEvent, render, screen, within } from '@testing-library/preact'
import { beforeEach, expect, test, vi } from 'vitest'
import type { VisitorEvent } from '../../shared/protocol.ts'
import { opened, rates, says } from '../fake/world.ts'
import type { Asked } from '../state/rating.ts'
import { Panel } from './panel.tsx'
import { Rate } from './rate.tsx'

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  )
})

// shown is the panel of a tab whose session was answered.
async function shown(...events: VisitorEvent[]) {
  const all = await opened()
  const { tab, browser, hub } = all
  tab.write('hello')
  await browser.pass(2_000)
  says(hub, 'here I am')
  for (const event of events) hub.happen(event)
  await browser.pass(2_000)
  render(<Panel core={tab.core} />)
  const pass = async (ms = 2_000) => {
    await browser.pass(ms)
    await new Promise((resolve) => setTimeout(resolve)) // what is shown follows a moment later
  }
  return { ...all, pass }
}

const ended: VisitorEvent = {
  kind: 'ended',
  at: '2026-11-20T11:00:00Z',
  outcome: 'completed_by_operator',
  name: 'Anna',
}
const question = () => screen.queryByRole('group', { name: /^How was it/ })
const thumb = (name: string) => screen.getByRole('button', { name })
const pressed = () => ['Good', 'Not good'].filter((name) => thumb(name).getAttribute('aria-pressed') === 'true')
const comment = () => screen.queryByRole<HTMLInputElement>('textbox', { name: 'Add a comment, if you like' })
const words = () => within(question() as HTMLElement).getByRole('status').textContent

test('A18: when the session is over it is asked how it was, below the line that says who ended it', async () => {
  const { hub, pass } = await shown(ended)
  const line = screen.getByText(/^Anna ended the chat at/)
  const asked = screen.getByRole('group', { name: 'How was it with Anna?' })
  expect(line.compareDocumentPosition(asked) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  expect([pressed(), comment(), words()]).toEqual([[], null, ''])
  expect(asked.contains(document.activeElement)).toBe(false)
  fireEvent.click(thumb('Good'))
  await pass()
  expect([pressed(), words(), rates(hub)]).toEqual([['Good'], 'Thank you.', [['good', '']]])
  fireEvent.input(comment() as HTMLInputElement, { target: { value: ' very kind ' } })
  fireEvent.submit(comment()?.form as HTMLFormElement)
  await pass()
  expect([comment()?.value, words(), rates(hub).at(-1)]).toEqual(['very kind', 'Thank you.', ['good', 'very kind']])
  fireEvent.submit(comment()?.form as HTMLFormElement)
  fireEvent.click(thumb('Not good'))
  await pass()
  expect([pressed(), comment()?.value, rates(hub).slice(2)]).toEqual([['Not good'], '', [['bad', '']]])
  fireEvent.click(thumb('Not good'))
  await pass()
  expect([pressed(), rates(hub).length]).toEqual([['Not good'], 3])
  fireEvent.input(comment() as HTMLInputElement, { target: { value: 'not sent yet' } })
  await pass()
  expect(words()).toBe('')
})

test('A18: it is no longer asked when a message begins a new session', async () => {
  const { tab, pass } = await shown(ended)
  fireEvent.click(thumb('Good'))
  await pass()
  tab.write('one more thing')
  await pass(0)
  expect(question()).toBeNull()
  await pass()
  expect([question(), screen.queryByRole('button', { name: 'Rate this chat' })]).toEqual([null, null])
})

test('A18: during the session it is asked where the customer wants it, and what was written stays when it is put away', async () => {
  const { hub, pass } = await shown()
  const control = screen.getByRole('button', { name: 'Rate this chat', expanded: false })
  expect(question()).toBeNull()
  fireEvent.click(control)
  await pass()
  expect(control.getAttribute('aria-expanded')).toBe('true')
  fireEvent.click(thumb('Not good'))
  await pass()
  fireEvent.input(comment() as HTMLInputElement, { target: { value: 'half a sen' } })
  fireEvent.click(control)
  await pass()
  expect(question()).toBeNull()
  fireEvent.click(control)
  await pass()
  expect([pressed(), comment()?.value]).toEqual([['Not good'], 'half a sen'])
  const field = comment()
  hub.happen(ended)
  await pass()
  expect(comment()).toBe(field)
  expect(screen.queryByRole('button', { name: 'Rate this chat' })).toBeNull()
})

test('A18: what was asked for in one session is not asked in the next', async () => {
  const { tab, hub, pass } = await shown()
  fireEvent.click(screen.getByRole('button', { name: 'Rate this chat' }))
  await pass()
  hub.happen(ended)
  tab.write('one more thing')
  await pass()
  says(hub, 'which one?')
  await pass()
  expect(screen.getByRole('button', { name: 'Rate this chat', expanded: false })).toBeTruthy()
  expect(question()).toBeNull()
})

test('A18: who was not answered, or is blocked, is not asked', async () => {
  const at = ended.at
  await shown(
    ended,
    { kind: 'started', at },
    { kind: 'message', at, mine: true, id: 'x', text: 'again', ref: 'x' },
    ended,
  )
  expect(question()).toBeNull()
  document.body.replaceChildren()
  await shown(ended, { kind: 'blocked', at })
  expect([question(), screen.getByText(/^You cannot write to us/)]).toEqual([null, expect.anything()])
})

const asked = { about: 'r', name: '', rating: 'bad', comment: 'so', pending: undefined } as const
const waits = { id: 'p', at: 0, text: 'so', about: 'r' }

test.each<[string, Partial<Asked>, boolean, string]>([
  ['it stands', {}, false, 'Thank you.'],
  ['it is taken back', { rating: '' }, false, ''],
  ['it is on its way', { pending: waits }, false, ''],
  ['it waits for the connection', { pending: waits }, true, 'Kept, goes out when you are online'],
  ['the server has it', { pending: { ...waits, stored: 'now' } }, false, 'Thank you.'],
  ['it was refused', { pending: { ...waits, refused: 'so it is' } }, false, 'Not sent: so it is'],
  ['nobody says why', { pending: { ...waits, refused: '' } }, false, 'Not sent: it was not accepted'],
])('A18: what became of a rating is said: %s', (_, change, isOffline, want) => {
  const onRate = vi.fn()
  const now = { ...asked, ...change }
  render(<Rate asked={now} isHidden={false} isOn={false} isOffline={isOffline} onRate={onRate} />)
  expect([screen.getByRole('group').textContent, words()]).toEqual([`How was it?GoodNot good${want}`, want])
  if (now.rating === '') return
  expect([pressed(), comment()?.value]).toEqual([['Not good'], 'so'])
  // What was refused can be sent as it is, nothing else twice.
  fireEvent.submit(comment()?.form as HTMLFormElement)
  expect(onRate.mock.calls).toEqual(now.pending?.refused === undefined ? [] : [['bad', 'so']])
})
