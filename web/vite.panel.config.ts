import { defineConfig } from 'vite'
import { part } from './vite.shared.ts'

export default defineConfig(part('src/widget/panel.tsx', 'es'))
