import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

// Who may import whom below web/src, and which packages; tests may import any package.
const rooms: Record<string, { rooms: string[]; packages: RegExp }> = {
  shared: { rooms: [], packages: /^$/ },
  api: { rooms: [], packages: /^$/ },
  widget: { rooms: ['shared'], packages: /^preact(\/|$)/ },
  workspace: { rooms: ['shared', 'api'], packages: /^(?!preact)/ },
}

// Within a room: state never imports view.
const never = [{ from: '/state/', to: '/view/' }]

const imports =
  /(?:^|[\s;}])(?:import|export)\s*(?:[^'"();]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|@import\s+(?:url\()?['"]([^'"]+)['"]/g

// violations says, one line each, which imports of the files (path below src to text) are forbidden.
function violations(files: Record<string, string>): string[] {
  const found: string[] = []
  for (const [path, text] of Object.entries(files)) {
    const room = path.split('/')[0] ?? ''
    const rule = rooms[room]
    if (!rule) {
      found.push(`${path}: ${room} has no row in the table of rooms`)
      continue
    }
    for (const match of text.matchAll(imports)) {
      const name = match[1] ?? match[2] ?? match[3] ?? ''
      if (!name.startsWith('.')) {
        if (!path.includes('.test.') && !rule.packages.test(name)) found.push(`${path} may not import ${name}`)
        continue
      }
      const target = posix.join(posix.dirname(path), name)
      if (target === '../openapi.json' && path.includes('.test.')) continue // what the server says of itself
      const to = target.split('/')[0] ?? ''
      const backward = never.some((n) => path.includes(n.from) && target.includes(n.to))
      if (backward || (to !== room && !rule.rooms.includes(to))) found.push(`${path} may not import ${target}`)
    }
  }
  return found
}

test('no room imports what it may not see', () => {
  const src = import.meta.dirname
  const files: Record<string, string> = {}
  for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || dirname(join(entry.parentPath, entry.name)) === src) continue
    if (!/\.(tsx?|css)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    files[relative(src, path).split(sep).join('/')] = readFileSync(path, 'utf8')
  }
  expect(violations(files)).toEqual([])
})

test.each([
  ['shared/a.ts', `import { b } from '../widget/b'`, 'shared/a.ts may not import widget/b'],
  ['shared/a.ts', `import { h } from 'preact'`, 'shared/a.ts may not import preact'],
  ['widget/a.tsx', `import type { B } from '../workspace/b'`, 'widget/a.tsx may not import workspace/b'],
  ['widget/a.tsx', `import React from 'react'`, 'widget/a.tsx may not import react'],
  ['widget/a.tsx', `const b = await import('../workspace/b')`, 'widget/a.tsx may not import workspace/b'],
  ['workspace/a.tsx', `export * from '../widget/b'`, 'workspace/a.tsx may not import widget/b'],
  ['workspace/a.tsx', `import { h } from 'preact'`, 'workspace/a.tsx may not import preact'],
  ['workspace/a.css', `@import "../widget/b.css";`, 'workspace/a.css may not import widget/b.css'],
  ['workspace/state/a.ts', `import { V } from '../view/v'`, 'workspace/state/a.ts may not import workspace/view/v'],
  ['utils/a.ts', ``, 'utils/a.ts: utils has no row in the table of rooms'],
])('%s with %s is caught', (path, text, want) => {
  expect(violations({ [path]: text })).toEqual([want])
})

test.each([
  ['shared/a.test.ts', `import { test } from 'vitest'\nimport { a } from './a'`],
  [
    'widget/a.tsx',
    `import {\n  useState,\n} from 'preact/hooks'\nimport { t } from '../shared/t'\nimport css from './a.css?inline'`,
  ],
  [
    'workspace/a.tsx',
    `import '../shared/tokens.css'\nimport type { paths } from '../api/schema'\nimport { x } from 'react'`,
  ],
  ['workspace/view/a.tsx', `import { apply } from '../state/apply'`],
])('%s with allowed imports passes', (path, text) => {
  expect(violations({ [path]: text })).toEqual([])
})
