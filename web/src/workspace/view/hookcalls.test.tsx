import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { CallLog } from './hookcalls.tsx'

test('F3: many calls are sent again only from a time on', () => {
  const onReplay = vi.fn()
  render(
    <CallLog
      name="ERP"
      calls={[]}
      failed={false}
      state=""
      busy={false}
      told=""
      fault=""
      onState={vi.fn()}
      onReplay={onReplay}
    />,
  )
  fireEvent.click(screen.getByText('Send many again'))
  const from = screen.getByLabelText<HTMLInputElement>('From')
  fireEvent.click(screen.getByRole('button', { name: 'Send again' }))
  expect(from.validity.valueMissing).toBe(true)
  expect(onReplay).not.toHaveBeenCalled()
  fireEvent.change(from, { target: { value: '2026-03-01T12:00' } })
  fireEvent.click(screen.getByRole('button', { name: 'Send again' }))
  expect(onReplay).toHaveBeenCalledWith({ state: 'parked', from: '2026-03-01T12:00', to: '' })
})
