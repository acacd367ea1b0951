import type { InlineConfig } from 'vite'

// What the three builds have in common. Browsers: those where light-dark() and dvh are there as written; lowering them
// would cost more bytes than it wins browsers.
export const browsers = ['es2022', 'chrome123', 'edge123', 'firefox120', 'safari17.5']

// part is the configuration of one of the widget's three files. An IIFE cannot be split into chunks, so they are three
// builds, and each gets what it needs of the one before as an argument. build.mjs writes the files.
export function part(entry: string, format: 'iife' | 'es'): InlineConfig {
  return {
    root: import.meta.dirname,
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      target: browsers,
      // A version of the language says nothing of style sheets, but has them lowered.
      cssTarget: browsers.slice(1),
      write: false,
      reportCompressedSize: false,
      lib: { entry, formats: [format], name: 'Parley', fileName: () => 'out.js' },
    },
  }
}
