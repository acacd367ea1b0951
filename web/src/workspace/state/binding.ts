import type { Binding, BindingChange, ProviderKind, RecordField } from '../../api/wire.ts'
import type { Filled } from './form.ts'

/** What is asked for of a system, each field called as the server calls it in a refusal: name, settings.url, keys.secret. */
export interface BindingForm {
  name: RecordField
  settings: readonly RecordField[]
  keys: readonly RecordField[]
}

/** How the form says what a kind of system does not say. */
interface Words {
  name: string
  hint: string
  /** Of a key that is there. */
  stays: string
}

/** The form of a kind of system, or of an account that is there. Keys that are there, or that Parley makes, may be left empty. */
export function formOf(kind: ProviderKind, binding: Binding | undefined, words: Words): BindingForm {
  const held = (name: string) => binding?.keys.includes(name) && !binding.removed_at
  return {
    name: { name: 'name', label: words.name, kind: 'text', required: true, help: words.hint },
    settings: kind.settings.map((field) => ({ ...field, name: `settings.${field.name}` })),
    keys: kind.keys.map(({ name, label, help = '', made }) => ({
      name: `keys.${name}`,
      label,
      kind: 'text' as const,
      required: !made && !held(name),
      help: held(name) ? words.stays : help,
    })),
  }
}

export const fieldsOf = ({ name, settings, keys }: BindingForm): readonly RecordField[] => [name, ...settings, ...keys]

/** What a form says when it is opened. Keys are never in it. */
export function begunOf(form: BindingForm, binding: Binding | undefined): Filled {
  const filled: Record<string, string> = { name: binding?.name ?? '' }
  for (const { name, kind, default: begins } of form.settings)
    filled[name] =
      (binding ? binding.settings[name.slice('settings.'.length)] : begins) ?? (kind === 'checkbox' ? 'false' : '')
  return filled
}

/** What is sent of a form: keys that are left empty are not. */
export function changeOf(form: BindingForm, filled: Filled): BindingChange {
  const said = (fields: readonly RecordField[]) =>
    Object.fromEntries(
      fields
        .map(({ name }) => [name.slice(name.indexOf('.') + 1), (filled[name] ?? '').trim()] as const)
        .filter(([, value]) => value !== ''),
    )
  return { name: (filled.name ?? '').trim(), settings: said(form.settings), keys: said(form.keys) }
}

/** What a refusal says as a sentence, without the name of what it is about. */
export function saysOf(problem: { field?: string }, reason: string): string {
  const { field = '' } = problem
  const says = field && reason.startsWith(`${field} `) ? reason.slice(field.length + 1) : reason
  return says.charAt(0).toUpperCase() + says.slice(1)
}

/** Whether keys were made whose answer was lost: nobody has seen them. */
export const lost = (kind: ProviderKind, filled: Filled, made: object | undefined): boolean =>
  !made && kind.keys.some(({ name, made: makes }) => makes && !filled[`keys.${name}`]?.trim())
