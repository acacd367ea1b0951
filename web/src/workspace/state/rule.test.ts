import { describe, expect, test } from 'vitest'
import openapi from '../../../openapi.json'
import type { RecordRule, RecordType } from '../../api/wire.ts'
import {
  changedParts,
  examplesOf,
  insertName,
  ruleDraft,
  ruleEvents,
  ruleExamples,
  ruleFault,
  ruleNames,
  ruleOf,
  typesOf,
  withExample,
  withOpen,
  withText,
} from './rule.ts'

const type: RecordType = {
  id: 'rct_1',
  department: 'dep_1',
  name: 'Complaint',
  use: 'record',
  version: 1,
  fields: [
    { name: 'subject', label: 'Subject', kind: 'text', required: true },
    { name: 'reason', label: 'Reason', kind: 'choice', choices: ['Late', 'Broken'] },
  ],
}

const rule: RecordRule = {
  id: 'rul_1',
  department: 'dep_1',
  name: 'Refunds',
  on: 'message.created',
  when: 'event.text contains "refund"',
  type: 'rct_1',
  fields: { subject: 'Refund of {{customer.name}}' },
  enabled: true,
  version: 3,
  failures: 0,
}

describe('a rule, while it is written (F3)', () => {
  test('one that is there is sent as it was', () => {
    const { id: _, version: __, failures: ___, ...said } = rule
    expect(ruleOf(ruleDraft(rule, 'dep_2'), [type])).toEqual(said)
  })

  test('a new one belongs to its department, and is on', () => {
    expect(ruleOf(ruleDraft(undefined, 'dep_2'), [])).toEqual({
      department: 'dep_2',
      name: '',
      on: 'session.ended',
      type: '',
      fields: {},
      enabled: true,
    })
  })

  test('what is empty is not sent, nor what its type has no field for', () => {
    const draft = ruleDraft(rule, '')
    const fields = { subject: ' ', reason: 'Late', priority: 'of another type' }
    const sent = ruleOf({ ...draft, name: ' Refunds ', when: ' \n', fields }, [type])
    expect(sent).toMatchObject({ name: 'Refunds', fields: { reason: 'Late' } })
    expect(sent).not.toHaveProperty('when')
    expect(ruleOf({ ...draft, fields }, []).fields).toEqual({ reason: 'Late', priority: 'of another type' })
  })

  test('what is left empty on purpose stays so, and what somebody empties gets what a form begins with', () => {
    const draft = ruleDraft({ ...rule, fields: { subject: 'x', reason: '', note: ' ' } }, '')
    expect(ruleOf(draft, []).fields).toEqual({ subject: 'x', reason: '', note: '' })
    expect(ruleOf({ ...draft, fields: withText(draft.fields, 'subject', '') }, []).fields).toEqual({
      reason: '',
      note: '',
    })
    const other = withText(draft.fields, 'reason', 'Late')
    expect(other.reason).toBe('Late')
    expect(withText(other, 'reason', '')).not.toHaveProperty('reason')
  })

  test('it can create what its own department has, records and accounts alike', () => {
    const account: RecordType = { ...type, id: 'rct_2', use: 'account' }
    const others: RecordType = { ...type, id: 'rct_3', department: 'dep_2' }
    expect(typesOf([type, account, others], 'dep_1')).toEqual([type, account])
  })

  test.each([
    ['when', 'when'],
    ['fields.subject', 'fields.subject'],
    ['fields.priority', ''],
    ['fields', ''],
    ['body', ''],
    [undefined, ''],
  ])('a refusal of %j stands at %j', (field, at) => expect(ruleFault(field, type)).toBe(at))

  test('a rule that was removed stays while it is being changed', () => {
    const other = { ...rule, id: 'rul_2' }
    expect(withOpen([other], rule)).toEqual([other, rule])
    expect(withOpen([rule, other], { ...rule, name: 'as it was' })).toEqual([rule, other])
    expect(withOpen([other], undefined)).toEqual([other])
  })

  test('of what somebody else has made of it, it is told what is another', () => {
    expect(changedParts(rule, rule)).toEqual([])
    const is = { ...rule, enabled: false, fields: { reason: 'Late' }, version: 4, failures: 2 }
    delete (is as Partial<RecordRule>).when
    expect(changedParts(rule, is)).toEqual(['when', 'enabled', 'fields.subject', 'fields.reason'])
    expect(changedParts(rule, { ...rule, fields: { ...rule.fields, reason: '' } })).toEqual(['fields.reason'])
  })
})

describe('what can stand in a rule (F3)', () => {
  test('it is what the server says, all of it and nothing else', () => {
    const { on, when } = openapi.components.schemas.RecordRule.properties
    expect(on.enum).toEqual(ruleEvents)
    const of = (what: string) => new RegExp(`${what} \\(([^)]*)\\)`).exec(when.description)?.[1]?.split(', ')
    for (const [what, names] of Object.entries(ruleNames)) expect([...names].sort()).toEqual(of(what)?.sort())
  })

  test('examples are of names that are there, and fit what is waited for', () => {
    const known = Object.entries(ruleNames).flatMap(([of, names]) => names.map((name) => `${of}.${name}`))
    for (const { text } of ruleExamples)
      for (const name of text.match(/\b(event|session|customer)\.\w+/g) ?? []) expect(known).toContain(name)
    const names = (on: (typeof ruleEvents)[number]) => examplesOf(on).map(({ name }) => name)
    expect(names('session.ended')).toEqual(['vip', 'unanswered', 'waited', 'network'])
    expect(names('session.rated')).toEqual(['vip', 'rated', 'network'])
    expect(names('message.created')).toEqual(['vip', 'word', 'network'])
  })

  test.each([
    ['', 'a', 'a'],
    ['  x > 1 ', 'a', 'x > 1\nand a'],
    ['x or y', 'a', '(x or y)\nand a'],
    ['x', 'a || b', 'x\nand (a || b)'],
    ['x ? y : z', 'a', '(x ? y : z)\nand a'],
    ['order', 'a', 'order\nand a'],
  ])('%j with the example %j is %j', (when, example, both) => expect(withExample(when, example)).toBe(both))

  test.each([
    ['an empty condition', 'when', '|', 'x.y|'],
    ['a condition that goes on', 'when', 'a and |', 'a and x.y|'],
    ['the end of a word', 'when', 'not|', 'not x.y|'],
    ['the beginning of a word', 'when', '|== 1', 'x.y|== 1'],
    ['before a word', 'when', '|or b', 'x.y| or b'],
    ['brackets', 'when', 'lower(|)', 'lower(x.y|)'],
    ['what is chosen', 'when', 'a == [b.c] and d', 'a == x.y| and d'],
    ['an empty field', 'fields.subject', '|', '{{x.y}}|'],
    ['a text', 'fields.subject', 'Of:|', 'Of: {{x.y}}|'],
    ['an expression of a field', 'fields.subject', 'Of {{lower(|)}}', 'Of {{lower(x.y|)}}'],
    ['behind an expression of a field', 'fields.subject', '{{a}}|', '{{a}} {{x.y}}|'],
  ])('a name comes into %s', (_, place, before, after) => {
    const marks = /[|[\]]/g
    const from = before.search(/[|[]/)
    const to = before.includes(']') ? before.indexOf(']') - 1 : from
    const { text, at } = insertName(place, before.replace(marks, ''), from, to, 'x.y')
    expect(`${text.slice(0, at)}|${text.slice(at)}`).toBe(after)
  })
})
