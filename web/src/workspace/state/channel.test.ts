import { expect, test } from 'vitest'
import { fieldOf, wishOf } from './channel.ts'

const slack = { department: 'dep_1', name: ' desk ', bot_token: 'b', app_token: 'a', signing_secret: 's', room: ' C1 ' }

test('a Slack app is asked for with the keys of its mode, and no others', () => {
  const socket = wishOf('slack', { ...slack, mode: 'socket' })
  expect(socket).toEqual({
    kind: 'slack',
    department: 'dep_1',
    name: 'desk',
    settings: { mode: 'socket', team_channel: 'C1' },
    keys: { bot_token: 'b', app_token: 'a' },
  })
  expect(wishOf('slack', { ...slack, mode: 'events' }).keys).toEqual({ bot_token: 'b', signing_secret: 's' })
})

test('what was not filled in is not sent', () => {
  const bare = { department: 'dep_1', name: '', room: ' ', mode: 'socket', bot_token: '' }
  expect(wishOf('slack', bare)).toEqual({ kind: 'slack', department: 'dep_1', settings: { mode: 'socket' }, keys: {} })
})

test('sites of a widget are one a line', () => {
  const { settings, keys } = wishOf('widget', {
    department: 'dep_1',
    origins: 'https://a.test\n https://b.test \n',
    files: 'on',
  })
  expect(settings).toEqual({ origins: ['https://a.test', 'https://b.test'], files: true })
  expect(keys).toEqual({})
})

test('a refusal of the team channel is about the field of the room', () => {
  expect(['team_channel', 'bot_token', undefined].map(fieldOf)).toEqual(['room', 'bot_token', ''])
})
