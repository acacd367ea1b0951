import type { Me, Role, Session } from '../../api/wire.ts'
import { instant } from './time.ts'

/** The lists of a department, in the order of the rail (FEATURES D2). */
export type ListName = 'my' | 'unassigned' | 'active' | 'closed'

/** A department's list: `<department id>/<list>`. */
export type ListKey = `${string}/${ListName}`

/** Where a row stands in its list; rows are in ascending order of place. */
export type Place = readonly [number, string]

/** What a list knows of itself; its rows are those sessions that belong to it and stand within its reach. */
export interface List {
  /** The place of the last row fetched. Nothing where the list is fetched to its end, or not at all. */
  reach: Place | undefined
  /** Continues the list; '' at its end. */
  next: string
  /** Of which generation of the state its rows are; -1 before the first page. */
  generation: number
  /** Counts the times when something happened that only a fetch can put in order. */
  doubts: number
  /** The doubts that the last fetch has cleared. */
  cleared: number
}

export const noList: List = { reach: undefined, next: '', generation: -1, doubts: 0, cleared: 0 }

export const listKey = (department: string, name: ListName): ListKey => `${department}/${name}`

export function splitKey(key: ListKey): { department: string; name: ListName } {
  const at = key.lastIndexOf('/')
  return { department: key.slice(0, at), name: key.slice(at + 1) as ListName }
}

/** The lists that a role shows: an operator's and a supervisor's together (RULES S3.8). */
export function listsOf(role: Pick<Role, 'operator' | 'supervisor'>): ListName[] {
  const names: ListName[] = []
  if (role.operator) names.push('my')
  if (role.operator || role.supervisor) names.push('unassigned')
  if (role.supervisor) names.push('active')
  if (role.operator || role.supervisor) names.push('closed')
  return names
}

/** The list of that name which a role shows. An address comes from anybody: where theirs is not the reader's, the like of it is. */
export function listOf(role: Pick<Role, 'operator' | 'supervisor'>, name: string | undefined): ListName | undefined {
  const names = listsOf(role)
  const like = name === 'active' ? 'my' : name === 'my' ? 'active' : undefined
  return names.find((n) => n === name) ?? names.find((n) => n === like)
}

export const roleIn = (me: Me, department: string): Role | undefined =>
  me.roles.find((role) => role.department.id === department)

export interface ListQuery {
  department: string
  state: string
  assignee?: 'me'
  participant?: 'me'
}

/** The queries of `GET /sessions` that together give the list. Only one's own, which is fetched whole, needs two. */
export function queriesOf(key: ListKey, me: Me): [ListQuery, ...ListQuery[]] {
  const { department, name } = splitKey(key)
  switch (name) {
    case 'my': {
      const open = { department, state: 'pending,active' }
      return [
        { ...open, assignee: 'me' },
        { ...open, participant: 'me' },
      ]
    }
    case 'unassigned':
      return [{ department, state: 'waiting' }]
    case 'active':
      return [{ department, state: 'empty,pending,active' }]
    case 'closed':
      return roleIn(me, department)?.supervisor
        ? [{ department, state: 'ended' }]
        : [{ department, state: 'ended', participant: 'me' }]
  }
}

/** Whether a session's row is in a list. 'ask' where the row alone does not tell: only the server knows who took part. */
export function belongs(session: Session, key: ListKey, me: Me, took: ReadonlySet<string>): boolean | 'ask' {
  const { department, name } = splitKey(key)
  const role = roleIn(me, department)
  if (session.department !== department || !(role?.operator || role?.supervisor)) return false
  switch (name) {
    case 'my':
      return (
        role.operator &&
        (session.state === 'pending' || session.state === 'active') &&
        (session.assignee?.id === me.id || session.present.includes(me.id))
      )
    case 'unassigned':
      return session.state === 'waiting'
    case 'active':
      return role.supervisor && session.state !== 'waiting' && session.state !== 'ended'
    case 'closed':
      if (session.state !== 'ended') return false
      return role.supervisor || took.has(session.id) || 'ask'
  }
}

/**
 * The place of a session: the queue as it is served, one's own newest message first, all others newest session first. Of one's own, those that are
 * back from where they were put aside stand above all others, and those that are put aside below (FEATURES C26).
 * Except for one's own, whose list is always fetched whole, this is the order of the server's pages.
 */
export function placeOf(session: Session, name: ListName): Place {
  switch (name) {
    case 'unassigned':
      return [instant(session.place), wide(session.id)]
    case 'my':
      if (session.woken) return [-instant(session.woken.at) - apart, wide(session.id)]
      return [-instant(session.last_at) + (session.snoozed ? apart : 0), wide(session.id)]
    default:
      return [0, backward(session.id)]
  }
}

// Microseconds beyond all times to be met, by which rows stand above others or below.
const apart = 4_000_000_000_000_000

export function comparePlaces(a: Place, b: Place): number {
  if (a[0] !== b[0]) return a[0] - b[0]
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0
}

// Ids rise with time and are written in base 36 without leading zeros: as wide as the widest they compare as text.
const widest = 13
const digits = '0123456789abcdefghijklmnopqrstuvwxyz'

function wide(id: string): string {
  return id.slice(id.indexOf('_') + 1).padStart(widest, '0')
}

function backward(id: string): string {
  return Array.from(wide(id), (digit) => digits[35 - digits.indexOf(digit)]).join('')
}
