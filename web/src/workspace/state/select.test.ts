import { expect, test } from 'vitest'
import type { Event } from '../../api/wire.ts'
import { anna, by, message, oleg, session } from '../sample/session.ts'
import { type Log, noLog } from './log.ts'
import { longestWaiting, saidAfter } from './select.ts'

const log = (...events: Event[]): Log => ({ ...noLog, loaded: true, events })
const own = (seq: number) => message('ses_1', seq, { actor: by(anna) })
const note = (seq: number) => message('ses_1', seq, { actor: by(oleg), audience: 'agents' })
const theirs = (seq: number) => message('ses_1', seq)
const colleagues = (seq: number) => message('ses_1', seq, { actor: by(oleg) })

test.each<[string, Log, number | undefined]>([
  ['nothing where nobody has said anything', log(theirs(3)), undefined],
  ['the newest of the customer', log(theirs(3), theirs(4), theirs(5)), 5],
  ['a colleague who has answered', log(theirs(3), colleagues(4)), 4],
  ['neither what oneself has said nor a note', log(theirs(3), own(4), note(5)), undefined],
  ['what stands before them', log(theirs(3), theirs(4), own(5), note(6)), 4],
])('said since a text was begun: %s', (_, of, seq) => {
  expect(saidAfter(of, 3, anna.id)?.seq).toBe(seq)
})

test('the longest wait is not always that of who is served first', () => {
  const since = (second: number) => ({ waiting_since: `2025-10-09T09:00:0${second}Z` })
  const rows = [session('ses_1', since(5)), session('ses_2', since(1)), session('ses_3', since(3))]
  expect(longestWaiting(rows)).toBe('2025-10-09T09:00:01Z')
  expect(longestWaiting([session('ses_1', { waiting_since: null })])).toBeUndefined()
})
