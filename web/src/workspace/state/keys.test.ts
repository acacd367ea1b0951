import { describe, expect, test } from 'vitest'
import { actionNames, actions } from './action.ts'
import { capsOf, hear } from './keys.ts'

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
})

describe('the keys of the workspace (D12)', () => {
  test.each([
    ['a letter', '', press('e'), ['end'], ''],
    ['a letter with Shift', '', press('E'), ['unanswered'], ''],
    ['a letter with Ctrl', '', press('k', { ctrlKey: true }), ['palette'], ''],
    ['a letter with ⌘ and the capitals locked', '', press('K', { metaKey: true }), ['palette'], ''],
    ['a letter with Ctrl that is the browser’s', '', press('t', { ctrlKey: true }), [], ''],
    ['a letter with Alt', '', press('e', { altKey: true }), [], ''],
    ['a bracket written with AltGr', '', press(']', { altKey: true }), ['next'], ''],
    ['the first of two', '', press('g'), [], 'g'],
    ['the second of two', 'g', press('u'), ['unassigned'], ''],
    ['the first again', 'g', press('g'), [], 'g'],
    ['a second that means nothing after the first', 'g', press('e'), ['end'], ''],
    ['a Cyrillic letter by its place', '', press('у', { code: 'KeyE' }), ['end'], ''],
    ['a Cyrillic capital by its place', '', press('У', { code: 'KeyE' }), ['unanswered'], ''],
    ['two actions of which one at a time is there', '', press('x'), ['block', 'unblock'], ''],
  ])('%s', (_, begun, pressed, names, next) => {
    expect(hear(begun, pressed)).toEqual({ names, begun: next })
  })

  test('no key stands for two actions that can be there at once, and none hides behind the first of two', () => {
    const others = actionNames.filter((name) => name !== 'unblock' && name !== 'unsnooze')
    const keys = others.flatMap((name) => actions[name].key ?? [])
    expect(new Set(keys).size).toBe(keys.length)
    const firsts = keys.filter((key) => key.includes(' ')).map((key) => key.split(' ')[0])
    expect(keys.filter((key) => firsts.includes(key))).toEqual([])
  })

  test('they are shown as they are written on the keyboard', () => {
    expect(capsOf('palette', true)).toEqual(['⌘', 'K'])
    expect(capsOf('palette', false)).toEqual(['Ctrl', 'K'])
    expect(capsOf('unanswered', false)).toEqual(['Shift', 'E'])
    expect(capsOf('go', false)).toEqual(['G', 'L'])
    expect(capsOf('signout', false)).toEqual([])
  })
})
