import { describe, expect, test } from 'vitest'
import type { Event, Me, Session } from '../../api/wire.ts'
import { agent, anna, by, heldBy, message, oleg, session, sofia } from '../sample/session.ts'
import { messageOffers, type Offers, offers } from './right.ts'

const offered = (s: Session, me: Me, inside = false) =>
  Object.entries(offers(s, me, inside))
    .filter(([, may]) => may)
    .map(([what]) => what as keyof Offers)
    .sort()

const waiting = session('ses_1')
const pending = session('ses_1', heldBy(anna, { state: 'pending' }))
const active = session('ses_1', heldBy(anna))
const ended = session('ses_1', heldBy(anna, { state: 'ended' }))

describe('what is offered to whom (C6, C7, C10, D12)', () => {
  test.each<[string, Session, Me, boolean, (keyof Offers)[]]>([
    [
      'an operator finds a waiting session',
      waiting,
      anna,
      false,
      [
        'amend',
        'assign',
        'block',
        'end',
        'note',
        'read',
        'record',
        'reply',
        'take',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      'a supervisor finds a waiting session',
      waiting,
      sofia,
      false,
      ['amend', 'assign', 'block', 'end', 'note', 'record', 'transfer', 'triage', 'unanswered'],
    ],
    [
      'its holder comes to a pending session',
      pending,
      anna,
      false,
      [
        'amend',
        'assign',
        'block',
        'end',
        'note',
        'react',
        'read',
        'record',
        'release',
        'reply',
        'snooze',
        'take',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      'its holder is in an active session',
      active,
      anna,
      true,
      [
        'amend',
        'assign',
        'block',
        'end',
        'note',
        'react',
        'read',
        'record',
        'release',
        'reply',
        'snooze',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      "an operator looks at a colleague's session",
      active,
      oleg,
      false,
      [
        'amend',
        'assign',
        'block',
        'end',
        'join',
        'note',
        'read',
        'record',
        'release',
        'snooze',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      'an operator who is no supervisor looks at it',
      active,
      agent('Otto', { operator: true }),
      false,
      ['amend', 'assign', 'join', 'note', 'read', 'record', 'transfer', 'triage'],
    ],
    [
      'an operator has joined it',
      active,
      agent('Otto', { operator: true }),
      true,
      [
        'amend',
        'assign',
        'block',
        'end',
        'leave',
        'note',
        'react',
        'read',
        'record',
        'reply',
        'snooze',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      'a supervisor watches, which is not reading',
      active,
      sofia,
      false,
      [
        'amend',
        'assign',
        'block',
        'end',
        'join',
        'note',
        'record',
        'release',
        'snooze',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      'a supervisor has joined',
      active,
      sofia,
      true,
      [
        'amend',
        'assign',
        'block',
        'end',
        'leave',
        'note',
        'react',
        'read',
        'record',
        'release',
        'reply',
        'snooze',
        'transfer',
        'triage',
        'unanswered',
      ],
    ],
    [
      'an ended session takes notes, and its customer can still be blocked',
      ended,
      anna,
      true,
      ['amend', 'block', 'note', 'read', 'record', 'triage'],
    ],
    [
      'nobody holds what is empty',
      session('ses_1', { state: 'empty' }),
      anna,
      false,
      ['amend', 'block', 'end', 'note', 'read', 'triage'],
    ],
    ['who has no role gets nothing', active, agent('Nina', {}), false, []],
  ])('%s', (_, s, me, inside, want) => {
    expect(offered(s, me, inside)).toEqual(want)
  })
})

describe('what is offered for a message', () => {
  const own = message('ses_1', 2, { actor: by(anna) })
  const colleagues = message('ses_1', 2, { actor: by(oleg) })
  const customers = message('ses_1', 2)
  const noted = { audience: 'agents' } as const
  const gone = { text: undefined, deleted_at: '2025-10-09T08:54:00Z' }
  test.each<[string, Event, Session, Me, boolean, string[]]>([
    ["one's own", own, active, anna, true, ['copy', 'delete', 'edit', 'react', 'reply']],
    ["one's own note", { ...own, ...noted }, active, anna, true, ['copy', 'delete', 'edit', 'react']],
    ["one's own of a session that ended", own, ended, anna, true, ['copy', 'delete', 'edit']],
    [
      "one's own that failed",
      { ...own, state: 'failed' },
      active,
      anna,
      true,
      ['copy', 'delete', 'edit', 'react', 'reply', 'retry'],
    ],
    [
      'one that may not have arrived',
      { ...own, state: 'uncertain' },
      ended,
      anna,
      true,
      ['copy', 'delete', 'edit', 'retry'],
    ],
    ['one on its way', { ...own, state: 'queued' }, ended, anna, true, ['copy', 'delete', 'edit']],
    ["a colleague's", colleagues, active, anna, true, ['copy', 'react', 'reply']],
    ["a colleague's that failed", { ...colleagues, state: 'failed' }, ended, anna, true, ['copy', 'retry']],
    ["a colleague's, as a supervisor who watches", colleagues, active, sofia, false, ['copy', 'delete']],
    [
      "a colleague's, as a supervisor who has joined",
      colleagues,
      active,
      sofia,
      true,
      ['copy', 'delete', 'react', 'reply'],
    ],
    ["the customer's", customers, active, anna, true, ['copy', 'react', 'reply']],
    ["the customer's, as a supervisor", customers, active, sofia, false, ['copy']],
    ["the customer's of a session that waits", customers, waiting, anna, false, ['copy', 'reply']],
    ['one without a text', { ...customers, text: undefined }, active, anna, true, ['react', 'reply']],
    ['one that was deleted', { ...own, ...gone }, active, anna, true, []],
    ['what is no message', { ...own, kind: 'joined' }, active, anna, true, []],
    ["one's own, without a role any more", own, active, { ...anna, roles: [] }, true, ['copy']],
  ])('%s', (_, m, s, me, inside, want) => {
    const supervisor = me.roles.some((role) => role.supervisor)
    const all = messageOffers(m, offers(s, me, inside), { me: me.id, supervisor, copies: true })
    expect([...all].sort()).toEqual(want)
  })

  test('a browser that lets no page copy is not asked to', () => {
    const all = messageOffers(customers, offers(waiting, anna, false), {
      me: anna.id,
      supervisor: false,
      copies: false,
    })
    expect([...all]).toEqual(['reply'])
  })
})
