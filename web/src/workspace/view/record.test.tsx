import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import type { Event, RecordMark } from '../../api/wire.ts'
import { thread } from '../state/thread.ts'
import { RecordLine } from './record.tsx'

const mark = (more: Partial<RecordMark> = {}): RecordMark => ({
  id: 'rec_1',
  type: 'Complaint',
  title: 'Broken lamp',
  state: 'owed',
  ...more,
})

const show = (more: Partial<RecordMark>, created = true) => {
  const onRecord = vi.fn()
  render(<RecordLine mark={mark(more)} created={created} onRecord={onRecord} />)
  return onRecord
}

test('the line of a record says how far it has come, and leads to it without leaving the page (F1)', () => {
  const onRecord = show({})
  expect(screen.getByText('Saved here; it follows as soon as its system answers')).toBeTruthy()
  document.addEventListener('click', (click) => click.preventDefault(), { once: true }) // jsdom goes nowhere
  fireEvent.click(screen.getByRole('link', { name: 'Open Broken lamp' }), { ctrlKey: true })
  expect(onRecord).not.toHaveBeenCalled()
  expect(fireEvent.click(screen.getByRole('link', { name: 'Open Broken lamp' }))).toBe(false)
  expect(onRecord).toHaveBeenCalledWith('rec_1')
})

test('where it was refused the reason is said, and where people can see it there is a way to it', () => {
  show({ state: 'parked', reason: 'HubSpot does not know it.', address: 'https://crm.example.test/1' })
  expect(screen.getByText('Not taken: HubSpot does not know it.')).toBeTruthy()
  const away = screen.getByRole('link', { name: 'Open Broken lamp where it is kept' })
  expect([away.getAttribute('href'), away.getAttribute('rel')]).toEqual(['https://crm.example.test/1', 'noreferrer'])
})

test('an address that is none of the web is no link', () => {
  show({ state: 'kept', address: 'javascript:alert(1)' })
  expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual(['/records/rec_1'])
})

test('the line of its creation tells how it stands now', () => {
  const event = (seq: number, kind: Event['kind'], record: RecordMark) =>
    ({ id: `evt_${seq}`, seq, kind, at: '2026-01-05T10:00:00Z', actor: { kind: 'agent' }, record }) as Event
  const events = [
    event(1, 'record_created', mark()),
    event(2, 'record_created', mark({ id: 'rec_2' })),
    event(3, 'record_changed', mark({ state: 'kept', address: 'https://crm.example.test/1' })),
  ]
  const items = thread({
    events,
    ahead: [],
    outgoing: [],
    me: { id: 'agt_1', name: 'Anna' },
    names: new Map(),
    customerReadSeq: 0,
    unreadAfter: undefined,
  })
  const states = items.flatMap((item) => (item.type === 'system' ? [item.record?.state] : []))
  expect(states).toEqual(['kept', 'owed', undefined])
})
