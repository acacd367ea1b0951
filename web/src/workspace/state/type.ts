import type { RecordField, RecordType } from '../../api/wire.ts'

/** A field of a type as it is being written. */
export interface FieldDraft extends Omit<RecordField, 'choices'> {
  key: number
  /** One a line. */
  choices: string
  /** Its name follows its label until it has one of its own. */
  follows: boolean
}

export interface TypeDraft {
  name: string
  /** What it is for; it stays so when the type is added. */
  use: RecordType['use']
  fields: readonly FieldDraft[]
}

export const kinds = ['text', 'number', 'choice', 'date', 'email', 'phone', 'checkbox'] as const

const nextKey = (fields: readonly FieldDraft[]) => Math.max(0, ...fields.map(({ key }) => key)) + 1

/** A type as it is, to be changed; a new one begins with one field. */
export function draftOf(
  type: { name: string; use: RecordType['use']; fields: readonly RecordField[] } | undefined,
): TypeDraft {
  if (!type) return added({ name: '', use: 'record', fields: [] })
  const fields = type.fields.map((field, key) => ({
    ...field,
    key,
    choices: field.choices?.join('\n') ?? '',
    follows: false,
  }))
  return { name: type.name, use: type.use, fields }
}

export function added(draft: TypeDraft): TypeDraft {
  const { fields } = draft
  const blank: FieldDraft = { key: nextKey(fields), name: '', label: '', kind: 'text', choices: '', follows: true }
  return { ...draft, fields: [...fields, blank] }
}

const fewFields = 10

/** With which of another system's fields a type begins: all where they are few, else those that must be filled in. */
export function firstOf(fields: readonly RecordField[]): readonly RecordField[] {
  const needed = fields.filter(({ required }) => required)
  return fields.length <= fewFields ? fields : needed.length > 0 ? needed : fields.slice(0, 1)
}

/** Adds a field of another system. */
export function joined(draft: TypeDraft, field: RecordField): TypeDraft {
  const choices = field.choices?.join('\n') ?? ''
  return { ...draft, fields: [...draft.fields, { ...field, key: nextKey(draft.fields), choices, follows: false }] }
}

export const without = (draft: TypeDraft, key: number): TypeDraft => ({
  ...draft,
  fields: draft.fields.filter((field) => field.key !== key),
})

/** Moves a field by one place. */
export function moved(draft: TypeDraft, key: number, by: 1 | -1): TypeDraft {
  const fields = [...draft.fields]
  const at = fields.findIndex((field) => field.key === key)
  const [field] = fields.splice(at, 1)
  if (!field || at + by < 0 || at + by > fields.length) return draft
  fields.splice(at + by, 0, field)
  return { ...draft, fields }
}

/** Changes a field. A name that nobody has written follows the label. */
export function changed(draft: TypeDraft, key: number, change: Partial<FieldDraft>): TypeDraft {
  const fields = draft.fields.map((field) => {
    if (field.key !== key) return field
    const next = { ...field, ...change, follows: field.follows && change.name === undefined }
    return next.follows && change.label !== undefined ? { ...next, name: nameOf(change.label) } : next
  })
  return { ...draft, fields }
}

/** What a label is as a name: Order number is order_number. */
export function nameOf(label: string): string {
  const plain = label.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 64)
}

/** What is sent of a draft. */
export function typeOf({ name, fields }: TypeDraft): { name: string; fields: RecordField[] } {
  return {
    name: name.trim(),
    fields: fields.map(({ name, label, kind, required, default: begins, help, choices }) => ({
      name: name.trim(),
      label: label.trim(),
      kind,
      ...(required ? { required } : {}),
      ...(begins?.trim() ? { default: begins.trim() } : {}),
      ...(help?.trim() ? { help: help.trim() } : {}),
      ...(kind === 'choice' ? { choices: linesOf(choices) } : {}),
    })),
  }
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** Where in a draft a refusal points: at the type's name, or at a part of a field. */
export function refusedAt(field = ''): { at: number; part: string } | undefined {
  const [, at, part = ''] = /^fields\[(\d+)\]\.?(\w*)/.exec(field) ?? []
  if (at !== undefined) return { at: Number(at), part }
  return field === 'name' ? { at: -1, part: 'name' } : undefined
}
