import { expect, test } from 'vitest'
import { serving } from './language.ts'

test.each<[string[], string | undefined, string | undefined]>([
  [['en', 'de'], 'de-AT', 'de'],
  [['en-GB'], 'en', 'en-GB'],
  [['de'], 'del', undefined],
  [['de'], undefined, undefined],
  [[], 'de', undefined],
])('of %j, %s is served by %s', (languages, customer, want) => {
  expect(serving(languages, customer)).toBe(want)
})
