import type { Brought } from '../../api/wire.ts'
import { asRefusal, type Refusal } from './refusal.ts'
import type { Rest } from './rest.ts'

/** A file on its way to the server. */
export interface Upload {
  key: string
  session: string
  name: string
  size: number
  /** How much of it is there, from 0 to 1. */
  part: number
  /** Why it has not come. */
  failed?: Refusal
}

export interface UploadsOptions {
  bring: Rest['bring']
  /** The file is with the server: it belongs to the session's draft now. */
  onBrought: (session: string, file: Brought) => void
  /** The sign-in has ended; the file can be tried again when it is back. */
  onSignedOut: () => void
  /** What list gives has changed. */
  onChange: () => void
}

/** Uploads brings files to the server one after another, as they were chosen. What it has not brought goes with the page. */
export class Uploads {
  readonly #options: UploadsOptions
  readonly #files = new Map<string, File>()
  #uploads: readonly Upload[] = []
  #underway: { key: string; control: AbortController } | undefined
  #made = 0

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /** What is not with the server yet, as it was chosen. The same array until something changes. */
  list(): readonly Upload[] {
    return this.#uploads
  }

  add(session: string, files: readonly File[]): void {
    const added = files.map((file) => {
      const key = `${++this.#made}`
      this.#files.set(key, file)
      return { key, session, name: file.name, size: file.size, part: 0 }
    })
    this.#set([...this.#uploads, ...added])
    this.#pump()
  }

  /** Lets go of a file, also where it is under way. */
  drop(key: string): void {
    if (this.#underway?.key === key) {
      this.#underway.control.abort()
      this.#underway = undefined
    }
    this.#files.delete(key)
    this.#set(this.#uploads.filter((upload) => upload.key !== key))
    this.#pump()
  }

  /** Brings a file once more that has failed. */
  retry(key: string): void {
    this.#set(
      this.#uploads.map((upload) => {
        if (upload.key !== key) return upload
        const { failed: _failed, ...again } = upload
        return { ...again, part: 0 }
      }),
    )
    this.#pump()
  }

  #pump(): void {
    const next = this.#uploads.find((upload) => !upload.failed)
    const file = next && this.#files.get(next.key)
    if (file && !this.#underway) void this.#bring(next, file)
  }

  async #bring({ key, session }: Upload, file: File): Promise<void> {
    const { bring, onBrought, onSignedOut } = this.#options
    const underway = { key, control: new AbortController() }
    this.#underway = underway
    const dropped = () => this.#underway !== underway
    try {
      const brought = await bring(file, underway.control.signal, (part) => dropped() || this.#change(key, { part }))
      if (dropped()) return
      onBrought(session, brought)
      this.drop(key)
    } catch (error) {
      if (dropped()) return
      const failed = asRefusal(error)
      this.#underway = undefined
      this.#change(key, { failed })
      if (failed.signedOut) onSignedOut()
      this.#pump()
    }
  }

  #change(key: string, change: Partial<Upload>): void {
    this.#set(this.#uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)))
  }

  #set(uploads: readonly Upload[]): void {
    this.#uploads = uploads
    this.#options.onChange()
  }
}
