import { orAborted } from '../../clock.ts'
import { ActionError } from '../../errors.ts'
import { type Cluster, itemsOf, type PartContent } from '../../export/parts/content.ts'
import type { KeptParts, Part } from '../../export/parts/kept-parts.ts'
import { namedLimit } from '../../export/parts/named-limit.ts'
import { pack } from '../../export/parts/pack.ts'
import type { ExportRequest } from './inputs.ts'
import { inScope, type Scope } from '../../scope.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import { rejectedExport } from '../../waiting/verdicts/export.ts'
import { exportPart, type PartEnd, type PartJob } from './part-export.ts'
import { extraClusterBytes } from './part-start.ts'
import type { Step } from '../step.ts'
import { count, counted } from '../../numbers.ts'

/** Parts that are exported and fetched at once, once the service accepted one of that size. */
const AT_ONCE = 3
/** The longest request, in bytes: what proxies accept that nobody configured (1 MiB). */
const REQUEST_BYTES = 1_000_000
/** Between two progress lines, in ms: there may be a thousand parts. */
const TELL_MS = 5_000

export interface QueueOptions {
  step: Step
  request: ExportRequest
  /** What is exported: the dataset of `request`, or a clone of it. */
  dataset: Dataset
  kept: KeptParts
  /** The most items that a part may contain, if it is known from an earlier run. */
  cap: number | undefined
  /** Keeps the cap for the next run. */
  save: (cap: number) => Promise<void>
  /** The media of a cluster that is too large for one export; `undefined` if they are not listed. */
  members: (cluster: Cluster) => Promise<string[] | undefined>
  /** Told after each part, with the number of items that no part was started for. */
  onWhole: (itemsLeft: number) => Promise<void>
}

/**
 * Exports everything in parts, a few at a time. The most items that a part may contain is learned: a part that is rejected as too large
 * halves it, or sets it to what the rejection states, and is divided, as is what still waits. Until the service has accepted a part of
 * the present size there is only one at a time, so that a wrong guess costs one rejection.
 */
export class PartQueue {
  readonly #options: QueueOptions
  readonly #exportOne: (job: PartJob) => Promise<PartEnd>
  #waiting: PartContent[] = []
  readonly #running = new Map<Part, { phase: string }>()
  #cap: number
  #accepted = false
  /** Clusters that were rejected alone: to be divided whatever the cap. */
  readonly #divided = new Set<string>()
  #change = Promise.withResolvers<void>()
  #toldAt = -Infinity

  /** @param exportOne exports one part */
  constructor(options: QueueOptions, exportOne: (job: PartJob) => Promise<PartEnd> = exportPart) {
    this.#options = options
    this.#exportOne = exportOne
    this.#cap = options.cap ?? Infinity
  }

  /** Infinity until something was rejected. */
  get cap(): number {
    return this.#cap
  }

  /** How many parts there are and will be, as far as is known now. */
  get count(): number {
    return this.#options.kept.parts.length + this.#waiting.length
  }

