import { expect, test, vi } from 'vitest'
import type { Brought } from '../../api/wire.ts'
import { rest } from '../sample/timers.ts'
import { Refusal } from './refusal.ts'
import { Uploads } from './upload.ts'

// desk has uploads to a server that settles them as it is told.
function desk() {
  const asked: {
    name: string
    signal: AbortSignal
    progress: (part: number) => void
    settle: (failed?: Refusal) => Promise<void>
  }[] = []
  const brought: string[] = []
  const onSignedOut = vi.fn()
  const uploads = new Uploads({
    bring: ({ name }, signal, progress) =>
      new Promise<Brought>((resolve, reject) => {
        const settle = (failed?: Refusal) => {
          if (failed) reject(failed)
          else resolve({ id: `fil_${name}`, name, kind: 'file', type: 'text/plain', size: 1 })
          return rest()
        }
        asked.push({ name, signal, progress, settle })
      }),
    onBrought: (session, file) => brought.push(`${session} ${file.id}`),
    onSignedOut,
    onChange: () => {},
  })
  const names = () => asked.map(({ name }) => name)
  return { uploads, asked, names, brought, onSignedOut }
}

const file = (name: string) => new File(['x'], name)

test('files are brought one after another, as they were chosen, and told of', async () => {
  const { uploads, asked, names, brought } = desk()
  uploads.add('ses_1', [file('a'), file('b')])
  uploads.add('ses_2', [file('c')])
  expect(names()).toEqual(['a'])
  asked[0]?.progress(0.5)
  expect(uploads.list().map(({ name, part }) => [name, part])).toEqual([
    ['a', 0.5],
    ['b', 0],
    ['c', 0],
  ])
  for (let i = 0; i < 3; i++) await asked[i]?.settle()
  expect([names(), brought, uploads.list()]).toEqual([
    ['a', 'b', 'c'],
    ['ses_1 fil_a', 'ses_1 fil_b', 'ses_2 fil_c'],
    [],
  ])
})

test('one that is let go of is broken off, and never comes', async () => {
  const { uploads, asked, names, brought } = desk()
  uploads.add('ses_1', [file('a'), file('b')])
  uploads.drop(uploads.list()[0]?.key ?? '')
  expect([asked[0]?.signal.aborted, names()]).toEqual([true, ['a', 'b']])
  await asked[0]?.settle()
  await asked[1]?.settle()
  expect(brought).toEqual(['ses_1 fil_b'])
})

test('one that fails waits for its writer, and holds nobody up', async () => {
  const { uploads, asked, names, brought } = desk()
  uploads.add('ses_1', [file('a'), file('b')])
  await asked[0]?.settle(new Refusal(0))
  expect([names(), uploads.list()[0]?.failed?.status]).toEqual([['a', 'b'], 0])
  await asked[1]?.settle()
  expect(names()).toEqual(['a', 'b'])
  uploads.retry(uploads.list()[0]?.key ?? '')
  expect(uploads.list()).toMatchObject([{ name: 'a', part: 0 }])
  expect(uploads.list()[0]?.failed).toBeUndefined()
  await asked[2]?.settle()
  expect(brought).toEqual(['ses_1 fil_b', 'ses_1 fil_a'])
})

test('a sign-in that has ended is told', async () => {
  const { uploads, asked, onSignedOut } = desk()
  uploads.add('ses_1', [file('a')])
  await asked[0]?.settle(new Refusal(401))
  expect([onSignedOut.mock.calls.length, uploads.list()[0]?.failed?.signedOut]).toEqual([1, true])
})
