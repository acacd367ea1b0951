import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ToastHolder, ToastPlace, useToast } from './toast.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a toast goes by itself, or with what is done about it', () => {
  const run = vi.fn()
  const Says = () => {
    const say = useToast()
    return <button type="button" aria-label="say" onClick={() => say('It goes out.', { words: 'Undo', run })} />
  }
  render(
    <ToastHolder>
      <Says />
      <ToastPlace />
    </ToastHolder>,
  )
  const say = () => fireEvent.click(screen.getByRole('button', { name: 'say' }))
  say()
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(run).toHaveBeenCalledTimes(1)
  expect(screen.queryByText(/It goes out/)).toBeNull()
  act(() => void vi.advanceTimersByTime(1))
  say()
  expect(screen.getByText(/It goes out/)).toBeTruthy()
  act(() => void vi.advanceTimersByTime(5_000))
  expect(screen.queryByText(/It goes out/)).toBeNull()
})
