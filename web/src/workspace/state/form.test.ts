import { describe, expect, test } from 'vitest'
import type { RecordField } from '../../api/wire.ts'
import { begun, faultsIn, filledOf, refusedField } from './form.ts'

const field = (kind: RecordField['kind'], more: Partial<RecordField> = {}): RecordField => ({
  name: 'it',
  label: 'It',
  kind,
  ...more,
})

describe('the form of a record (F1)', () => {
  test.each([
    ['a text that must be', field('text', { required: true }), ' \n', 'missing'],
    ['a text that may be', field('text'), '', undefined],
    ['a text that is too long', field('text'), 'é'.repeat(8193), 'long'],
    ['a box that must be ticked', field('checkbox', { required: true }), 'false', 'ticked'],
    ['a box that may be', field('checkbox'), 'false', undefined],
    ['a number', field('number'), ' -12.50 ', undefined],
    ['a number with a comma', field('number'), '12,5', 'number'],
    ['a word for a number', field('number'), '1e3', 'number'],
    ['an address', field('email'), 'carla@example.test', undefined],
    ['no address', field('email'), 'carla at example.test', 'email'],
    ['a phone number', field('phone'), '+49 (30) 123-456', undefined],
    ['letters for a phone number', field('phone'), '0800 FLOWERS', 'phone'],
    ['a date', field('date'), '2026-03-02', undefined],
    ['no choice where there must be one', field('choice', { required: true, choices: ['a'] }), '', 'missing'],
  ])('%s', (_, one, value, fault) => {
    expect(faultsIn([one], { it: value }).get('it')).toBe(fault)
  })

  test('begins with what is known, and a box that is not ticked says no', () => {
    const fields = [field('text', { name: 'name' }), field('checkbox', { name: 'paid' }), field('date', { name: 'on' })]
    const filled = begun({ fields, values: { name: 'Carla', gone: 'x' } })
    expect(filled).toEqual({ name: 'Carla', paid: 'false', on: '' })
    expect(filledOf(fields, { ...filled, gone: 'x' })).toEqual({ name: 'Carla', paid: 'false' })
  })

  test('a refusal is shown at the field that it is about', () => {
    const said = 'fields.amount must be a number such as -12.5.'
    expect(refusedField({ field: 'fields.amount' }, said)).toEqual(['amount', 'Must be a number such as -12.5.'])
    expect(refusedField({ field: 'type' }, 'This department has no such kind of record.')).toBeUndefined()
  })
})
