// Rows stand in shelves, and shelves in cases: of 100,000 rows a few dozen share a shelf, and only these are copied when
// one of them changes.
const width = 64

type Shelf<T> = ReadonlyMap<string, T>
type Case<T> = readonly (Shelf<T> | undefined)[]

/**
 * Table is a value that finds rows by their ids. `with` and `without` make the next one, which shares with it all that
 * stays: a change costs about the same in a small table and in a large one.
 */
export class Table<T> {
  readonly #cases: readonly (Case<T> | undefined)[]

  private constructor(cases: readonly (Case<T> | undefined)[]) {
    this.#cases = cases
  }

  static empty<T>(): Table<T> {
    return new Table<T>(new Array(width).fill(undefined))
  }

  get(id: string): T | undefined {
    const [outer, inner] = placeOf(id)
    return this.#cases[outer]?.[inner]?.get(id)
  }

  /** The table with these rows, in the place of those that have their ids. */
  with(rows: Iterable<readonly [string, T]>): Table<T> {
    return this.#change(rows, (shelf, [id, row]) => shelf.set(id, row))
  }

  without(ids: readonly string[]): Table<T> {
    return this.#change(
      ids.map((id) => [id] as const),
      (shelf, [id]) => shelf.delete(id),
    )
  }

  *[Symbol.iterator](): Generator<readonly [string, T]> {
    for (const held of this.#cases) for (const shelf of held ?? []) if (shelf) yield* shelf
  }

  /** Calls back for every id whose row is another one here than before; what both share is not looked at. */
  changes(before: Table<T>, tell: (id: string, was: T | undefined, is: T | undefined) => void): void {
    for (let outer = 0; outer < width; outer++) {
      const [held, old] = [this.#cases[outer], before.#cases[outer]]
      if (held === old) continue
      for (let inner = 0; inner < width; inner++) compare(old?.[inner], held?.[inner], tell)
    }
  }

  #change<E extends readonly [string, ...unknown[]]>(
    entries: Iterable<E>,
    put: (shelf: Map<string, T>, entry: E) => void,
  ): Table<T> {
    const cases = [...this.#cases]
    const opened = new Map<number, (Shelf<T> | undefined)[]>()
    const fresh = new Map<number, Map<string, T>>()
    for (const entry of entries) {
      const [outer, inner] = placeOf(entry[0])
      const held = opened.get(outer) ?? [...(cases[outer] ?? new Array(width).fill(undefined))]
      const shelf = fresh.get(outer * width + inner) ?? new Map(held[inner])
      opened.set(outer, held)
      fresh.set(outer * width + inner, shelf)
      put(shelf, entry)
      held[inner] = shelf
      cases[outer] = held
    }
    return fresh.size === 0 ? this : new Table(cases)
  }
}

function compare<T>(
  old: Shelf<T> | undefined,
  shelf: Shelf<T> | undefined,
  tell: (id: string, was: T | undefined, is: T | undefined) => void,
): void {
  if (old === shelf) return
  for (const [id, is] of shelf ?? []) if (old?.get(id) !== is) tell(id, old?.get(id), is)
  for (const [id, was] of old ?? []) if (!shelf?.has(id)) tell(id, was, undefined)
}

// placeOf spreads ids, of which most differ in their last letters only.
function placeOf(id: string): readonly [number, number] {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) | 0
  hash ^= hash >>> 12
  return [(hash >>> 6) & (width - 1), hash & (width - 1)]
}
