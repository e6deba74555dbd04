import { type Cluster, itemsOf, type PartContent } from '../../exports/parts/content.ts'
import type { KeptPart, KeptParts } from '../../exports/parts/kept-parts.ts'
import type { PartCaps } from '../../exports/parts/part-caps.ts'
import type { PartRecord } from '../../exports/parts/part-record.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import { type Refused, refusedExport } from '../../waiting/verdicts/export.ts'
import { exportPart, type PartEnd, type PartJob } from './part-export.ts'
import { PartPlan } from './part-plan.ts'
import { absentClusters } from './part-shortfall.ts'
import type { Step } from '../step.ts'

/** Parts that are exported and fetched at once, when it is known that the service takes parts of that size. */
const AT_ONCE = 3
/** Between two lines that tell how it stands, in ms: there may be a thousand parts. */
const TELL_MS = 5_000

export interface QueueOptions {
  step: Step
  request: ExportRequest
  /** What is exported: of `request`, or a clone of it. */
  dataset: Dataset
  kept: KeptParts
  caps: PartCaps
  /** Keeps what was learned. */
  save: () => Promise<void>
  /** The media of a cluster that is too large for one export; `undefined` where they are not listed. */
  members: (cluster: Cluster) => Promise<string[] | undefined>
  /** Whether all clusters come with a true count. */
  counted: boolean
  /** Told after each part, with the number of items that no part was begun for. */
  onWhole: (part: KeptPart, itemsLeft: number) => Promise<void>
}

/**
 * Exports everything in parts, a few at a time. How many items a part may hold is learned: a part that is refused as too large is
 * divided, and so is what still waits. Until the service was seen working on a part of the present size there is only one at a
 * time, so that a wrong guess costs one refusal.
 */
export class PartQueue {
  readonly #options: QueueOptions
  readonly #exportOne: (job: PartJob) => Promise<PartEnd>
  readonly #plan: PartPlan
  readonly #end = new AbortController()
  /** Whose waits end with the queue. */
  readonly #step: Step
  readonly #running = new Map<KeptPart, { phase: string }>()
  #proven = false
  #failure: unknown
  #toldAt = -Infinity

  /** @param exportOne exports one part */
  constructor(options: QueueOptions, exportOne: (job: PartJob) => Promise<PartEnd> = exportPart) {
    this.#options = options
    this.#exportOne = exportOne
    this.#plan = new PartPlan(options)
    const { signal } = this.#end
    this.#step = { ...options.step, signal, waiting: { ...options.step.waiting, signal } }
  }

  /** Clusters that no export can hold, and whose media are not listed. */
  get unlisted(): readonly Cluster[] {
    return this.#plan.unlisted
  }

