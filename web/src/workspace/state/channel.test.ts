import { expect, test } from 'vitest'
import { fieldOf, keyNames, newKeys, wishOf } from './channel.ts'

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
    title: ' Halden ',
  })
  const origins = ['https://a.test', 'https://b.test']
  expect(settings).toEqual({ origins, files: true, title: 'Halden', greeting: '' })
  expect(keys).toEqual({})
})

test('a refusal of the team channel is about the field of the room', () => {
  expect(['team_channel', 'bot_token', undefined].map(fieldOf)).toEqual(['room', 'bot_token', ''])
})

test('new keys are those that were filled in, of which the kind has one', () => {
  expect(newKeys('slack', { bot_token: 'b', app_token: '  ', token: 't' })).toEqual({ bot_token: 'b' })
  expect(newKeys('telegram', { token: 't' })).toEqual({ token: 't' })
  expect(keyNames('one of tomorrow')).toEqual([])
})
