import type { Counters, Event, Me, Session } from '../../api/wire.ts'

// What tests have in common: people, a department, and rows that are right unless a test says otherwise.

export const support = { id: 'dep_1', slug: 'support', name: 'Support', zone: 'Europe/Berlin' }
export const sales = { id: 'dep_2', slug: 'sales', name: 'Sales', zone: 'Europe/Berlin' }

export function agent(name: string, roles: { operator?: boolean; supervisor?: boolean }, department = support): Me {
  return {
    id: `agt_${name.toLowerCase()}`,
    name,
    public_name: name,
    email: `${name.toLowerCase()}@example.test`,
    admin: false,
    availability: 'available',
    permissions: ['use_chat', 'block_customers'],
    limit: 0,
    languages: [],
    skills: [],
    roles: [{ department, operator: false, supervisor: false, ...roles }],
  }
}

export const anna = agent('Anna', { operator: true })
export const sofia = agent('Sofia', { supervisor: true })
export const oleg = agent('Oleg', { operator: true, supervisor: true })

const at = (seconds: number) => new Date(1_760_000_000_000 + seconds * 1000).toISOString()

export function session(id: string, change: Partial<Session> = {}): Session {
  return placed({
    id,
    number: 1,
    department: support.id,
    channel: { id: 'chn_1', kind: 'widget', slug: 'support-widget' },
    customer: { id: 'cus_1', name: 'Diego' },
    state: 'waiting',
    outcome: '',
    assignee: null,
    present: [],
    version: 1,
    last_seq: 2,
    messages: 1,
    unread: 1,
    read_seq: 0,
    customer_read_seq: 0,
    connected: false,
    started_at: at(0),
    ended_at: null,
    last_at: at(0),
    waiting_since: at(0),
    place: null,
    first_reply_at: null,
    preview: 'Hello',
    priority: 'normal',
    tags: [],
    marks: [],
    ...change,
  })
}

/** The session with its place in the queue: where all have one priority, it is since when the customer waits. */
export const placed = (row: Session): Session => ({ ...row, place: row.state === 'waiting' ? row.waiting_since : null })

export const heldBy = (who: Me, change: Partial<Session> = {}): Partial<Session> => ({
  state: 'active',
  assignee: { id: who.id, name: who.name },
  present: [who.id],
  connected: true,
  ...change,
})

export function message(of: string, seq: number, change: Partial<Event> = {}): Event {
  return {
    id: `msg_${seq}`,
    seq,
    kind: 'message',
    at: at(seq),
    session: of,
    audience: 'everyone',
    actor: { kind: 'customer' },
    text: `message ${seq}`,
    ...change,
  }
}

export const by = (who: Me): Event['actor'] => ({ kind: 'agent', id: who.id, name: who.name })

export const counters = (unread: number, unassigned: number, badge: number): Counters => ({
  unread,
  unassigned,
  badge,
  departments: [{ department: support.id, unread, unassigned }],
})
