import { afterAll, beforeAll } from 'vitest'
import { stage } from '../stage.ts'
import { Telegram } from '../telegram.ts'
import { Desk } from './desk.ts'
import { House } from './house.ts'
import { seedRecords } from './record.ts'
import { look, type Screens } from './screen.ts'
import { type Sessions, seed } from './seed.ts'

/** Looks at some of the workspace's screens, in a demo of their own with its sessions and records. */
export async function lookAround(room: string, screens: Screens<Desk>): Promise<void> {
  const telegram = await Telegram.open()
  const on = stage({ settings: ['--telegram-api-url', telegram.origin] })
  let house: House
  let sessions: Sessions

  beforeAll(async () => {
    house = new House(on)
    sessions = await seed(house, telegram)
    await seedRecords(house, sessions.active)
  })
  afterAll(() => telegram.close())

  look(room, screens, (look) => new Desk(house, look, sessions))
}
