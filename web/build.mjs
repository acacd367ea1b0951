// Builds the pages that the Go program embeds:
//
//   dist/app   the workspace: index.html and hashed assets
//   dist/w     the widget: loader.js, engine-<hash>.js and panel-<hash>.js
//
// then checks the budgets, writes .br and .gz beside every text file worth it, and last dist/.stamp, by which make
// knows that the pages are newer than their sources.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { transform } from 'esbuild'
import { build } from 'vite'

const here = import.meta.dirname
const dist = join(here, 'dist')

// Bytes after brotli; a font counts as it is.
// The widget is what a visitor has fetched who has opened the chat: all three files.
const budgets = { loader: 6 * 1024, panel: 20 * 1024, widget: 26 * 1024, workspace: 200 * 1024 }
const worthCompressing = 1024
const texts = new Set(['.js', '.css', '.html', '.json', '.svg', '.txt', '.webmanifest'])

const brotli = async (data) =>
  promisify(brotliCompress)(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  })

// widgetPart builds one of the widget's files and returns its text: ASCII, as the pages it lands in may not be UTF-8,
// and without white space, which Vite leaves in ES libraries.
async function widgetPart(configFile, define = {}) {
  const [{ output }] = await build({ configFile: join(here, configFile), define, logLevel: 'warn' })
  if (output.length !== 1) {
    const names = output.map((file) => file.fileName).join(', ')
    throw new Error(
      `${configFile} made ${names}: one file is wanted (import style sheets with ?inline, no lazy import)`,
    )
  }
  const { code } = await transform(output[0].code, {
    charset: 'ascii',
    minify: true,
    target: 'es2022',
    legalComments: 'none',
  })
  return code
}

// buildWidget builds the files so that each knows the name, with its hash, of the one that it fetches.
async function buildWidget() {
  const folder = join(dist, 'w')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const write = async (name, code) => {
    await writeFile(join(folder, name), code)
    return (await brotli(Buffer.from(code))).length
  }
  const panel = await widgetPart('vite.panel.config.ts')
  const panelName = hashed('panel', panel)
  const engine = await widgetPart('vite.engine.config.ts', { __PANEL__: JSON.stringify(panelName) })
  const engineName = hashed('engine', engine)
  const loader = await widgetPart('vite.loader.config.ts', { __ENGINE__: JSON.stringify(engineName) })
  const sizes = { loader: await write('loader.js', loader), panel: await write(panelName, panel) }
  return { ...sizes, widget: sizes.loader + sizes.panel + (await write(engineName, engine)) }
}

const hashed = (name, code) => `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 10)}.js`

async function buildWorkspace() {
  await build({ configFile: join(here, 'vite.workspace.config.ts'), logLevel: 'warn' })
  return firstLoad(join(dist, 'app'))
}

// firstLoad adds up what a browser fetches before the first route is on the screen: the page, what it names, and the
// fonts that its style sheets name.
async function firstLoad(folder) {
  const files = new Set(['/index.html'])
  let bytes = 0
  for (const file of files) {
    const data = await readFile(join(folder, file))
    bytes += texts.has(extname(file)) ? (await brotli(data)).length : data.length
    if (file.endsWith('.html'))
      for (const [, path] of String(data).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) files.add(path)
    if (file.endsWith('.css'))
      for (const [, path] of String(data).matchAll(/url\("?(\/assets\/[^")]+\.woff2)/g)) files.add(path)
  }
  return bytes
}

async function compress() {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true })
  await Promise.all(
    entries
      .filter((entry) => entry.isFile() && texts.has(extname(entry.name)))
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        const data = await readFile(path)
        if (data.length < worthCompressing) return
        await writeFile(`${path}.br`, await brotli(data))
        await writeFile(`${path}.gz`, await promisify(gzip)(data, { level: 9 }))
      }),
  )
}

await rm(join(dist, '.stamp'), { force: true })
const sizes = { ...(await buildWidget()), workspace: await buildWorkspace() }
const over = Object.keys(budgets).filter((name) => sizes[name] > budgets[name])
for (const name of Object.keys(budgets)) {
  console.log(`build: ${name} ${(sizes[name] / 1024).toFixed(1)} KB br, budget ${budgets[name] / 1024} KB`)
}
if (over.length > 0) {
  console.error(`build: over budget: ${over.join(', ')}`)
  process.exit(1)
}
await compress()
await writeFile(join(dist, '.stamp'), '')
