import type { NewRecordRule, RecordRule, RecordType } from '../../api/wire.ts'
import type { Filled } from './form.ts'

/** What a rule can wait for. */
export const ruleEvents = [
  'session.started',
  'session.assigned',
  'session.ended',
  'session.rated',
  'message.created',
  'message.offline',
] as const

export type RuleEvent = (typeof ruleEvents)[number]

/** All that a rule sees: what it is called in an expression, by what it is of. */
export const ruleNames = {
  event: ['text', 'by', 'name', 'date', 'time', 'kind'],
  session: [
    'number',
    'state',
    'outcome',
    'rating',
    'priority',
    'tags',
    'language',
    'channel',
    'network',
    'assignee',
    'messages',
    'customer_messages',
    'waited',
    'lasted',
    'hand_offs',
    'offline',
  ],
  customer: ['name'],
} as const

/** Conditions to begin with, by what is said of them; some are only for what some rules wait for. */
export const ruleExamples = [
  { name: 'vip', text: 'session.priority == "urgent" or "vip" in session.tags' },
  { name: 'unanswered', text: 'session.outcome == "unanswered"', of: ['session.ended'] },
  { name: 'rated', text: 'session.rating == "bad"', of: ['session.rated'] },
  { name: 'waited', text: 'session.waited > 300', of: ['session.assigned', 'session.ended'] },
  {
    name: 'word',
    text: 'event.by == "customer" and lower(event.text) contains "refund"',
    of: ['message.created', 'message.offline'],
  },
  { name: 'network', text: 'session.network == "telegram"' },
] as const

type RuleExample = (typeof ruleExamples)[number]

export const examplesOf = (on: RuleEvent): readonly RuleExample[] =>
  ruleExamples.filter((example) => !('of' in example) || (example.of as readonly RuleEvent[]).includes(on))

/** A rule as it is being written. */
export interface RuleDraft {
  department: string
  name: string
  on: RuleEvent
  when: string
  type: string
  /** Of all types that were chosen meanwhile. One that is '' stays empty; one that is missing gets what a form begins with. */
  fields: Filled
  enabled: boolean
}

/** A rule as it is, to be changed; a new one waits for ends of sessions. */
export function ruleDraft(rule: RecordRule | undefined, department: string): RuleDraft {
  if (!rule) return { department, name: '', on: 'session.ended', when: '', type: '', fields: {}, enabled: true }
  const { name, on, when = '', type, fields = {}, enabled } = rule
  const texts = Object.entries(fields).map(([field, text]) => [field, text.trim() === '' ? '' : text])
  return { department: rule.department, name, on, when, type, fields: Object.fromEntries(texts), enabled }
}

/** What is written, with another text in a field; whoever empties it lets it have what a form begins with. */
export function withText(fields: Filled, name: string, text: string): Filled {
  const { [name]: _, ...others } = fields
  return text === '' ? others : { ...others, [name]: text }
}

/** What rules of a department can create. */
export const typesOf = (types: readonly RecordType[], department: string): readonly RecordType[] =>
  types.filter((type) => type.department === department)

/** What is sent of a draft: of its fields those that its type has, where more than blanks is written. */
export function ruleOf(draft: RuleDraft, types: readonly RecordType[]): NewRecordRule {
  const { department, on, type, enabled } = draft
  const when = draft.when.trim()
  const has = types.find(({ id }) => id === type)?.fields.map(({ name }) => name)
  const fields = Object.fromEntries(
    Object.entries(draft.fields).filter(
      ([name, text]) => (text === '' || text.trim() !== '') && (!has || has.includes(name)),
    ),
  )
  return { department, name: draft.name.trim(), on, type, fields, enabled, ...(when ? { when } : {}) }
}

/** The place of the form at which a refusal points; '' where it points at none. */
export function ruleFault(field: string | undefined, type: RecordType | undefined): string {
  const named = type?.fields.some(({ name }) => field === `fields.${name}`)
  return field && (named || ['name', 'department', 'on', 'when', 'type'].includes(field)) ? field : ''
}

/** A text in which something was put, and where the cursor is then. */
interface Inserted {
  text: string
  at: number
}

/**
 * Puts a name into a condition, or into what is written in a field, in the place of what is chosen there. In a field it
 * stands in braces of its own, unless it comes into an expression.
 */
export function insertName(place: string, text: string, from: number, to: number, name: string): Inserted {
  const [before, after] = [text.slice(0, from), text.slice(to)]
  const inside = place === 'when' || before.lastIndexOf('{{') > before.lastIndexOf('}}')
  const piece = inside ? name : `{{${name}}}`
  const head = before + (/[^\s([{"]$/.test(before) ? ' ' : '') + piece
  return { text: head + (/^[\w"[({]/.test(after) ? ' ' : '') + after, at: head.length }
}

/** A condition that an example is added to: both are to hold. */
export function withExample(when: string, example: string): string {
  const said = when.trim()
  return said === '' ? example : `${bracketed(said)}\nand ${bracketed(example)}`
}

const bracketed = (expression: string) => (/\bor\b|\|\||\?/.test(expression) ? `(${expression})` : expression)

const parts = ['name', 'on', 'when', 'type', 'enabled'] as const

/** What somebody has changed in a rule since one looked at it, the fields by their names. */
export function changedParts(was: RecordRule, is: RecordRule): readonly string[] {
  const [before, after] = [was.fields ?? {}, is.fields ?? {}]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return [
    ...parts.filter((part) => (was[part] ?? '') !== (is[part] ?? '')),
    ...names.filter((name) => before[name] !== after[name]).map((name) => `fields.${name}`),
  ]
}

/** The rules that are there, with the one that is being changed, where somebody has removed it meanwhile. */
export function withOpen(rules: readonly RecordRule[], open: RecordRule | undefined): readonly RecordRule[] {
  return !open || rules.some(({ id }) => id === open.id) ? rules : [...rules, open]
}
