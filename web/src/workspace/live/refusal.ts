import type { Problem } from '../../api/wire.ts'

/** Why something that was asked of the server did not happen. */
export class Refusal extends Error {
  constructor(
    /** The HTTP status; 0 where no answer came. */
    readonly status: number,
    readonly problem: Problem = {},
    /** Milliseconds after which to come again, where the server said so. */
    readonly retryAfter?: number,
  ) {
    super(problem.detail ?? problem.title ?? (status === 0 ? 'no answer' : `status ${status}`))
    this.name = 'Refusal'
  }

  /** The sentence for people. */
  get reason(): string {
    return this.problem.detail || this.problem.title || this.message
  }

  /** Whether the same may be asked again and then succeed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }

  get signedOut(): boolean {
    return this.status === 401
  }
}

/** A Refusal as it is, anything else as one without an answer. */
export const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal(0, { detail: error instanceof Error ? error.message : String(error) })
