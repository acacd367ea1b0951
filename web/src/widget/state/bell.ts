import type { VisitorEvent } from '../../shared/protocol.ts'
import type { Conversation } from './conversation.ts'
import type { Core, CoreOptions } from './core.ts'
import { exclusively } from './lock.ts'

/** What is worth a sound. */
export type Sound = 'joined' | 'message'

export interface BellOptions extends Pick<CoreOptions, 'name' | 'locks' | 'timers' | 'isFocused'> {
  play: (sound: Sound) => void
}

// The tab that the customer is in goes first, and the others of the site are silent for a while.
const yields = 300
const quiet = 2_000

/** Bell makes a sound when an agent joins, and for a message that comes while the panel is minimised or the window not the customer's. */
export class Bell {
  readonly #core: Core
  readonly #options: BellOptions
  #heard: Conversation

  constructor(core: Core, options: BellOptions) {
    this.#core = core
    this.#options = options
    this.#heard = core.state.conversation
    core.subscribe(() => this.#hear())
  }

  #hear(): void {
    const { conversation, isOpen, isMuted } = this.#core.state
    const sound = soundOf(newsIn(this.#heard, conversation))
    this.#heard = conversation
    if (!sound || isMuted) return
    const { timers, isFocused } = this.#options
    const isHere = isOpen && isFocused()
    if (isFocused()) this.#ring(sound, isHere)
    else timers.set(() => this.#ring(sound, isHere), yields)
  }

  #ring(sound: Sound, isHere: boolean): void {
    const { locks, name, timers, play } = this.#options
    const ring = (done: () => void) => {
      if (sound === 'joined' || !isHere) play(sound)
      timers.set(done, quiet)
    }
    exclusively(locks, `${name}bell`, ring, () => {})
  }
}

/** What was added at the end. A snapshot is history, whatever it has. */
function newsIn(before: Conversation, { events, first }: Conversation): readonly VisitorEvent[] {
  const at = before.events.length + before.first - first
  const isContinued = before.cursor !== undefined && events[at - 1] === before.events.at(-1)
  return isContinued ? events.slice(at) : []
}

function soundOf(news: readonly VisitorEvent[]): Sound | undefined {
  if (news.some((e) => (e.kind === 'taken' || e.kind === 'joined') && e.name)) return 'joined'
  return news.some((e) => e.kind === 'message' && !e.mine) ? 'message' : undefined
}
