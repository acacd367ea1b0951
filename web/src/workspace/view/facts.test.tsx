import { fireEvent, render, screen, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import type { Customer, Rating, Session } from '../../api/wire.ts'
import { anna, heldBy, session } from '../sample/session.ts'
import { Facts } from './facts.tsx'

const active = session('ses_1', heldBy(anna, { tags: ['billing', 'vip'], started_at: '2026-01-05T10:00:00Z' }))
const diego: Customer = { id: 'cus_1', name: 'Diego', since: '2026-01-05T10:00:00Z', channels: [], accounts: [] }
const ended = session('ses_0', { state: 'ended', preview: 'Where is my lamp?', ended_at: '2026-01-04T10:00:00Z' })

function show(
  change: {
    session?: Session
    customer?: Customer
    earlier?: Session[]
    failed?: boolean
    busy?: boolean
    onAll?: () => void
  } = {},
) {
  const told = { onTag: vi.fn(), onUntag: vi.fn(), onPriority: vi.fn(), onRetry: vi.fn() }
  render(
    <Facts
      session={active}
      customer={diego}
      people={[]}
      events={[]}
      now={Date.parse('2026-01-05T10:10:00Z')}
      busy={false}
      tags={['vip', 'refund']}
      earlier={[]}
      failed={false}
      link={(other, children) => <a href={`/${other.id}`}>{children}</a>}
      {...told}
      {...change}
    />,
  )
  return told
}

describe('tags', () => {
  test('are taken off by their cross', () => {
    const { onUntag } = show()
    fireEvent.click(screen.getByRole('button', { name: 'Remove vip' }))
    expect(onUntag).toHaveBeenCalledWith('vip')
  })

  test('come by Enter, one after the other, and what is no tag adds none', () => {
    const { onTag } = show()
    fireEvent.click(screen.getByRole('button', { name: '+ Tag' }))
    const field = screen.getByRole('combobox', { name: 'New tag' })
    expect([...document.querySelectorAll('datalist option')].map((one) => one.getAttribute('value'))).toEqual([
      'refund',
    ])
    fireEvent.change(field, { target: { value: ' big order ' } })
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(onTag).toHaveBeenCalledWith('big order')
    fireEvent.change(field, { target: { value: '  ' } })
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(onTag).toHaveBeenCalledTimes(1)
    expect(screen.queryByRole('combobox', { name: 'New tag' })).toBeNull()
  })

  test('are left alone by Escape, which leaves nothing else', () => {
    const { onTag } = show()
    fireEvent.click(screen.getByRole('button', { name: '+ Tag' }))
    const field = screen.getByRole('combobox', { name: 'New tag' })
    fireEvent.change(field, { target: { value: 'refund' } })
    expect(fireEvent.keyDown(field, { key: 'Escape' })).toBe(false)
    expect(onTag).not.toHaveBeenCalled()
    expect(screen.getByRole('button', { name: '+ Tag' })).toBeTruthy()
  })
})

test('the priority is changed where it stands', () => {
  const { onPriority } = show()
  fireEvent.change(screen.getByRole('combobox', { name: 'Priority' }), { target: { value: 'urgent' } })
  expect(onPriority).toHaveBeenCalledWith('urgent')
})

describe('other sessions', () => {
  test('are told by channel, gist and day, and lead there', () => {
    const onAll = vi.fn()
    show({ earlier: [ended], onAll })
    const link = screen.getByRole('link', { name: /Where is my lamp/ })
    expect(link.getAttribute('href')).toBe('/ses_0')
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }))
    expect(onAll).toHaveBeenCalled()
  })

  test('are not spoken of where there are none, and a failure is', () => {
    show()
    expect(screen.queryByText('Other sessions')).toBeNull()
    expect(screen.getByText('First time here')).toBeTruthy()
  })

  test('that could not be loaded are asked for again', () => {
    const { onRetry } = show({ failed: true })
    fireEvent.click(within(screen.getByRole('alert')).getByRole('button', { name: 'Try again' }))
    expect(onRetry).toHaveBeenCalled()
  })
})

test('a customer of old is told since when', () => {
  show({
    customer: { ...diego, since: '2023-03-02T10:00:00Z', channels: [{ id: 'chn_1', kind: 'telegram', slug: 'x' }] },
  })
  expect(screen.getByText(/^Customer since .*2023/)).toBeTruthy()
  expect(screen.getByText('Telegram')).toBeTruthy()
})

test('what the customer speaks is named, where it is known', () => {
  show({ session: session('ses_1', { language: 'de-AT' }) })
  expect(screen.getByText('Austrian German')).toBeTruthy()
})

test('what nobody knows of the customer has no line', () => {
  show()
  expect(screen.queryByText('Speaks')).toBeNull()
})

describe('the rating (A18)', () => {
  const line = () => screen.getByText('Rating').nextElementSibling
  const rated = (change: Partial<Rating>) =>
    show({ session: { ...active, rating: { value: 'good', at: '2026-01-05T10:05:00Z', ...change } } })

  test('tells what the customer thinks, with a thumb and a word, and since when', () => {
    rated({ agent: { id: anna.id, name: 'Anna' } })
    expect(line()?.querySelector('.thumb.good')).toBeTruthy()
    expect(line()?.textContent).toMatch(/^ Good · for Anna · \d/)
  })

  test('names whom the customer had before them, and what they say', () => {
    rated({ value: 'bad', comment: 'Too slow', agent: { id: 'agt_oleg', name: 'Oleg' } })
    expect(line()?.querySelector('.thumb.bad')).toBeTruthy()
    expect(line()?.textContent).toMatch(/^ Not good · for Oleg · .*Too slow$/)
  })

  test('is not spoken of where there is none', () => {
    show()
    expect(screen.queryByText('Rating')).toBeNull()
  })

  test('of an earlier session is told there', () => {
    show({ earlier: [{ ...ended, rating: { value: 'bad', at: '2026-01-04T10:00:00Z' } }] })
    expect(screen.getByRole('link', { name: /Where is my lamp.*Rated not good/ })).toBeTruthy()
  })
})
