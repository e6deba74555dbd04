import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import { dataset, lostReply, neverSent, rejected } from '../visual-layer/samples.ts'
import type { FakeClock } from '../waiting/fake-clock.ts'
import type { StubApi } from './fake-step.ts'

/** What becomes of an attempt to change the catalog. */
export type Fate =
  | 'made'
  | 'made, reply lost'
  | 'made, gateway timed out'
  | 'lost on the way'
  | 'never sent'
  | 409
  | 403
  | 429

export interface Plan {
  /** Of each attempt in turn; those after the last are made. */
  fates: readonly Fate[]
  /** How far the list lies behind the truth, in ms. */
  lagMs: number
}

/** The snapshots of one dataset, in a catalog whose list lags. */
export class SimulatedCatalog {
  readonly #clock: FakeClock
  readonly #plan: Plan
  readonly #history: { at: number; snapshots: Snapshot[] }[]
  /** What else happens when an attempt arrives, and when it has been answered. */
  before: (id: string) => void = () => undefined
  after: () => void = () => undefined
  /** Ids and changes, in the order of the attempts. */
  readonly attempts: { id: string; change: object | 'delete' }[] = []

  constructor(snapshots: Snapshot[], plan: Plan, clock: FakeClock) {
    this.#history = [{ at: -Infinity, snapshots }]
    this.#plan = plan
    this.#clock = clock
  }

  /** What is there, whatever the list shows. */
  get now(): Snapshot[] {
    return this.#history.at(-1)?.snapshots ?? []
  }

  change(edit: (snapshots: Snapshot[]) => Snapshot[]): void {
    this.#history.push({ at: this.#clock.now(), snapshots: edit(this.now) })
  }

  #attempt(id: string, change: object | 'delete', make: () => void): void {
    const fate = this.#plan.fates[this.attempts.length] ?? 'made'
    this.before(id)
    this.attempts.push({ id, change })
    this.#clock.advance(100)
    if (fate === 'lost on the way') throw lostReply()
    if (fate === 'never sent') throw neverSent()
    if (typeof fate === 'number') throw rejected(fate)
    const target = this.now.find((one) => one.id === id)
    if (!target) throw rejected(404)
    if (change === 'delete' && target.isCurrent) throw rejected(409, 'the current version cannot be deleted')
    make()
    this.after()
    if (fate === 'made, reply lost') throw lostReply()
    if (fate === 'made, gateway timed out') throw rejected(504)
  }

  readonly api = {
    datasets: { get: async () => dataset() },
    tasks: { list: async () => [] },
    snapshots: {
      list: async () => {
        this.#clock.advance(10)
        const seenAt = this.#clock.now() - this.#plan.lagMs
        return this.#history.findLast(({ at }) => at <= seenAt)?.snapshots ?? []
      },
      update: async (_, id, change) =>
        this.#attempt(id, change, () =>
          this.change((all) => all.map((one) => (one.id === id ? { ...one, ...change } : one))),
        ),
      delete: async (_, id) =>
        this.#attempt(id, 'delete', () => this.change((all) => all.filter((one) => one.id !== id))),
    },
  } satisfies StubApi
}
