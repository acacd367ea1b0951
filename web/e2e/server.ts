import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)
const startsWithin = 60_000

/** Server is the program itself, serving its demo from a folder and a database of its own. */
export class Server {
  /** Where it listens: another port after every start. */
  port = 0
  readonly #folder: string
  readonly #publicURL: string
  readonly #more: readonly string[]
  #process: ChildProcess | undefined
  #log: string[] = []

  private constructor(folder: string, publicURL: string, more: readonly string[]) {
    this.#folder = folder
    this.#publicURL = publicURL
    this.#more = more
  }

  /** Starts a server that browsers reach at publicURL, with an empty SQLite database unless more settings name another. */
  static async start(publicURL: string, more: readonly string[] = []): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'parley-e2e-')), publicURL, more)
    await server.start()
    return server
  }

  /** Starts it on what it left behind. Returns when it serves. */
  async start(): Promise<void> {
    const child = spawn(binary(), ['demo', '--addr', '127.0.0.1:0', ...this.#settings(this.#folder)], {
      env: bare(),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    process.once('exit', () => child.kill('SIGKILL'))
    const lines = createInterface({ input: child.stderr })
    this.port = await new Promise<number>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`parley ${why}:\n${this.#log.join('\n')}`))
      const timer = setTimeout(() => fail('does not serve'), startsWithin)
      child.once('error', reject)
      child.once('exit', (code) => fail(`ended with ${code}`))
      lines.on('line', (line) => {
        this.#log = [...this.#log.slice(-50), line]
        const { msg, addr } = parse(line)
        if (msg !== 'serving') return
        clearTimeout(timer)
        resolve(Number(String(addr).split(':').at(-1)))
      })
    })
  }

  /** Kills it as a power failure would: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stops it as an operator would, and removes what it left behind. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Runs another command of the program beside the server, and gives what it prints. */
  async command(...words: string[]): Promise<string> {
    const { stdout } = await run(binary(), [...words, ...this.#settings(join(this.#folder, 'demo'))], { env: bare() })
    return stdout
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    const [code] = await gone
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`parley stopped with ${code}:\n${this.#log.join('\n')}`)
  }

  #settings(folder: string): string[] {
    return ['--data-dir', folder, '--public-url', this.#publicURL, '--log', 'json', ...this.#more]
  }
}

/** A database of its own on the PostgreSQL server at url. */
export async function createDatabase(url: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `parley_e2e_${process.pid}_${Date.now()}`
  const ask = (statement: string) => run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', statement, url])
  await ask(`CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, drop: async () => void (await ask(`DROP DATABASE ${name} WITH (FORCE)`)) }
}

function binary(): string {
  const path = process.env.PARLEY_BIN
  if (!path) throw new Error('PARLEY_BIN names no program: run these tests by make test')
  return path
}

// Settings of the machine's own Parley must not reach the one under test.
function bare(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')))
}

function parse(line: string): { msg?: string; addr?: string } {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}
