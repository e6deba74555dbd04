/** How often each name occurs, in the order of appearance. */
export type Counts = ReadonlyMap<string, number>

/** More distinct names than this are counted together: they are no longer classes. */
const MOST_NAMES = 100_000
/** Of a name, in characters; what is longer counts by its beginning. */
const LONGEST_NAME = 200

/** Counts names, of which there may be any number and length, in bounded memory. */
export class Counting {
  readonly counts = new Map<string, number>()
  /** How often others than the names in {@link counts} occurred. */
  beyond = 0
  readonly #most: number

  constructor(most = MOST_NAMES) {
    this.#most = most
  }

  add(name: string, times = 1): void {
    const key = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name
    const count = this.counts.get(key)
    if (count !== undefined) this.counts.set(key, count + times)
    else if (this.counts.size < this.#most) this.counts.set(key, times)
    else this.beyond += times
  }
}

/** A name and how often it occurs in both exports. */
export interface CountChange {
  name: string
  before: number
  after: number
}

/** All names of both, those first whose count changed most; what changed equally by falling count, then by name. */
export function changesOf(before: Counts, after: Counts): CountChange[] {
  const names = new Set([...before.keys(), ...after.keys()])
  const changes = Array.from(names, (name) => ({ name, before: before.get(name) ?? 0, after: after.get(name) ?? 0 }))
  return changes.sort(
    (one, other) =>
      sizeOf(other) - sizeOf(one) ||
      other.after - one.after ||
      other.before - one.before ||
      (one.name < other.name ? -1 : 1),
  )
}

function sizeOf({ before, after }: CountChange): number {
  return Math.abs(after - before)
}
