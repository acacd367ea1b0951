import { expect, test } from 'vitest'
import { maxFiles, type Request, type Upload, Uploads } from './upload.ts'

class FakeRequest implements Request {
  static all: FakeRequest[] = []
  onload: ((event: never) => unknown) | null = null
  onerror: ((event: never) => unknown) | null = null
  ontimeout: ((event: never) => unknown) | null = null
  upload: Request['upload'] = { onprogress: null }
  status = 0
  responseText = ''
  timeout = 0
  said: string[] = []
  isAborted = false
  open(...words: unknown[]): void {
    this.said.push(words.join(' '))
  }
  setRequestHeader(name: string, value: string): void {
    this.said.push(`${name}: ${value}`)
  }
  send(): void {
    FakeRequest.all.push(this)
  }
  abort(): void {
    this.isAborted = true
  }
  answer(status: number, body: unknown): void {
    this.status = status
    this.responseText = typeof body === 'string' ? body : JSON.stringify(body)
    this.onload?.(undefined as never)
  }
}

const nth = (n: number): FakeRequest => {
  const request = FakeRequest.all[n]
  if (!request) throw new Error(`there is no request ${n}`)
  return request
}
const file = (name: string, size = 4): File => new File(['x'.repeat(size)], name)

function begin(): { uploads: Uploads; shown: () => string[] } {
  FakeRequest.all = []
  let all: readonly Upload[] = []
  const uploads = new Uploads({
    way: () => ['wss://chat.test/widget/v1/socket?channel=shop', 'TOKEN'],
    Request: FakeRequest as unknown as new () => Request,
    onChange: (now) => {
      all = now
    },
  })
  const stateOf = (u: Upload) => u.brought?.id ?? u.failed ?? u.share
  return { uploads, shown: () => all.map((u) => `${u.name} ${stateOf(u)}${u.isPassing ? ' again' : ''}`) }
}

test('A13: files go one after the other, with their names and the visitor’s token, and tell how far they are', () => {
  const { uploads, shown } = begin()
  uploads.add([file('a b&c.png'), file('d.pdf')], 100, 'too large')
  expect(nth(0).said).toEqual([
    'POST https://chat.test/widget/v1/files?channel=shop&name=a%20b%26c.png',
    'Authorization: Bearer TOKEN',
    'Content-Type: application/octet-stream',
  ])
  expect(FakeRequest.all).toHaveLength(1)
  nth(0).upload.onprogress?.({ loaded: 2 } as ProgressEvent)
  expect(shown()).toEqual(['a b&c.png 0.5', 'd.pdf 0'])
  nth(0).answer(201, { kind: 'photo', id: 'fil_1', name: 'a b&c.png' })
  nth(1).answer(201, { kind: 'file', id: 'fil_2' })
  expect(shown()).toEqual(['a b&c.png fil_1', 'd.pdf fil_2'])
  expect(uploads.take().map((b) => b.id)).toEqual(['fil_1', 'fil_2'])
  expect(shown()).toEqual([])
})

test('A13: what is too large is not sent, and more than a message has is left out', () => {
  const { uploads, shown } = begin()
  uploads.add([file('big', 101), ...Array.from({ length: 30 }, (_, i) => file(`${i}`))], 100, 'too large')
  expect(shown()).toHaveLength(maxFiles)
  expect(shown()[0]).toBe('big too large')
  expect(nth(0).said[0]).toMatch(/name=0$/)
})

test.each<[string, (r: FakeRequest) => void, string]>([
  ['a refusal is final', (r) => r.answer(403, { kind: 'forbidden', reason: 'No files.' }), 'a No files.'],
  [
    'too many may be tried again',
    (r) => r.answer(429, { kind: 'throttled', reason: 'Too many.' }),
    'a Too many. again',
  ],
  ['so may what a proxy answers', (r) => r.answer(502, '<html>'), 'a  again'],
  ['so may what was cut off', (r) => r.onerror?.(undefined as never), 'a  again'],
  ['an answer without a file is none', (r) => r.answer(200, 'ok'), 'a '],
])('A13: %s', (_, ends, want) => {
  const { uploads, shown } = begin()
  uploads.add([file('a')], 100, '')
  ends(nth(0))
  expect(shown()).toEqual([want])
})

test('A13: a failed one is tried again from the start, a removed one is stopped and holds up nobody', () => {
  const { uploads, shown } = begin()
  uploads.add([file('a'), file('b')], 100, '')
  nth(0).onerror?.(undefined as never)
  uploads.retry(1)
  expect(FakeRequest.all).toHaveLength(2)
  uploads.remove(2)
  expect(nth(1).isAborted).toBe(true)
  nth(1).answer(201, { kind: 'file', id: 'fil_late' })
  expect(shown()).toEqual(['a 0'])
  nth(2).answer(201, { kind: 'file', id: 'fil_1' })
  expect(shown()).toEqual(['a fil_1'])
})
