import { describe, expect, test } from 'vitest'
import { added, changed, draftOf, firstOf, joined, moved, nameOf, refusedAt, typeOf, without } from './type.ts'

describe('a type of record, while it is written (F1)', () => {
  test('its fields are added, moved and removed, and the name of a field follows its label until it is written', () => {
    let draft = added(draftOf(undefined))
    const [one, two] = draft.fields.map(({ key }) => key) as [number, number]
    draft = changed(draft, one, { label: 'Order Nº é' })
    draft = changed(draft, two, { label: 'Why', kind: 'choice', choices: ' Late \n\nBroken\n' })
    draft = changed(draft, two, { name: 'reason' })
    draft = changed(draft, two, { label: 'Why?', required: true })
    draft = moved(moved({ ...draft, use: 'account' }, two, -1), two, -1)
    expect(typeOf({ ...draft, name: ' Complaint ' })).toEqual({
      name: 'Complaint',
      fields: [
        { name: 'reason', label: 'Why?', kind: 'choice', required: true, choices: ['Late', 'Broken'] },
        { name: 'order_no_e', label: 'Order Nº é', kind: 'text' },
      ],
    })
    expect(typeOf(without(draft, two)).fields).toHaveLength(1)
    expect(added(without(draft, two)).use).toBe('account')
  })

  test('one that is there comes back as it was', () => {
    const type = {
      name: 'Lead',
      use: 'account' as const,
      fields: [{ name: 'kind', label: 'Kind', kind: 'choice' as const, choices: ['a', 'b'], default: 'a', help: 'h' }],
    }
    const { use, ...said } = type
    expect(draftOf(type).use).toBe(use)
    expect(typeOf(draftOf(type))).toEqual(said)
    expect(typeOf(changed(draftOf(type), 0, { label: 'Sort' })).fields[0]?.name).toBe('kind')
  })

  test.each([
    ['', ''],
    ['  E-mail ', 'e_mail'],
    ['Straße 5', 'stra_e_5'],
  ])('%j is the name %j', (label, name) => expect(nameOf(label)).toBe(name))

  test('one of another system begins with what must be filled in, where it has many fields, and takes others', () => {
    const many = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}`, label: `F${i}`, kind: 'text' as const }))
    expect(firstOf(many.slice(1))).toHaveLength(10)
    expect(firstOf(many)).toEqual(many.slice(0, 1))
    const needed = { name: 'why', label: 'Why', kind: 'choice' as const, required: true, choices: ['a', 'b'] }
    expect(firstOf([...many, needed])).toEqual([needed])
    const draft = joined(draftOf({ name: 'Lead', use: 'record', fields: many.slice(0, 1) }), needed)
    expect(typeOf(draft).fields).toEqual([many[0], needed])
    expect(new Set(draft.fields.map(({ key }) => key)).size).toBe(2)
  })

  test('a refusal says where', () => {
    expect(refusedAt('fields[3].choices')).toEqual({ at: 3, part: 'choices' })
    expect(refusedAt('name')).toEqual({ at: -1, part: 'name' })
    expect(refusedAt('department')).toBeUndefined()
  })
})
