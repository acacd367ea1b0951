import { describe, expect, test } from 'vitest'
import type { Binding, ProviderKind } from '../../api/wire.ts'
import { begunOf, changeOf, fieldsOf, formOf, lost, saysOf } from './binding.ts'
import { faultsIn } from './form.ts'

const kind: ProviderKind = {
  name: 'shop',
  label: 'Shop',
  settings: [
    { name: 'url', label: 'Address', kind: 'text', required: true },
    { name: 'region', label: 'Region', kind: 'text', default: 'eu' },
  ],
  keys: [
    { name: 'token', label: 'Token', help: 'From your profile' },
    { name: 'secret', label: 'Secret', made: true },
  ],
}
const there: Binding = {
  id: 'bnd_1',
  name: 'Ours',
  provider: 'shop',
  settings: { url: 'https://a.example' },
  keys: ['secret', 'token'],
  version: 1,
  created_at: '',
  health: { state: 'working', owed: 0, parked: 0 },
}
const words = { name: 'Name', hint: '', stays: 'stays' }
const missing = (binding?: Binding) => {
  const form = formOf(kind, binding, words)
  return [...faultsIn(fieldsOf(form), begunOf(form, binding)).keys()]
}

describe('the form of another system', () => {
  test('a new one begins with defaults, and asks for the keys that Parley does not make', () => {
    const form = formOf(kind, undefined, words)
    expect(begunOf(form, undefined)).toEqual({ name: '', 'settings.url': '', 'settings.region': 'eu' })
    expect(missing()).toEqual(['name', 'settings.url', 'keys.token'])
  })

  test('one that is there keeps what it has: what it does not say does not begin with a default', () => {
    expect(begunOf(formOf(kind, there, words), there)['settings.region']).toBe('')
    expect(formOf(kind, there, words).keys.map(({ help }) => help)).toEqual(['stays', 'stays'])
    expect(missing(there)).toEqual([])
    expect(missing({ ...there, removed_at: '2026-01-05T10:00:00Z' })).toEqual(['keys.token'])
  })

  test('what is sent is what is filled in', () => {
    const form = formOf(kind, there, words)
    expect(
      changeOf(form, { ...begunOf(form, there), name: ' Theirs ', 'keys.token': ' t ', 'keys.secret': ' ' }),
    ).toEqual({ name: 'Theirs', settings: { url: 'https://a.example' }, keys: { token: 't' } })
  })

  test('a key that was made and not answered is lost', () => {
    expect(lost(kind, {}, undefined)).toBe(true)
    expect(lost(kind, {}, { secret: 'x' })).toBe(false)
    expect(lost(kind, { 'keys.secret': 'mine' }, undefined)).toBe(false)
  })

  test('a refusal is a sentence', () => {
    expect(saysOf({ field: 'keys.token' }, 'keys.token is too long.')).toBe('Is too long.')
    expect(saysOf({}, 'It is down.')).toBe('It is down.')
  })
})
