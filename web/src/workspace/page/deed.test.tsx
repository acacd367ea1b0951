import { QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import type { Live } from '../live/live.ts'
import { Refusal } from '../live/refusal.ts'
import { anna, session } from '../sample/session.ts'
import { eventWords } from '../view/message.tsx'
import { queries } from './ask.ts'
import { useDeed } from './deed.ts'
import { LiveContext } from './live.tsx'
import { ToastHolder, ToastPlace } from './toast.tsx'

test('beyond the limit one is asked, and then it is done', async () => {
  const hear = vi.fn()
  const full = new Refusal(409, { code: 'full', detail: 'You have 3 sessions, as many as your limit allows.' })
  const over = vi.fn(() => Promise.resolve(session('ses_1')))
  const Takes = () => {
    const { run } = useDeed()
    const take = { ask: () => Promise.reject(full), over, done: 'You took this session.' }
    return <button type="button" aria-label="take" onClick={() => run(take)} />
  }
  render(
    <QueryClientProvider client={queries}>
      <LiveContext value={{ hear } as unknown as Live}>
        <ToastHolder>
          <Takes />
          <ToastPlace />
        </ToastHolder>
      </LiveContext>
    </QueryClientProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'take' }))
  await screen.findByText(/You have 3 sessions/, {}, { timeout: 30_000 })
  expect(over).not.toHaveBeenCalled()
  fireEvent.click(screen.getByRole('button', { name: 'Do it anyway' }))
  await screen.findByText('You took this session.', {}, { timeout: 30_000 })
  expect(over).toHaveBeenCalledTimes(1)
  expect(hear).toHaveBeenCalledTimes(1)
})

test('what distribution has assigned says so', () => {
  const target = { id: anna.id, name: 'Anna' }
  const event = { kind: 'assigned', actor: { kind: 'system' }, target } as never
  expect(eventWords(event, session('ses_1'))).toBe('Assigned to Anna by distribution')
})
