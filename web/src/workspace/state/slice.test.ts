import { expect, test } from 'vitest'
import { shift, sliceAt } from './slice.ts'

const rows = (ids: string) => [...ids].map((id) => ({ id }))

test.each([
  ['the beginning', 0, 720, { from: 0, to: 20 }],
  ['further on', 7_200, 720, { from: 92, to: 120 }],
  ['the same, some pixels on', 7_250, 720, { from: 92, to: 120 }],
  ['above the beginning, where a page bounces', -50, 720, { from: 0, to: 20 }],
])('%s', (_, top, room, want) => {
  expect(sliceAt(top, room, 72)).toEqual(want)
})

test.each([
  ['nothing has changed', 'abcdef', 'abcdef', 0],
  ['one came above', 'abcdef', 'xabcdef', 1],
  ['two went above', 'abcdef', 'cdef', -2],
  ['one in view went to the top', 'abcdef', 'dabcef', 1],
  ['the uppermost in view went to the top', 'abcdef', 'bacdef', 0],
  ['one in view went', 'abcdef', 'abcef', 0],
  ['one came below', 'abcdef', 'abcdefx', 0],
  ['all are others', 'abcdef', 'uvw', 0],
  ['one in view went to the top, and one came there', 'abcdef', 'xeabcdf', 2],
])('what is in view stays where it is when %s', (_, before, after, want) => {
  expect(shift(rows(before), rows(after), { from: 1, to: 6 })).toBe(want)
})
