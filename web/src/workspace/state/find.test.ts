import { expect, test } from 'vitest'
import { find } from './find.ts'

const lines = ['Assign: Boris Lind', 'Close', 'Close as unanswered', 'Theme: light', 'José Álvarez'].map((words) => ({
  words,
}))

test.each([
  ['', lines.map(({ words }) => words)],
  ['clo', ['Close', 'Close as unanswered']],
  ['lind', ['Assign: Boris Lind']],
  ['bo as', ['Assign: Boris Lind']],
  ['unans', ['Close as unanswered']],
  ['jose alv', ['José Álvarez']],
  ['li', ['Assign: Boris Lind', 'Theme: light']],
  ['ose', ['Close', 'Close as unanswered', 'José Álvarez']],
  ['xyz', []],
])('%s finds what it should, the likeliest first', (query, want) => {
  expect(find(lines, query).map(({ words }) => words)).toEqual(want)
})
