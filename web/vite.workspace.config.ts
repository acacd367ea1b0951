import { defineConfig } from 'vite'
import { browsers } from './vite.shared.ts'

const server = `http://${process.env.PARLEY_ADDR ?? '127.0.0.1:8080'}`

export default defineConfig({
  root: `${import.meta.dirname}/src/workspace`,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  build: {
    target: browsers,
    cssTarget: browsers,
    outDir: `${import.meta.dirname}/dist/app`,
    emptyOutDir: true,
    reportCompressedSize: false,
    // A font inside the style sheet would delay the first paint; as a file it is cached for good.
    assetsInlineLimit: 0,
    // "use client" at the head of TanStack's files is for servers that render pages, of which there is none.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: server, ws: true, rewriteWsOrigin: true }, // the stream takes its own origin only
      '/widget': { target: server, ws: true },
      '/demo': { target: server },
    },
  },
})
