import { accounts } from './account.ts'
import { lookAround } from './demo.ts'
import { records } from './record.ts'
import { rules } from './rule.ts'
import { systems } from './system.ts'

await lookAround('records', { ...records, ...rules, ...systems, ...accounts })