  /** Ends when every part of `content` is whole, but for {@link unlisted}. Throws what stopped it, once nothing runs any more. */
  async run(content: PartContent, signal: AbortSignal): Promise<void> {
    const { kept } = this.#options
    const stop = () => this.#end.abort(signal.reason)
    signal.throwIfAborted()
    signal.addEventListener('abort', stop, { once: true })
    const running = new Set<Promise<void>>()
    const begin = (part: KeptPart) => {
      const run = this.#export(part)
        .catch((error: unknown) => {
          this.#failure ??= error
          this.#end.abort(error)
        })
        .finally(() => running.delete(run))
      running.add(run)
    }
    try {
      for (const part of kept.parts) if (!part.record) begin(part)
      await this.#add(content)
      while (!this.#end.signal.aborted && (running.size > 0 || this.#plan.count > 0)) {
        const next = running.size < (this.#proven ? AT_ONCE : 1) ? await this.#plan.next() : undefined
        if (next) begin(await kept.add(next))
        else await Promise.race([...running, this.#changed()])
      }
    } catch (error) {
      this.#failure ??= error
      this.#end.abort(error)
    } finally {
      await Promise.all(running)
      signal.removeEventListener('abort', stop)
    }
    signal.throwIfAborted()
    if (this.#failure !== undefined) throw this.#failure
    if (this.count > 0) this.#tell('always')
  }

  /** Whether clusters bring as many items as they are listed with. */
  get #exact(): boolean {
    const { selection, entityType } = this.#options.request
    const excluded = selection.kind === 'selected' && selection.excludeMediaIds.length > 0
    return entityType === 'IMAGES' && !excluded
  }

  /** How many parts there are and will be, as far as is known now. */
  get count(): number {
    return this.#options.kept.parts.length + this.#plan.count
  }

  async #add(content: PartContent): Promise<void> {
    await this.#plan.add(content)
    if (this.count > 0) this.#tell()
  }

  async #export(part: KeptPart): Promise<void> {
    const { request, dataset, kept } = this.#options
    const state = { phase: 'starting' }
    this.#running.set(part, state)
    let end: PartEnd
    try {
      end = await this.#exportOne({
        step: this.#step,
        request,
        dataset,
        part,
        signal: this.#end.signal,
        onPhase: (phase) => {
          state.phase = phase
          this.#tell()
        },
        onRunning: () => this.#prove(),
        onStarted: (exportId) => kept.started(part, exportId),
      })
    } finally {
      this.#running.delete(part)
    }
    if (end.kind === 'whole') await this.#whole(part, end.record)
    else await this.#refused(part, itemsOf(part.content), end)
  }

  async #whole(part: KeptPart, record: PartRecord): Promise<void> {
    const { step, request, kept, caps, counted, save, onWhole } = this.#options
    const { clusters } = part.content
    const items = itemsOf(part.content)
    if (request.selection.kind === 'vql' && counted && clusters.length > 0 && record.mediaCount > items) {
      step.reporter.info(
        `Part ${part.number} came with ${record.mediaCount} items where ${items} match the filter (vql): what matches is asked for by media ids.`,
      )
      this.#plan.divideAll()
      return this.#again(part)
    }
    caps.accepted(part.content, record.mediaCount)
    this.#prove()
    const isShort = record.mediaCount < items && clusters.length > 1 && this.#exact
    const absent = isShort ? await absentClusters(part, this.#end.signal) : []
    // Without a word about clusters: as many items as the first one alone would bring, or far too few.
    if (!absent && (record.mediaCount === clusters[0]?.items || record.mediaCount <= items / 2)) {
      step.reporter.info(
        `Part ${part.number} came with ${record.mediaCount} of ${items} items: clusters are asked for one at a time from here on.`,
      )
      this.#plan.clustersOneByOne()
      return this.#again(part)
    }
    if (absent && absent.length > 0) {
      step.reporter.info(
        `Part ${part.number} came without ${absent.length} of the ${clusters.length} clusters that it was asked for: fewer are asked for at once from here on.`,
      )
      const present = clusters.filter((cluster) => !absent.includes(cluster))
      this.#plan.atMostClusters(present)
      await kept.narrow(part, { clusters: present, mediaIds: [] })
    }
    const { length: asked } = part.content.clusters
    await kept.finish(part, { ...record, content: { clusters: asked, media: part.content.mediaIds.length } })
    await save()
    if (absent && absent.length > 0) await this.#add({ clusters: absent, mediaIds: [] })
    this.#tell()
    await onWhole(part, this.#plan.items)
  }

  async #refused(part: KeptPart, items: number, end: Exclude<PartEnd, { kind: 'whole' }>): Promise<void> {
    const { step, request, kept } = this.#options
    const { clusters, mediaIds } = part.content
    if (end.kind === 'too_long') {
      if (clusters.length + mediaIds.length <= 1)
        return this.#tooLarge(part, items, { words: undefined, entities: undefined })
      step.reporter.info(`The request for part ${part.number} was too long for the server: asking for less at once.`)
      this.#plan.shorten(part.content)
      return this.#again(part)
    }
    if (end.kind === 'not_understood') {
      const words = end.error.apiWords ?? end.error.message
      if (clusters.length > 1) {
        step.reporter.info(
          `Visual Layer did not take a request for several clusters (${words}): asking for them one at a time.`,
        )
        this.#plan.clustersOneByOne()
        return this.#again(part)
      }
      if (clusters.length === 0 || request.selection.kind !== 'vql') throw end.error
      this.#plan.divideAll()
      step.reporter.info(
        `Visual Layer did not take a filter (vql) for a cluster (${words}): what matches is asked for by media ids.`,
      )
      return this.#again(part)
    }
    if (end.reason === 'nothing_matched') {
      step.reporter.info(`Part ${part.number} matched nothing: its items are no longer in the dataset.`)
      return kept.drop(part)
    }
    if (end.reason !== 'too_large') throw refusedExport(end)
    await this.#tooLarge(part, items, end)
  }

  async #tooLarge(
    part: KeptPart,
    items: number,
    { words, entities }: Pick<Refused, 'words' | 'entities'>,
  ): Promise<void> {
    const { step, caps, save } = this.#options
    if (items <= 1) {
      const [cluster] = part.content.clusters
      if (!cluster)
        throw refusedExport(
          { reason: 'too_large', words, entities },
          'Not even a single item can be exported: ask Visual Layer support.',
        )
      this.#plan.divide(cluster)
      step.reporter.info(`Cluster ${cluster.id} was refused as too large: it is divided by its media.`)
      return this.#again(part)
    }
    caps.refused(part.content, words, entities)
    this.#proven = false
    step.reporter.info(
      `Part ${part.number} with ${items.toLocaleString('en-US')} items was refused as too large${words === undefined ? '' : ` (${words})`}: parts hold at most ${caps.of(part.content).toLocaleString('en-US')} items from here on.`,
    )
    await save()
    await this.#again(part)
  }

  /** Takes a part back, to be packed anew. */
  async #again(part: KeptPart): Promise<void> {
    await this.#options.kept.drop(part)
    await this.#add(part.content)
  }

  #wake: (() => void) | undefined

  /** Resolves when more parts may be begun. */
  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #prove(): void {
    this.#proven = true
    this.#wake?.()
  }

  /** How it stands, for people. */
  get state(): string {
    const { whole } = this.#options.kept
    const phases = [...this.#running].map(([part, { phase }]) => `part ${part.number}: ${phase}`)
    return [`${whole.length} of ${this.count} parts here`, ...phases].join('; ')
  }

  #tell(when?: 'always'): void {
    const { step } = this.#options
    if (when === undefined && step.clock.now() - this.#toldAt < TELL_MS) return
    this.#toldAt = step.clock.now()
    step.reporter.progress(this.state)
  }
}
