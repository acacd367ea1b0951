import { render, screen } from '@testing-library/preact'
import { expect, test } from 'vitest'
import type { Queue as Frame, VisitorEvent } from '../../shared/protocol.ts'
import { opened } from '../fake/world.ts'
import { Status } from './status.tsx'

const at = '2026-01-01T10:00:00Z'
const started: VisitorEvent = { kind: 'started', at }

async function says(queue: Omit<Frame, 'type'> | undefined, events = [started], isOffline = false): Promise<string> {
  const { tab } = await opened()
  const { state } = tab.core
  const conversation = { ...state.conversation, events }
  const { unmount } = render(
    <Status state={{ ...state, conversation, queue: queue && { type: 'queue', ...queue } }} isOffline={isOffline} />,
  )
  const words = screen.getByRole('status').textContent ?? ''
  unmount()
  return words
}

test('A6, S1.24: the notice, the place as the department shows it, and how long it may take', async () => {
  const soon = 'An agent will be with you shortly.'
  const waiting = true
  expect(await says({ waiting, place: 3, minutes: 4 })).toBe(
    `${soon} You are number 3 in the queue. Estimated wait: 4 minutes.`,
  )
  expect(await says({ waiting, place: 200, beyond: true })).toBe(`${soon} More than 200 are in the queue.`)
  expect(await says({ waiting, before: 1, minutes: 1 })).toBe(
    `${soon} 1 customer is before you. Estimated wait: 1 minute.`,
  )
  expect(await says({ waiting, before: 0 })).toBe(`${soon} You are next.`)
  expect(await says({ waiting, minutes: 2 })).toBe(`${soon} Estimated wait: 2 minutes.`)
  expect(await says({ waiting })).toBe(soon)
})

test('A6: nothing is said of it when an agent has joined, when the session is over, or while the connection is', async () => {
  const queue = { waiting: true, place: 1 }
  expect(await says(undefined)).toBe('')
  expect(await says(queue, [started, { kind: 'taken', at, name: 'Anna' }])).toBe('')
  expect(await says(queue, [started, { kind: 'ended', at }])).toBe('')
  expect(await says(queue, [started], true)).toMatch(/^No connection/)
})
