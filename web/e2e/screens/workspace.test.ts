import { afterAll, beforeAll } from 'vitest'
import { stage } from '../stage.ts'
import { Telegram } from '../telegram.ts'
import { accounts } from './account.ts'
import { Desk } from './desk.ts'
import { House } from './house.ts'
import { records, seedRecords } from './record.ts'
import { rules } from './rule.ts'
import { look } from './screen.ts'
import { type Sessions, seed } from './seed.ts'
import { systems } from './system.ts'
import { workspace } from './workspace.ts'

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

look(
  'workspace',
  { ...workspace, ...records, ...rules, ...systems, ...accounts },
  (look) => new Desk(house, look, sessions),
)
