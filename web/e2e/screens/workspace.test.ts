import { lookAround } from './demo.ts'
import { workspace } from './workspace.ts'

await lookAround('workspace', workspace)
