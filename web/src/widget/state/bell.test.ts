import { describe, expect, test } from 'vitest'
import { opened, says } from '../fake/world.ts'

// A tab whose customer waits for an answer.
async function waiting() {
  const { hub, browser, tab } = await opened()
  tab.isFocused = true
  tab.write('hello')
  await browser.pass(3_000)
  return { hub, browser, tab }
}

describe('A10: a sound', () => {
  test('when an agent joins, wherever the customer is', async () => {
    const { hub, browser, tab } = await waiting()
    hub.happen({ kind: 'taken', at: hub.at(), name: 'Anna' })
    await browser.pass(1_000)
    expect(tab.sounds).toEqual(['joined'])
  })

  test.each([
    ['is minimised', false, true, ['message']],
    ['lies in a window that is not the customer’s', true, false, ['message']],
    ['is minimised there', false, false, ['message']],
    ['is before their eyes: none', true, true, []],
  ])('for a message while the panel %s', async (_, isOpen, isFocused, want) => {
    const { hub, browser, tab } = await waiting()
    if (!isOpen) tab.core.minimise()
    tab.isFocused = isFocused
    says(hub, 'good evening')
    await browser.pass(1_000)
    expect(tab.sounds).toEqual(want)
  })

  test('once, in whichever tab; none where the customer reads in one of them', async () => {
    const { hub, browser, tab } = await waiting()
    const other = browser.open()
    await browser.flow()
    says(hub, 'read at once')
    await browser.pass(5_000)
    expect([tab.sounds, other.sounds]).toEqual([[], []])
    tab.isFocused = false
    says(hub, 'the customer is elsewhere')
    await browser.pass(5_000)
    expect([...tab.sounds, ...other.sounds]).toEqual(['message'])
  })

  test('not for what was said before the page was loaded, what is further up, or by the customer', async () => {
    const { hub, browser, tab } = await waiting()
    tab.isFocused = false
    for (let i = 0; i < 8; i++) says(hub, `answer ${i}`)
    await browser.pass(5_000)
    browser.close(tab)
    const later = browser.open()
    await browser.pass(1_000)
    later.core.older()
    later.write('me again')
    await browser.pass(5_000)
    expect(later.core.state.conversation.events.length).toBeGreaterThan(8)
    expect(later.sounds).toEqual([])
  })

  test('none once the customer has muted them, in every tab and after a reload', async () => {
    const { hub, browser, tab } = await waiting()
    const other = browser.open()
    tab.core.mute(true)
    tab.core.minimise()
    await browser.flow()
    says(hub, 'in silence')
    await browser.pass(5_000)
    expect([tab.sounds, other.sounds, other.core.state.isMuted]).toEqual([[], [], true])
    const later = browser.open()
    expect(later.core.state.isMuted).toBe(true)
    later.core.mute(false)
    tab.core.minimise()
    await browser.flow()
    says(hub, 'and aloud')
    await browser.pass(5_000)
    expect([...tab.sounds, ...other.sounds, ...later.sounds]).toEqual(['message'])
  })
})
