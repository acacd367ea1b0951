import { describe, expect, test } from 'vitest'
import { HandTimers, MemoryStore, rest } from '../sample/timers.ts'
import { maxUnsent, Outbox, type Unsent } from './outbox.ts'
import { Refusal } from './refusal.ts'

type Answer = Refusal | 'stored' | 'never'

// desk is an outbox with a server that answers as it is told, then always with its last answer.
function desk(store = new MemoryStore(), timers = new HandTimers()) {
  const said: Unsent[] = []
  const stored: string[] = []
  const taken: [string, string][] = []
  const seen = { signedOut: 0 }
  let answers: Answer[] = ['stored']
  const outbox = new Outbox<string>({
    agent: 'agt_anna',
    store,
    timers,
    say: (message) => {
      said.push(message)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === 'never') return new Promise(() => {})
      return answer instanceof Refusal ? Promise.reject(answer) : Promise.resolve(message.clientId)
    },
    onStored: (message) => stored.push(message.text),
    onTaken: (message, winner) => taken.push([message.text, winner]),
    onSignedOut: () => seen.signedOut++,
    onChange: () => {},
  })
  const answer = (...next: Answer[]) => {
    answers = next
  }
  return { outbox, said, stored, taken, seen, answer, store, timers }
}

const lost = new Refusal(0)
const texts = (messages: readonly Unsent[]) => messages.map((message) => message.text)

