import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { seeNoFault } from '../fault.ts'
import { holdStill } from './still.ts'

/** The windows in which a screen is looked at. */
export const windows = {
  phone: { width: 360, height: 780 },
  half: { width: 1000, height: 800 },
  wide: { width: 1440, height: 900 },
  /** The wide one at 200 %. */
  zoomed: { width: 720, height: 450 },
  /** The wide one, read from right to left. */
  rtl: { width: 1440, height: 900 },
} as const

export type Look = keyof typeof windows
const usual: readonly Look[] = ['phone', 'half', 'wide']
const themes = ['light', 'dark'] as const

/** Screen is a page in one of its states: how a cast gets there, and in which windows it is looked at. */
export interface Screen<Cast> {
  open: (cast: Cast) => Promise<{ page: Page }>
  looks: readonly Look[]
}

/** A room's screens by name. */
export type Screens<Cast> = Record<string, Screen<Cast>>

/** A screen that every window has, with more looks where they are named. */
export const shown = <Cast>(open: Screen<Cast>['open'], ...more: Look[]): Screen<Cast> => ({
  open,
  looks: [...usual, ...more],
})

/** A screen that is another one, or none, outside of these windows. */
export const only = <Cast>(looks: readonly Look[], open: Screen<Cast>['open']): Screen<Cast> => ({ open, looks })

const folder = process.env.PARLEY_SCREENS

/**
 * Opens a room's screens. Where PARLEY_SCREENS names a folder, every one is opened in each of its windows, and photographed
 * in both themes; else each is opened once, in one window after the other. Axe looks at both themes in any case.
 */
export function look<Cast>(room: string, screens: Screens<Cast>, cast: (look: Look) => Cast): void {
  const rows = Object.entries(screens).flatMap(([name, { open, looks }], i) =>
    (folder ? looks : looks.slice(i % looks.length).slice(0, 1)).map((look) => ({
      title: `${name}, ${look}`,
      name,
      look,
      open,
    })),
  )
  describe(room, () => {
    test.for(rows)('$title', async ({ name, look, open }) => {
      const { page } = await open(cast(look))
      await page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), look === 'rtl' ? 'rtl' : 'ltr')
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme })
        if (folder) await photograph(page, join(folder, room), fileOf(name, look, colorScheme))
        // In the dark nothing but the colours is another.
        await seeNoFault(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)
      }
      await page.close()
    })
    if (folder)
      test('no picture is missing, and none is there that the list does not name', async () => {
        const wanted = rows.flatMap(({ name, look }) => themes.map((theme) => fileOf(name, look, theme)))
        expect((await readdir(join(folder, room))).sort()).toEqual(wanted.sort())
      })
  })
}

const fileOf = (name: string, look: Look, theme: string) => `${name.replaceAll('/', '-')}.${look}.${theme}.png`

async function photograph(page: Page, folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await page.evaluate(() => document.fonts.ready)
  await page.evaluate(holdStill)
  await page.screenshot({ path: join(folder, file), animations: 'disabled', caret: 'hide' })
}
