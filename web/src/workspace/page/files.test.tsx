import { act, fireEvent, render, screen } from '@testing-library/react'
import { useRef } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Live } from '../live/live.ts'
import { Refusal } from '../live/refusal.ts'
import type { Upload } from '../live/upload.ts'
import { largestFile, mostFiles } from '../state/file.ts'
import { type Files, useDrop, useFiles } from './files.ts'
import { LiveContext } from './live.tsx'

const brought = { id: 'fil_1', name: 'lamp.png', kind: 'photo', type: 'image/png', size: 5 }
const add = vi.fn()
const onDropped = vi.fn()
let files: Files

beforeEach(() => vi.clearAllMocks())

function Desk({ takes }: { takes: boolean }) {
  const place = useRef<HTMLDivElement>(null)
  files = useFiles('ses_1')
  const over = useDrop(place, takes ? onDropped : undefined)
  return (
    <>
      <section aria-label="talk">
        <p>dialogue</p>
        <div ref={place}>{over && 'over'}</div>
      </section>
      <p>elsewhere</p>
    </>
  )
}

function show(uploads: readonly Partial<Upload>[] = [], takes = true) {
  const shown = { drafts: { ses_1: { files: [brought] } }, uploads: uploads.map((u) => ({ session: 'ses_1', ...u })) }
  const live = { shown, subscribe: () => () => {}, uploads: { add } } as unknown as Live
  render(
    <LiveContext value={live}>
      <Desk takes={takes} />
    </LiveContext>,
  )
}

function file(name: string, size: number): File {
  const made = new File([], name)
  Object.defineProperty(made, 'size', { value: size })
  return made
}

test('what is with the server and what is on its way there stand side by side', () => {
  show([
    { key: '1', name: 'a', size: 1, part: 0.5 },
    { key: '2', name: 'b', size: 1, part: 0, failed: new Refusal(0) },
    { key: '3', name: 'c', size: 1, part: 0, failed: new Refusal(413, { detail: 'Too large.' }) },
    { key: '4', name: 'd', size: 1, part: 0, session: 'ses_2' },
  ])
  expect(files.chips).toEqual([
    { key: 'fil_1', name: 'lamp.png', size: 5, picture: true },
    { key: '1', name: 'a', size: 1, picture: false, part: 0.5 },
    {
      key: '2',
      name: 'b',
      size: 1,
      picture: false,
      part: 0,
      failed: 'Not uploaded: Parley cannot be reached.',
      again: true,
    },
    { key: '3', name: 'c', size: 1, picture: false, part: 0, failed: 'Too large.', again: false },
  ])
})

test.each([
  ['too large', file('film.mp4', largestFile + 1), 'film.mp4 is larger than 25 MB. Send a link to it instead.'],
  ['empty', file('void.txt', 0), 'void.txt is empty.'],
])('a file that is %s is not sent to the server, and the reason is said', (_, bad, words) => {
  show()
  const good = file('good.png', largestFile)
  act(() => files.add([bad, good]))
  expect(add.mock.calls).toEqual([['ses_1', [good]]])
  expect(files.refused).toBe(words)
  act(() => files.add([good]))
  expect(files.refused).toBeUndefined()
})

test('as many as a message may have are taken, with those that are there', () => {
  show([{ key: '1', name: 'a', size: 1, part: 0 }])
  const many = Array.from({ length: mostFiles }, (_, i) => file(`${i}`, 1))
  act(() => files.add(many))
  expect(add.mock.calls).toEqual([['ses_1', many.slice(0, mostFiles - 2)]])
  expect(files.refused).toBe('A message may have 20 files. Send the others in another one.')
})

const dragged = (name: string) => ({ dataTransfer: { types: ['Files'], files: [file(name, 1)], dropEffect: '' } })

test('files are taken where they are dropped over the dialogue, and nowhere does the browser open them', () => {
  show()
  const place = screen.getByText('dialogue')
  expect(fireEvent.dragOver(place, dragged('a'))).toBe(false)
  expect(screen.getByText('over')).toBeTruthy()
  expect(fireEvent.drop(place, dragged('a'))).toBe(false)
  expect(onDropped.mock.calls[0]?.[0]).toMatchObject([{ name: 'a' }])
  expect(screen.queryByText('over')).toBeNull()
  const other = screen.getByText('elsewhere')
  expect([fireEvent.dragOver(other, dragged('b')), fireEvent.drop(other, dragged('b'))]).toEqual([false, false])
  expect(onDropped).toHaveBeenCalledTimes(1)
  // A text that is dragged is none of ours.
  expect(fireEvent.drop(place, { dataTransfer: { types: ['text/plain'], files: [] } })).toBe(true)
})

test('where nothing can be attached, nothing is taken', () => {
  show([], false)
  fireEvent.drop(screen.getByText('dialogue'), dragged('a'))
  expect(onDropped).not.toHaveBeenCalled()
})
