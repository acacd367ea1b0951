import { defineConfig } from 'vite'
import { part } from './vite.shared.ts'

// build.mjs adds define.__ENGINE__, the engine's file name with its hash.
export default defineConfig(part('src/widget/loader.ts', 'iife'))
