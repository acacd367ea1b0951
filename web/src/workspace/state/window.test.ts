import { describe, expect, test } from 'vitest'
import { message } from '../sample/session.ts'
import { type Item, thread } from './thread.ts'
import { messageAt, placesOf, spanAround } from './window.ts'

const me = { id: 'agt_1', name: 'Anna' }
const said = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message('ses_1', from + i, { text: 'x' }))

const itemsOf = (from: number, to: number): Item[] =>
  thread({
    events: said(from, to),
    ahead: [],
    outgoing: [],
    me,
    names: new Map(),
    customerReadSeq: 0,
    unreadAfter: undefined,
  })

const keysIn = (items: readonly Item[]) => items.flatMap((item) => (item.type === 'in' ? item.key : []))

describe('what stands on the page', () => {
  const items = itemsOf(1, 10_000)
  const measured = new Map(items.map((item) => [item.key, 90]))

  test('is what is near the view, with the room of all else to either side', () => {
    const span = spanAround(items, measured, 200, 1_000)
    expect(span).toEqual({ from: 190, to: 210, above: 19_000, below: (items.length - 210) * 100 })
  })

  test('ends with the list, and begins with it', () => {
    expect(spanAround(items, measured, items.length, 1_000)).toMatchObject({ to: items.length, below: 0 })
    expect(spanAround(items, measured, 0, 1_000)).toMatchObject({ from: 0, to: 10, above: 0 })
    expect(spanAround([], measured, 0, 1_000)).toEqual({ from: 0, to: 0, above: 0, below: 0 })
  })

  test('goes on below one message that is higher than many views', () => {
    const giant = new Map(measured).set(items[200]?.key ?? '', 30_000)
    expect(spanAround(items, giant, 200, 1_000)).toMatchObject({ from: 190, to: 201 })
    expect(spanAround(items, giant, 200, 1_000, -29_500)).toMatchObject({ from: 190, to: 206 })
  })

  test('is bounded where nothing was measured, however many write at once', () => {
    const { from, to } = spanAround(items, new Map(), items.length, 2_000)
    expect(
      items.slice(from, to).reduce((sum, item) => sum + (item.type === 'in' ? item.messages.length : 1), 0),
    ).toBeLessThan(150)
  })

  test('is found by how far one has scrolled', () => {
    expect(messageAt(items, measured, 5_050)).toEqual({ key: items[50]?.key, top: 5_000 })
    expect(messageAt(items, measured, 5_000_000)).toBeUndefined()
  })

  test('is found by the key of a message', () => {
    expect(items[placesOf(items).get('4321') ?? 0]).toMatchObject({ type: 'in' })
    expect(placesOf(items).size).toBe(10_000)
  })
})

test('older messages leave the groups of newer ones as they were, after the first', () => {
  const newer = keysIn(itemsOf(5_000, 5_400))
  const both = keysIn(itemsOf(4_907, 5_400))
  expect(newer.slice(2).filter((key) => !both.includes(key))).toEqual([])
})
