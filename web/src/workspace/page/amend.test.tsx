import { act, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, test, vi } from 'vitest'
import type { Event } from '../../api/wire.ts'
import type { Live } from '../live/live.ts'
import { Refusal } from '../live/refusal.ts'
import { message } from '../sample/session.ts'
import { useAmend } from './amend.ts'
import { LiveContext } from './live.tsx'
import { ToastHolder, ToastPlace } from './toast.tsx'

function desk() {
  const hear = vi.fn()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <LiveContext value={{ hear } as unknown as Live}>
      <ToastHolder>
        {children}
        <ToastPlace />
      </ToastHolder>
    </LiveContext>
  )
  const { result } = renderHook(() => useAmend('ses_1'), { wrapper })
  const keys: string[] = []
  const run = (what: string, answer: () => Promise<Event>, of = 'msg_1') =>
    result.current.run(of, what, (key) => {
      keys.push(key)
      return answer()
    })
  return { result, hear, keys, run }
}

const stored = () => Promise.resolve(message('ses_1', 1))
const fails = (refusal: Refusal) => () => Promise.reject(refusal)
const toast = () => document.querySelector('.toast')?.textContent

test('what was done is then fetched', async () => {
  const { hear, run } = desk()
  expect(await act(() => run('delete', stored))).toBe(true)
  expect(hear).toHaveBeenCalledWith({ type: 'amended', session: 'ses_1' })
})

test("a refusal is told in the server's words, and nothing is fetched", async () => {
  const { hear, run } = desk()
  const refusal = new Refusal(403, { detail: 'Only its author can change a message.' })
  expect(await act(() => run('edit x', fails(refusal)))).toBe(false)
  expect(toast()).toBe('That did not work: Only its author can change a message.')
  expect(hear).not.toHaveBeenCalled()
})

test('the same again has the same key where no answer came, else another', async () => {
  const { keys, run } = desk()
  await act(() => run('retry', fails(new Refusal(0))))
  await act(() => run('retry', fails(new Refusal(503))))
  await act(() => run('retry', stored))
  await act(() => run('retry', fails(new Refusal(422))))
  await act(() => run('retry', stored))
  const [first, second, third, fourth, fifth] = keys
  expect([second, third]).toEqual([first, first])
  expect(new Set([third, fourth, fifth]).size).toBe(3)
})

test('while something is done to a message, nothing else is', async () => {
  const { result, keys, run } = desk()
  let settle = (_: Event) => {}
  const pending = act(async () => {
    const first = run('delete', () => new Promise<Event>((resolve) => (settle = resolve)))
    await Promise.resolve()
    expect(await run('edit x', stored)).toBe(false)
    expect(await run('edit x', stored, 'msg_2')).toBe(true)
    settle(message('ses_1', 1))
    await first
  })
  await pending
  expect(keys.length).toBe(2)
  expect([...result.current.busy]).toEqual([])
})
