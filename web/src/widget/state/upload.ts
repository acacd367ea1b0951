import type { Brought, Refused } from '../../shared/protocol.ts'

/** A file that is to go with the next message. */
export interface Upload {
  readonly key: number
  readonly name: string
  readonly size: number
  /** How much of it is there, from 0 to 1. */
  readonly share: number
  /** What the server calls it, once it has it. */
  readonly brought?: Brought
  /** Why it did not get there, in the server's words or ''. */
  readonly failed?: string
  /** Trying again may help. */
  readonly isPassing?: boolean
}

/** What Uploads uses of an XMLHttpRequest: nothing else tells how much of a body has gone. */
export type Request = Pick<
  XMLHttpRequest,
  'open' | 'send' | 'abort' | 'setRequestHeader' | 'status' | 'responseText' | 'timeout'
> & {
  onload: ((event: never) => unknown) | null
  onerror: ((event: never) => unknown) | null
  ontimeout: ((event: never) => unknown) | null
  readonly upload: { onprogress: ((event: ProgressEvent) => unknown) | null }
}

export interface UploadsOptions {
  /** Where the socket is, and who the visitor is. */
  way: () => readonly [string, string]
  Request: new () => Request
  onChange: (all: readonly Upload[]) => void
}

/** As many as one message can have. */
export const maxFiles = 20

const within = 120_000

/** Uploads brings files to the server while the message is still being written, one after the other. */
export class Uploads {
  all: readonly Upload[] = []
  readonly #options: UploadsOptions
  readonly #files = new Map<number, File>()
  #request: { key: number; raw: Request } | undefined
  #next = 1

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /** Begins to bring files. What is too large is not sent at all. */
  add(files: readonly File[], largest: number, tooLarge: string): void {
    const added = files.slice(0, Math.max(0, maxFiles - this.all.length)).map((file) => {
      const key = this.#next++
      const upload: Upload = { key, name: file.name, size: file.size, share: 0 }
      if (file.size > largest) return { ...upload, failed: tooLarge }
      this.#files.set(key, file)
      return upload
    })
    this.#set([...this.all, ...added])
    this.#pump()
  }

  retry(key: number): void {
    this.#change(key, ({ failed: _, isPassing: __, ...u }) => ({ ...u, share: 0 }))
    this.#pump()
  }

  /** Leaves one out. What the server has of it goes by itself. */
  remove(key: number): void {
    this.#files.delete(key)
    this.#set(this.all.filter((u) => u.key !== key))
    if (this.#request?.key === key) {
      this.#request.raw.abort()
      this.#request = undefined
    }
    this.#pump()
  }

  /** Takes back what a message was to say that was refused. */
  restore(files: readonly Brought[]): void {
    const back = files.map((brought) => {
      return { key: this.#next++, name: brought.name ?? brought.kind, size: brought.size ?? 0, share: 1, brought }
    })
    this.#set([...this.all, ...back])
  }

  /** Gives what was brought, for a message; nothing of it is left here. */
  take(): Brought[] {
    const brought = this.all.flatMap((u) => u.brought ?? [])
    this.#files.clear()
    this.#set([])
    return brought
  }

  #pump(): void {
    if (this.#request) return
    const next = this.all.find((u) => !u.brought && u.failed === undefined)
    const file = next && this.#files.get(next.key)
    if (next && file) this.#bring(next.key, file)
  }

  #bring(key: number, file: File): void {
    const [socket, token] = this.#options.way()
    const to = new URL('files', socket)
    to.protocol = to.protocol.replace('ws', 'http')
    to.search = `${new URL(socket).search}&name=${encodeURIComponent(file.name)}`
    const raw = new this.#options.Request()
    this.#request = { key, raw }
    const over = (change: Partial<Upload>) => {
      if (this.#request?.raw !== raw) return
      this.#request = undefined
      this.#change(key, (u) => ({ ...u, ...change }))
      this.#pump()
    }
    raw.open('POST', to.href)
    raw.setRequestHeader('Authorization', `Bearer ${token}`)
    raw.setRequestHeader('Content-Type', 'application/octet-stream')
    raw.timeout = within
    raw.upload.onprogress = (event) => this.#change(key, (u) => ({ ...u, share: event.loaded / file.size }))
    raw.onload = () => over(answerOf(raw))
    raw.onerror = raw.ontimeout = () => over({ failed: '', isPassing: true })
    raw.send(file)
  }

  #change(key: number, to: (u: Upload) => Upload): void {
    this.#set(this.all.map((u) => (u.key === key ? to(u) : u)))
  }

  #set(all: readonly Upload[]): void {
    this.all = all
    this.#options.onChange(all)
  }
}

function answerOf({ status, responseText }: Pick<Request, 'status' | 'responseText'>): Partial<Upload> {
  let answer: Partial<Brought & Refused> = {}
  try {
    answer = JSON.parse(responseText)
  } catch {
    // A proxy's page, or nothing: the status says enough.
  }
  if (status === 201 && answer.id) return { share: 1, brought: answer as Brought }
  return { failed: answer.reason ?? '', isPassing: status === 429 || status >= 500 }
}
