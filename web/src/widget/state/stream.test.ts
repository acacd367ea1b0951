import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { maxFrame } from '../../shared/protocol.ts'
import { Stream } from './stream.ts'

// The hub as a test has it: what is asked of it, and how it answers.
const asked: { url: string; body: string }[] = []
let events: ReadableStreamDefaultController<Uint8Array>
let answer: (path: string) => Promise<Response> | Response

beforeEach(() => {
  asked.length = 0
  answer = () => new Response('')
  vi.stubGlobal('fetch', async (url: string, { body, signal }: { body: string | null; signal: AbortSignal }) => {
    asked.push({ url, body: body ?? '' })
    if (!url.includes('/events?')) return answer(url)
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        events = controller
      },
    })
    signal.addEventListener('abort', () => events.error(signal.reason))
    return new Response(stream)
  })
})
afterEach(() => vi.unstubAllGlobals())

const settled = () => new Promise((done) => setTimeout(done))
const push = async (text: string) => {
  events.enqueue(new TextEncoder().encode(text))
  await settled()
}
const bodies = () => asked.filter(({ url }) => url.includes('/frames?')).map(({ body }) => body.split('\n'))

async function opened() {
  const stream = new Stream('wss://hub.test/widget/v1/socket?channel=shop')
  const heard: unknown[] = []
  const closed: number[] = []
  stream.onmessage = ({ data }) => heard.push(data)
  stream.onclose = ({ code }) => closed.push(code)
  const isOpen = new Promise((done) => (stream.onopen = done))
  await isOpen
  stream.send('{"type":"hello","versions":[1],"after":"c1"}')
  await settled()
  await push('data: {"type":"welcome","token":"T"}\n\n')
  return { stream, heard, closed }
}

test('the hello opens the stream, and each frame is heard whole, however it is cut', async () => {
  const { heard } = await opened()
  expect(asked.map(({ url }) => url)).toEqual([
    'https://hub.test/widget/v1/look?channel=shop',
    'https://hub.test/widget/v1/events?channel=shop',
  ])
  expect(asked[1]?.body).toBe('{"type":"hello","versions":[1],"after":"c1"}')
  await push('data: {"type":"eve')
  await push('nts","text":"a"}\n\ndata: {"type":"typing"}\n\n:\n')
  expect(heard.slice(1)).toEqual(['{"type":"events","text":"a"}', '{"type":"typing"}', ''])
})

test('what is said is posted as the visitor of the welcome, one post after the other, and a ping is not', async () => {
  const { stream, heard } = await opened()
  let release = () => {}
  answer = () => new Promise((done) => (release = () => done(new Response('{"type":"ack","id":"1"}\n{"type":"pong"}'))))
  for (const id of ['1', '2', '3']) stream.send(`{"type":"message","id":"${id}"}`)
  stream.send('{"type":"ping"}')
  await settled()
  const hello = '{"type":"hello","versions":[1],"after":"c1","token":"T"}'
  expect(bodies()).toEqual([[hello, '{"type":"message","id":"1"}']])
  release()
  await settled()
  expect(bodies()[1]).toEqual([hello, '{"type":"message","id":"2"}', '{"type":"message","id":"3"}'])
  expect(heard.slice(1)).toEqual(['{"type":"ack","id":"1"}', '{"type":"pong"}'])
})

test('no post is larger than the server takes', async () => {
  const { stream } = await opened()
  const long = (id: number) => JSON.stringify({ type: 'message', id, text: 'x'.repeat(maxFrame / 2) })
  for (const id of [1, 2, 3]) stream.send(long(id))
  await vi.waitFor(() => expect(bodies().length).toBe(3), 30_000)
  for (const [, ...frames] of bodies()) expect(frames.join('\n').length).toBeLessThanOrEqual(maxFrame)
})

test.each([
  ['a code of the stream', async () => push('data: {"type":"close","code":4410}\n\n'), 4410],
  ['the end of the stream', async () => events.close(), 1006],
  [
    'a code that answers a post',
    async (stream: Stream) => {
      answer = () => new Response('{"type":"close","code":4429}')
      stream.send('{"type":"typing"}')
    },
    4429,
  ],
  [
    'a post that fails',
    async (stream: Stream) => {
      answer = () => new Response('', { status: 503 })
      stream.send('{"type":"typing"}')
    },
    1006,
  ],
])('%s ends it once', async (_, happens, code) => {
  const { stream, closed, heard } = await opened()
  await happens(stream)
  await settled()
  expect(closed).toEqual([code])
  expect(heard.length).toBe(1)
})

test('it does not open where nothing arrives, and after close nothing is told', async () => {
  answer = () => Promise.reject(new TypeError('offline'))
  const stream = new Stream('wss://hub.test/widget/v1/socket?channel=shop')
  const closed = vi.fn()
  stream.onclose = closed
  await settled()
  expect(closed).toHaveBeenCalledExactlyOnceWith({ code: 1006 })

  answer = () => new Response('')
  const other = await opened()
  other.stream.close()
  await settled()
  expect(other.closed).toEqual([])
})
