import { defineConfig } from 'vite'
import { part } from './vite.shared.ts'

// build.mjs adds define.__PANEL__, the panel's file name with its hash.
export default defineConfig(part('src/widget/engine.ts', 'es'))
