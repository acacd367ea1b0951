import type { Brought } from '../../api/wire.ts'
import type { Kind, Store } from './outbox.ts'

/** What an agent has begun to write in a session. */
export interface Draft {
  text: string
  kind: Kind
  /** Files that were brought for it. */
  files?: readonly Brought[]
  /** The newest seq of the session when its text was begun. */
  after?: number
}

export const noDraft: Draft = { text: '', kind: 'reply' }

type Kept = Draft & { at: number }

/** More drafts than this are not kept across reloads: the oldest go. */
const most = 200

/** Drafts keeps one draft a session, for one agent, across reloads. */
export class Drafts {
  readonly #store: Store
  readonly #prefix: string
  readonly #now: () => number
  readonly #onChange: () => void
  #drafts: Readonly<Record<string, Draft>>

  constructor(agent: string, store: Store, now: () => number, onChange: () => void) {
    this.#store = store
    this.#prefix = `parley.draft.${agent}.`
    this.#now = now
    this.#onChange = onChange
    this.#drafts = this.#load()
  }

  /** All drafts by session. The same object until something changes. */
  all(): Readonly<Record<string, Draft>> {
    return this.#drafts
  }

  of(session: string): Draft {
    return this.#drafts[session] ?? noDraft
  }

  /** Changes what it names of a draft. */
  put(session: string, change: Partial<Draft>): void {
    const { [session]: _before, ...others } = this.#drafts
    const { files = [], after, ...words } = { ...this.of(session), ...change }
    const begun = after !== undefined && words.text !== '' ? { after } : {}
    const draft: Draft = files.length > 0 ? { ...words, ...begun, files } : { ...words, ...begun }
    const empty = draft.text === '' && draft.kind === 'reply' && files.length === 0
    this.#drafts = empty ? others : { ...others, [session]: draft }
    try {
      if (empty) this.#store.removeItem(this.#prefix + session)
      else this.#store.setItem(this.#prefix + session, JSON.stringify({ ...draft, at: this.#now() }))
    } catch {
      // Full, or forbidden: the draft is kept for as long as the page lives.
    }
    this.#onChange()
  }

  /** Gives a text and files back to the composer, before what stands there. */
  giveBack(session: string, { text, kind, files = [] }: Draft): void {
    const { text: written, files: held = [] } = this.of(session)
    const words = [text, written].filter((part) => part !== '')
    this.put(session, { kind, text: words.join('\n'), files: [...files, ...held] })
  }

  #load(): Record<string, Draft> {
    const kept: [string, Kept][] = []
    for (let i = 0; i < this.#store.length; i++) {
      const key = this.#store.key(i)
      if (!key?.startsWith(this.#prefix)) continue
      const draft = parse(this.#store.getItem(key))
      if (draft) kept.push([key.slice(this.#prefix.length), draft])
    }
    kept.sort(([, a], [, b]) => b.at - a.at)
    for (const [session] of kept.slice(most)) this.#store.removeItem(this.#prefix + session)
    return Object.fromEntries(kept.slice(0, most).map(([session, { at: _at, ...draft }]) => [session, draft]))
  }
}

function parse(text: string | null): Kept | undefined {
  try {
    const draft = JSON.parse(text ?? 'null')
    return typeof draft?.text === 'string' ? draft : undefined
  } catch {
    return undefined
  }
}
