import type { RecordField, RecordStart } from '../../api/wire.ts'

/** What a form says, by the fields' names, each written as its kind is. */
export type Filled = Readonly<Record<string, string>>

/** Why a field cannot be sent as it is. */
export type Fault = 'missing' | 'ticked' | 'number' | 'email' | 'phone' | 'date' | 'long'

const mostBytes = 16 << 10

/** What a form says when it is opened: a box that is not ticked says no. */
export function begun({ fields, values }: Pick<RecordStart, 'fields' | 'values'>): Filled {
  return Object.fromEntries(
    fields.map(({ name, kind }) => [name, values[name] ?? (kind === 'checkbox' ? 'false' : '')]),
  )
}

/** What is sent of a form: fields of its type, without those that are empty. */
export function filledOf(fields: readonly RecordField[], filled: Filled): Record<string, string> {
  const said = fields.map(({ name }) => [name, filled[name] ?? ''] as const)
  return Object.fromEntries(said.filter(([, value]) => value.trim() !== ''))
}

/** The fields that the server would not take as they are; it looks at them again. */
export function faultsIn(fields: readonly RecordField[], filled: Filled): Map<string, Fault> {
  const faults = new Map<string, Fault>()
  for (const field of fields) {
    const fault = faultOf(field, filled[field.name] ?? '')
    if (fault) faults.set(field.name, fault)
  }
  return faults
}

function faultOf({ kind, required }: RecordField, value: string): Fault | undefined {
  const text = value.trim()
  if (kind === 'checkbox') return required && text !== 'true' ? 'ticked' : undefined
  if (text === '') return required ? 'missing' : undefined
  if (new TextEncoder().encode(value).length > mostBytes) return 'long'
  switch (kind) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) && text.length <= 40 ? undefined : 'number'
    case 'email':
      return /^[^\s<>",;@]+@[^\s<>",;@]+$/.test(text) ? undefined : 'email'
    case 'phone':
      return /^\+?\d{3,20}$/.test(text.replaceAll(/[\s\-./()]/g, '')) ? undefined : 'phone'
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? undefined : 'date'
  }
  return undefined
}

/** The field of a record that a refusal is about, and what it says of it as a sentence. */
export function refusedField(problem: { field?: string }, reason: string): [name: string, says: string] | undefined {
  const { field = '' } = problem
  if (!field.startsWith('fields.')) return undefined
  const says = reason.startsWith(`${field} `) ? reason.slice(field.length + 1) : reason
  return [field.slice('fields.'.length), says.charAt(0).toUpperCase() + says.slice(1)]
}
