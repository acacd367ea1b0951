import { expect, test } from 'vitest'
import { tb } from './bindings.ts'
import { th } from './hooks.ts'
import { tr } from './records.ts'
import { tu } from './rules.ts'
import { ts } from './settings.ts'
import { tt } from './types.ts'

test('one thing is called the same on every page of the settings', () => {
  const name = 'Lamps'
  expect(new Set([th('edit'), tt('edit'), tu('edit'), tb('edit'), tr('edit')])).toEqual(new Set(['Edit']))
  expect(new Set([th('edit.one', { name }), tb('edit.one', { name })])).toEqual(new Set(['Edit Lamps']))
  expect(new Set([th('working'), tb('working')])).toEqual(new Set(['Working']))
  expect(new Set([ts('troubled'), th('troubled'), tb('troubled')])).toEqual(new Set(['In trouble']))
  expect(new Set([ts('test'), th('test'), tb('test')])).toEqual(new Set(['Test']))
})
