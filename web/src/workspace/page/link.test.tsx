import { QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Link } from '../../api/wire.ts'
import { Refusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { queries } from './ask.ts'
import { Linking } from './link.tsx'

const begin = Date.parse('2026-01-05T10:00:00Z')
const account: Link = { id: 'lnk_1', channel: 'team', kind: 'slack', linked_at: '2026-01-05T09:00:00Z' }
const other: Link = { ...account, id: 'lnk_2', channel: 'shop', kind: 'telegram' }

beforeEach(() => {
  vi.useFakeTimers({ now: begin })
  // jsdom has no modal dialogs.
  Object.assign(HTMLDialogElement.prototype, {
    showModal(this: HTMLDialogElement) {
      this.open = true
    },
    close() {},
  })
})
afterEach(() => {
  queries.clear()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const pass = (ms = 0) => act(() => vi.advanceTimersByTimeAsync(ms))
const press = async (name: string | RegExp) => {
  fireEvent.click(screen.getByRole('button', { name }))
  await pass()
}
const command = () => document.querySelector('code')?.textContent
const fault = () => screen.getByRole('alert').textContent

// desk opens the dialog over a server that has these links and gives these codes.
async function desk(...links: Link[]) {
  const server = { links, codes: 0 }
  vi.spyOn(rest, 'links').mockImplementation(async () => ({ items: [...server.links], kinds: ['slack'] }))
  const linkCode = vi.spyOn(rest, 'linkCode').mockImplementation(async () => {
    server.codes++
    return { code: `CODE${server.codes}`, expires_at: new Date(Date.now() + 600_000).toISOString() }
  })
  const unlink = vi.spyOn(rest, 'unlink').mockImplementation(async (id) => {
    server.links = server.links.filter((link) => link.id !== id)
  })
  await queries.fetchQuery({ queryKey: ['links'], queryFn: rest.links })
  const onClose = vi.fn()
  render(
    <QueryClientProvider client={queries}>
      <Linking kind="slack" onClose={onClose} />
    </QueryClientProvider>,
  )
  await pass()
  return { server, linkCode, unlink, onClose }
}

test('who has no account gets a code at once, until it has ended', async () => {
  await desk(other)
  expect(command()).toBe('/parley link CODE1')
  expect(screen.getByText('Works once. Ends in 10:00.')).toBeTruthy()
  await pass(599_000)
  expect(screen.getByText('Works once. Ends in 0:01.')).toBeTruthy()
  await pass(1_000)
  expect(command()).toBeUndefined()
  expect(screen.getByText('This code has ended.')).toBeTruthy()
  await press('Get a code')
  expect(command()).toBe('/parley link CODE2')
})

test('an account that is connected meanwhile is seen, and the code goes', async () => {
  const { server } = await desk()
  server.links = [account]
  await pass(3_000)
  expect(screen.getByText('Your Slack account is connected.')).toBeTruthy()
  expect(screen.getByText('team')).toBeTruthy()
  expect(command()).toBeUndefined()
  await press(/^Disconnect team/)
  await pass()
  expect(screen.queryByText('team')).toBeNull()
  expect(screen.queryByText('Your Slack account is connected.')).toBeNull()
  expect(command()).toBeUndefined()
  await press('Get a code')
  expect(command()).toBe('/parley link CODE2')
})

test('who has an account asks for a code, and sees accounts of that kind only', async () => {
  const { linkCode } = await desk(account, other)
  expect(linkCode).not.toHaveBeenCalled()
  expect(screen.queryByText('shop')).toBeNull()
  await press('Connect another account')
  expect(command()).toBe('/parley link CODE1')
})

test('an account is disconnected, also where it has gone already', async () => {
  const second = { ...account, id: 'lnk_3', channel: 'second' }
  const { server, unlink } = await desk(account, second)
  await press(/^Disconnect team/)
  await pass()
  expect(unlink).toHaveBeenCalledWith('lnk_1')
  expect(screen.queryByText('team')).toBeNull()
  unlink.mockRejectedValueOnce(new Refusal(404))
  server.links = []
  await press(/^Disconnect second/)
  await pass()
  expect([screen.queryByText('second'), fault()]).toEqual([null, ''])
})

test('a refusal is told, and goes with the next code', async () => {
  const { linkCode, unlink } = await desk(account)
  unlink.mockRejectedValueOnce(new Refusal(503, { detail: 'There is too much to do right now.' }))
  await press(/^Disconnect team/)
  expect(fault()).toBe('That did not work: There is too much to do right now.')
  linkCode.mockRejectedValueOnce(new Refusal(0))
  await press('Connect another account')
  expect(fault()).toBe('That did not work: Parley cannot be reached. Try again when the connection is back.')
  await press('Connect another account')
  expect([fault(), command()]).toEqual(['', '/parley link CODE1'])
})

test('the whole line is copied, or it is told that the browser does not', async () => {
  await desk()
  const writeText = vi.fn(async (_: string) => {})
  vi.stubGlobal('navigator', { onLine: true, clipboard: { writeText } })
  await press('Copy')
  expect(writeText).toHaveBeenCalledWith('/parley link CODE1')
  expect(screen.getByText('Copied.')).toBeTruthy()
  vi.stubGlobal('navigator', { onLine: true })
  await press('Copy')
  expect(fault()).toBe('Your browser did not copy it. Select the line and copy it yourself.')
  vi.unstubAllGlobals()
})