  /** The progress, for people. */
  get state(): string {
    const phases = [...this.#running].map(([part, { phase }]) => `part ${part.number}: ${phase}`)
    return [`${this.#options.kept.whole.length} of ${this.count} parts done`, ...phases].join('; ')
  }

  /**
   * Lowers the cap after a rejection.
   *
   * @param items of the export that was rejected, as planned
   * @param itemsFound by the service, if it said so: a limit in its words is in these terms
   */
  reject(items: number, words: string | undefined, itemsFound = items): void {
    const limit = namedLimit(words ?? '', itemsFound)
    const stated = limit === undefined ? Infinity : Math.max(1, Math.floor((limit * items) / itemsFound))
    const next = stated < items ? stated : Math.max(1, Math.floor(items / 2))
    this.#cap = Math.min(this.#cap, next)
    this.#accepted = false
  }

  /** Returns when every part of `content` is whole. Throws what stopped it, once nothing runs any longer. */
  async run(content: PartContent, signal: AbortSignal): Promise<void> {
    const { kept } = this.#options
    await inScope(signal, async (scope) => {
      for (const part of kept.parts) if (!part.whole) this.#start(scope, part)
      this.#waiting.push(content)
      for (;;) {
        this.#change = Promise.withResolvers<void>()
        while (this.#running.size < (this.#accepted ? AT_ONCE : 1)) {
          const next = await this.#next(scope.signal)
          if (!next) break
          this.#start(scope, await kept.add(next))
        }
        if (this.#running.size === 0) break
        await orAborted(this.#change.promise, scope.signal)
      }
    })
    if (this.count > 0) this.#tell('always')
  }

  /** The next part; `undefined` if nothing waits. */
  async #next(signal: AbortSignal): Promise<PartContent | undefined> {
    for (;;) {
      signal.throwIfAborted()
      const next = this.#waiting.shift()
      if (!next || this.#fits(next)) return next
      await this.#pack(next)
    }
  }

  #fits({ clusters, mediaIds }: PartContent): boolean {
    // Neither both nor none.
    if (clusters.length > 0 === mediaIds.length > 0) return false
    return itemsOf({ clusters, mediaIds }) <= this.#cap && !clusters.some(({ id }) => this.#divided.has(id))
  }

  /** Packs what waits, with `more`, under the cap known now. A cluster that is over it is divided by its media. */
  async #pack(more: PartContent): Promise<void> {
    const all: PartContent = { clusters: [], mediaIds: [] }
    for (const { clusters, mediaIds } of [...this.#waiting, more]) {
      for (const cluster of clusters) all.clusters.push(cluster)
      for (const id of mediaIds) all.mediaIds.push(id)
    }
    this.#waiting = []
    const { request, kept, members } = this.#options
    const limits = {
      cap: this.#cap,
      requestBytes: REQUEST_BYTES,
      extraClusterBytes: extraClusterBytes(request),
    }
    const whole = all.clusters.filter(({ id }) => !this.#divided.has(id))
    const clusters = pack({ clusters: whole, mediaIds: [] }, limits)
    const divided = [...clusters.oversize, ...all.clusters.filter(({ id }) => this.#divided.has(id))]
    // An earlier run of the step may have divided a cluster, and fetched some of it.
    const requested = new Set(divided.length === 0 ? [] : kept.parts.flatMap(({ content }) => content.mediaIds))
    for (const cluster of divided) {
      const ids = await members(cluster)
      if (!ids) throw undividable(cluster)
      for (const id of ids) if (!requested.has(id)) all.mediaIds.push(id)
    }
    const media = pack({ clusters: [], mediaIds: all.mediaIds }, limits)
    this.#waiting.push(...clusters.parts, ...media.parts)
    this.#tell()
  }

  #start(scope: Scope, part: Part): void {
    const state = { phase: 'starting' }
    this.#running.set(part, state)
    const { step, request, dataset, kept } = this.#options
    void scope.start(async (signal) => {
      const end = await this.#exportOne({
        // Its waits end with the queue.
        step: { ...step, signal, waiting: { ...step.waiting, signal } },
        request,
        dataset,
        part,
        onPhase: (phase) => {
          state.phase = phase
          this.#tell()
        },
        onRunning: () => this.#accept(),
        onStarted: (exportId) => kept.started(part, exportId),
      })
      await this.#end(part, end)
      // Only now: a rejected part waits again before the queue can take itself for empty.
      this.#running.delete(part)
      this.#change.resolve()
    })
  }

  async #end(part: Part, end: PartEnd): Promise<void> {
    const { step, kept, save, onWhole } = this.#options
    const { content } = part
    if (end.kind === 'whole') {
      this.#accept()
      await kept.finish(part, end.record)
      this.#tell()
      return onWhole(this.#waiting.reduce((sum, waiting) => sum + itemsOf(waiting), 0))
    }
    if (end.reason === 'nothing_matched') {
      step.reporter.info(`Part ${part.number} matched nothing: its items are no longer in the dataset.`)
      return kept.drop(part)
    }
    if (end.reason !== 'too_large') throw rejectedExport(end)
    const items = itemsOf(content)
    const [cluster] = content.clusters
    if (items > 1) this.reject(items, end.words, end.entities)
    else if (cluster) this.#divided.add(cluster.id)
    else throw rejectedExport(end, 'Not even a single item can be exported. Contact Visual Layer support.')
    const words = end.words === undefined ? '' : ` (${end.words})`
    const next = items > 1 ? `limiting parts to ${count(this.#cap)} items from now on` : 'splitting it'
    step.reporter.info(`Part ${part.number} with ${counted(items, 'item')} was rejected as too large${words}; ${next}.`)
    if (this.#cap !== Infinity) await save(this.#cap)
    await kept.drop(part)
    this.#waiting.push(content)
  }

  #accept(): void {
    this.#accepted = true
    this.#change.resolve()
  }

  #tell(when?: 'always'): void {
    const { step } = this.#options
    if (when === undefined && step.clock.now() - this.#toldAt < TELL_MS) return
    this.#toldAt = step.clock.now()
    step.reporter.progress(this.state)
  }
}

function undividable({ id, items }: Cluster): ActionError {
  const contents = items > 1 ? `${count(items)} items, more than one export may` : 'more than one export may'
  return new ActionError(
    'rejected',
    `Cluster ${id} contains ${contents}, and Visual Layer does not list its media, so it cannot be split.`,
    { todo: 'Export it with several filters (vql) that each match fewer items.' },
  )
}
