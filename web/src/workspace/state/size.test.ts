import { expect, test } from 'vitest'
import { sizeWords } from './size.ts'

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [999, '999 B'],
  [1000, '1 KB'],
  [1400, '1.4 KB'],
  [240_123, '240 KB'],
  [999_600, '1 MB'],
  [1_440_000, '1.4 MB'],
  [20_000_000, '20 MB'],
  [4_200_000_000, '4.2 GB'],
  [5_000_000_000_000, '5000 GB'],
])('%d bytes are %s', (bytes, want) => {
  expect(sizeWords(bytes)).toBe(want)
})
