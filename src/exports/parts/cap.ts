import { z } from 'zod'
import { namedLimit } from './named-limit.ts'

const count = z.int().min(0)
const stateSchema = z
  .object({ cap: count, accepted: count, ceiling: count })
  .refine(({ cap, accepted, ceiling }) => accepted <= cap && cap < ceiling)

/** A {@link LearnedCap} as plain JSON. */
export type CapState = z.infer<typeof stateSchema>

/**
 * The most items that one export may hold. The service does not document it, so it is learned from refusals and successes.
 *
 * Always: what was accepted ≤ `value` < what was refused. A refusal of at most `value` items lowers `value`, so a loop that
 * divides what is above `value` comes to an end. A refusal of more than that (of an export that was on its way when another was
 * refused) lowers it only where its words name a lower limit.
 */
export class LearnedCap {
  #value = Infinity
  #accepted = 0
  /** No success is believed from here up: the least that was refused, or what remains after successes and refusals disagreed. */
  #ceiling = Infinity

  /** The cap as {@link toState} gave it; for anything that is no such state, one of which nothing is known. */
  static fromState(state: unknown): LearnedCap {
    const learned = new LearnedCap()
    const read = stateSchema.safeParse(state)
    if (read.success) {
      learned.#value = read.data.cap
      learned.#accepted = read.data.accepted
      learned.#ceiling = read.data.ceiling
    }
    return learned
  }

  /** What to keep for the next run; `undefined` while nothing was refused. */
  toState(): CapState | undefined {
    if (this.#ceiling === Infinity) return undefined
    return { cap: this.#value, accepted: this.#accepted, ceiling: this.#ceiling }
  }

  /** Infinity at first. 0 once a single item was refused as too large: then there is nothing left to divide. */
  get value(): number {
    return this.#value
  }

  /**
   * An export of `items` items (from 1 up) was refused as too large. The cap is then the limit that the words name, where it is
   * plausible, else half of `items`. `items` is as planned; `counted` is the service's own count, where it told one: a limit in
   * its words is in terms of that, and is brought to the planned ones in proportion.
   */
  refused(items: number, words: string | undefined, counted = items): void {
    // A success of as many items says that items are not all that is counted; the refusal is the newer word.
    const disagree = items <= this.#accepted
    if (disagree) this.#accepted = 0
    const limit = namedLimit(words ?? '', counted)
    const planned = limit === undefined ? 0 : Math.min(items - 1, Math.max(1, Math.floor((limit * items) / counted)))
    if (planned > 0 && planned >= this.#accepted) this.#value = Math.min(this.#value, planned)
    else if (items <= this.#value) this.#value = Math.max(this.#accepted, Math.floor(items / 2))
    this.#ceiling = Math.min(this.#ceiling, disagree ? this.#value + 1 : items)
  }

  /** An export of `items` items was not refused. */
  accepted(items: number): void {
    this.#accepted = Math.max(this.#accepted, Math.min(items, this.#ceiling - 1))
    this.#value = Math.max(this.#value, this.#accepted)
  }
}
