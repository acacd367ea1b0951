import { expect, test } from 'vitest'
import { Table } from './table.ts'

const table = (rows: Record<string, number>) => Table.empty<number>().with(Object.entries(rows))
const told = (to: Table<number>, from: Table<number>) => {
  const all: [string, number | undefined, number | undefined][] = []
  to.changes(from, (...change) => all.push(change))
  return all.sort()
}

test('a table is a value: what is made of it leaves it as it was', () => {
  const one = table({ a: 1, b: 2 })
  const two = one.with([['b', 3]]).without(['a'])
  expect(Object.fromEntries(one)).toEqual({ a: 1, b: 2 })
  expect(Object.fromEntries(two)).toEqual({ b: 3 })
  expect([two.get('a'), two.get('b'), [...two]]).toEqual([undefined, 3, [['b', 3]]])
  expect(two.without([])).toBe(two)
})

test('what two tables differ in is told, and nothing else', () => {
  const one = table(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`ses_${i}`, i])))
  const two = one
    .with([
      ['ses_7', -7],
      ['ses_8', 8],
      ['new', 1],
    ])
    .without(['ses_9'])
  expect(told(two, one)).toEqual([
    ['new', undefined, 1],
    ['ses_7', 7, -7],
    ['ses_9', 9, undefined],
  ])
  expect(told(one, two)).toHaveLength(3)
  expect(told(one, one)).toEqual([])
})