describe('sending (A20, B3)', () => {
  test('a message is kept until the server has it', async () => {
    const { outbox, stored, store } = desk()
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    expect([texts(outbox.list()), store.length]).toEqual([['one'], 1])
    await rest()
    expect([outbox.list(), store.length, stored]).toEqual([[], 0, ['one']])
  })

  test.each([
    ['a loss of the network', lost],
    ['503', new Refusal(503)],
    ['429', new Refusal(429)],
    ['a fault of the server', new Refusal(500)],
  ])('after %s the same message is said again under the same client id', async (_, refusal) => {
    const { outbox, said, stored, answer, timers } = desk()
    answer(refusal, refusal, 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    await timers.turn(10_000)
    expect(said.map((m) => [m.clientId, m.text])).toEqual(Array(3).fill([said[0]?.clientId, 'one']))
    expect([stored, outbox.list()]).toEqual([['one'], []])
  })

  test('it waits as long as the server says', async () => {
    const { outbox, said, answer, timers } = desk()
    answer(new Refusal(503, {}, 20_000), 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    await timers.turn(19_999)
    expect(said.length).toBe(1)
    await timers.turn(1)
    expect(said.length).toBe(2)
  })

  test('messages of one session keep their order, also while the first is said again', async () => {
    const { outbox, said, answer, timers } = desk()
    answer(lost, lost, 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    outbox.add('ses_1', 'reply', 'two')
    await timers.turn(10_000)
    expect(texts(said)).toEqual(['one', 'one', 'one', 'two'])
  })

  test('a session does not wait for another', async () => {
    const { outbox, said, answer } = desk()
    answer('never', 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    outbox.add('ses_2', 'reply', 'two')
    await rest()
    expect(texts(said)).toEqual(['one', 'two'])
    expect(texts(outbox.list())).toEqual(['one'])
  })

  test('at once when the network is back', async () => {
    const { outbox, stored, answer, timers } = desk()
    answer(...Array(8).fill(lost), 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    await timers.turn(60_000)
    answer('stored')
    outbox.resume()
    await rest()
    expect(stored).toEqual(['one'])
  })

  test('too many that wait are refused, not lost in silence', () => {
    const { outbox, answer } = desk()
    answer('never')
    outbox.resume()
    for (let i = 0; i < maxUnsent; i++) expect(outbox.add('ses_1', 'reply', `${i}`)).toBeDefined()
    expect(outbox.add('ses_1', 'reply', 'one more')).toBeUndefined()
  })
})

describe('a reload', () => {
  test('sends what was not confirmed, in order, under the same ids', async () => {
    const store = new MemoryStore()
    const before = desk(store)
    before.answer('never')
    before.outbox.resume()
    before.outbox.add('ses_1', 'reply', 'one')
    before.outbox.add('ses_1', 'note', 'two')
    await rest()
    const after = desk(store)
    expect(after.outbox.list()).toEqual(before.outbox.list())
    after.outbox.resume()
    await rest()
    expect(after.said).toEqual(before.outbox.list())
    expect(store.length).toBe(0)
  })

  test('finds nothing of another agent, and nothing that is no message', () => {
    const store = new MemoryStore()
    store.setItem(
      'parley.outbox.agt_boris.1',
      JSON.stringify({ clientId: '1', session: 'ses_1', kind: 'reply', text: 'x', at: 0 }),
    )
    store.setItem('parley.outbox.agt_anna.2', '{"half')
    expect(desk(store).outbox.list()).toEqual([])
  })

  test('in another tab: what the first tab got rid of is not sent again', async () => {
    const store = new MemoryStore()
    const first = desk(store)
    first.answer('never')
    first.outbox.resume()
    first.outbox.add('ses_1', 'reply', 'one')
    const second = desk(store)
    const [message] = second.outbox.list()
    second.outbox.stored(`parley.outbox.agt_anna.${message?.clientId}`, null)
    second.outbox.resume()
    await rest()
    expect([second.outbox.list(), second.said]).toEqual([[], []])
  })

  test('a message that the stream shows as stored is not sent any more', async () => {
    const { outbox, said, store, answer, timers } = desk()
    answer(lost)
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    await rest()
    outbox.drop(said[0]?.clientId ?? '')
    await timers.turn(60_000)
    expect([said.length, outbox.list(), store.length]).toEqual([1, [], 0])
  })
})

describe('refusals', () => {
  test('409: the texts go back to their writer together, with the name of who was first (C2)', async () => {
    const { outbox, taken, stored, answer, store } = desk()
    answer('never')
    outbox.add('ses_1', 'reply', 'one')
    outbox.add('ses_1', 'reply', 'two')
    outbox.add('ses_1', 'note', 'for us')
    answer(new Refusal(409, { code: 'taken', winner: 'Boris' }), 'stored')
    outbox.resume()
    await rest()
    expect(taken).toEqual([['one\ntwo', 'Boris']])
    expect([stored, outbox.list(), store.length]).toEqual([['for us'], [], 0])
  })

  test.each([
    ['422', new Refusal(422, { field: 'text', detail: 'text is too long.' }), 'text is too long.'],
    [
      '409 of an ended session',
      new Refusal(409, { code: 'ended', detail: 'This session has ended.' }),
      'This session has ended.',
    ],
    ['403', new Refusal(403, { title: 'Not allowed' }), 'Not allowed'],
  ])('%s: the message stays, with its reason, and holds nobody up', async (_, refusal, reason) => {
    const { outbox, stored, answer, timers, said } = desk()
    answer(refusal, 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    outbox.add('ses_1', 'reply', 'two')
    await timers.turn(60_000)
    expect(outbox.list()).toMatchObject([{ text: 'one', failed: reason }])
    expect([stored, said.length]).toEqual([['two'], 2])
  })

  test('Retry says the same message again; a reload keeps that it was refused', async () => {
    const { outbox, said, stored, answer, store } = desk()
    answer(new Refusal(422, { detail: 'no' }))
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    await rest()
    const again = desk(store)
    again.outbox.resume()
    await rest()
    expect([again.said, again.outbox.list()]).toEqual([[], outbox.list()])
    answer('stored')
    outbox.retry(said[0]?.clientId ?? '')
    await rest()
    expect([stored, said[1]?.clientId, said[1]?.failed]).toEqual([['one'], said[0]?.clientId, undefined])
  })

  test('401: everything waits until one has signed in again', async () => {
    const { outbox, said, seen, stored, answer, timers } = desk()
    answer(new Refusal(401), 'stored')
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one')
    await rest()
    outbox.add('ses_2', 'reply', 'two')
    await timers.turn(60_000)
    expect([seen.signedOut, said.length]).toEqual([1, 1])
    outbox.resume()
    await rest()
    expect(stored).toEqual(['one', 'two'])
  })
})

describe('a message that is held (D19)', () => {
  const hold = 5_000

  test('goes out when its time has come, with what was said after it behind it', async () => {
    const { outbox, said, timers } = desk()
    outbox.resume()
    outbox.add('ses_1', 'reply', 'one', {}, hold)
    outbox.add('ses_1', 'reply', 'two')
    outbox.add('ses_2', 'reply', 'elsewhere')
    await timers.turn(hold - 1)
    expect(texts(said)).toEqual(['elsewhere'])
    outbox.resume()
    await rest()
    expect(texts(said)).toEqual(['elsewhere'])
    await timers.turn(1)
    expect(texts(said)).toEqual(['elsewhere', 'one', 'two'])
  })

  test('is taken back until then, and not after', async () => {
    const { outbox, said, timers, answer } = desk()
    answer('never')
    outbox.resume()
    const one = outbox.add('ses_1', 'reply', 'one', {}, hold) as Unsent
    expect([outbox.recall(one), outbox.list()]).toEqual([true, []])
    await timers.turn(hold)
    expect(said).toEqual([])
    const two = outbox.add('ses_1', 'reply', 'two', {}, hold) as Unsent
    await timers.turn(hold)
    expect([outbox.recall(two), texts(outbox.list()), texts(said)]).toEqual([false, ['two'], ['two']])
  })

  test('is held no longer by a page that was closed and opened again', async () => {
    const before = desk()
    before.outbox.resume()
    before.outbox.add('ses_1', 'reply', 'one', {}, hold)
    before.outbox.pause()
    const { outbox, said, timers } = desk(before.store, before.timers)
    outbox.resume()
    await timers.turn(hold)
    expect(texts(said)).toEqual(['one'])
  })
})
