import { percent } from '../../numbers.ts'
import { size } from '../facts.ts'
import type { Step } from '../step.ts'

/** Between two lines of progress, in ms. */
const PROGRESS_MS = 5_000

/** Tells how far a download and its unpacking are, at most once in {@link PROGRESS_MS}. */
export class Progress {
  readonly #step: Step
  readonly #label: string
  readonly #verb: string
  #toldAt: number
  #received = ''
  #unpacked = ''

  constructor(step: Step, label: string, verb: 'unpacked' | 'verified') {
    this.#step = step
    this.#label = label
    this.#verb = verb
    this.#toldAt = step.clock.now()
  }

  readonly received = (done: number, total: number | undefined): void => {
    this.#received = `downloaded ${share(done, total)}`
    this.#tell()
  }

  readonly unpacked = (done: number, total: number): void => {
    this.#unpacked = `, ${this.#verb} ${share(done, total)}`
    this.#tell()
  }

  #tell(): void {
    const { clock, reporter } = this.#step
    if (clock.now() - this.#toldAt < PROGRESS_MS) return
    this.#toldAt = clock.now()
    reporter.progress(`${this.#label}${this.#received}${this.#unpacked}`)
  }
}

function share(done: number, total: number | undefined): string {
  return total === undefined || total === 0 ? size(done) : `${size(done)} of ${size(total)}${percent(done, total)}`
}
