import type { ClientFrame, VisitorEvent } from '../../shared/protocol.ts'
import { FakeBrowser, type FakeSocket, type Tab } from './browser.ts'
import { Chance } from './chance.ts'
import { FakeHub } from './hub.ts'

export function world() {
  const hub = new FakeHub()
  const browser = new FakeBrowser(hub, new Chance(7))
  return { hub, browser }
}

// opened is a world with one tab whose panel is open and connected.
export async function opened() {
  const { hub, browser } = world()
  const tab = browser.open()
  tab.core.open()
  await browser.flow()
  return { hub, browser, tab }
}

export const key = (name: string) => `parley:shop:${name}`
export const socketOf = (tab: Tab): FakeSocket => {
  const [socket] = tab.sockets
  if (!socket) throw new Error('the tab has no socket')
  return socket
}
export const frames = <T extends ClientFrame['type']>(hub: FakeHub, type: T) =>
  hub.received.filter((f): f is Extract<ClientFrame, { type: T }> => f.type === type)
export const texts = (events: readonly VisitorEvent[]) => events.flatMap((e) => (e.kind === 'message' ? [e.text] : []))
export const says = (hub: FakeHub, text: string) => hub.happen({ kind: 'message', at: hub.at(), name: 'Anna', text })
export const rates = (hub: FakeHub) => frames(hub, 'rate').map((f) => [f.rating, f.comment])
export const marks = (tab: Tab) =>
  tab.core.state.conversation.pending.map((p) => (p.stored ? 'sent' : (p.refused ?? 'sending')))
