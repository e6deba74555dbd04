import { ActionError } from '../../errors.ts'
import { type Cluster, itemsOf, type PartContent } from '../../exports/parts/content.ts'
import type { KeptParts } from '../../exports/parts/kept-parts.ts'
import { pack } from '../../exports/parts/pack.ts'
import type { PartCaps } from '../../exports/parts/part-caps.ts'
import { requestBytesOf } from '../../exports/parts/request-bytes.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import { extraClusterBytes } from './part-start.ts'

/** The longest request, in bytes: what proxies take that nobody configured (1 MiB). */
const REQUEST_BYTES = 1_000_000
/** So little room that every cluster goes alone, in bytes. */
const ONE_BY_ONE = 1

export interface PlanOptions {
  request: ExportRequest
  kept: KeptParts
  caps: PartCaps
  /** The media of a cluster that is too large for one export; `undefined` where they are not listed. */
  members: (cluster: Cluster) => Promise<string[] | undefined>
}

/** What is still to be asked for, packed in parts under all that was learned so far of what the service takes. */
export class PartPlan {
  /** Clusters that no export can hold, and whose media are not listed. */
  readonly unlisted: Cluster[] = []
  readonly #options: PlanOptions
  readonly #extraBytes: number
  #waiting: PartContent[] = []
  #clusterBytes = REQUEST_BYTES
  #mediaBytes = REQUEST_BYTES
  /** Clusters that were refused although they are listed with a single item: to be taken apart whatever the cap. */
  readonly #refusedAlone = new Set<string>()
  #byMembers = false

  constructor(options: PlanOptions) {
    this.#options = options
    this.#extraBytes = extraClusterBytes(options.request)
  }

  /** Parts that wait. */
  get count(): number {
    return this.#waiting.length
  }

  get items(): number {
    return this.#waiting.reduce((sum, content) => sum + itemsOf(content), 0)
  }

  /** The next part; `undefined` where none waits. One that was packed before the last refusal is packed again first. */
  async next(): Promise<PartContent | undefined> {
    for (;;) {
      const next = this.#waiting.shift()
      if (!next || itemsOf(next) <= this.#options.caps.of(next)) return next
      await this.add(next)
    }
  }

  /** Packs what waits, with `more`, under the limits known now. */
  async add(more: PartContent): Promise<void> {
    const all: PartContent = { clusters: [], mediaIds: [] }
    for (const { clusters, mediaIds } of [...this.#waiting, more]) {
      for (const cluster of clusters) all.clusters.push(cluster)
      for (const id of mediaIds) all.mediaIds.push(id)
    }
    this.#waiting = []
    const { caps } = this.#options
    const toDivide = (cluster: Cluster) => this.#byMembers || this.#refusedAlone.has(cluster.id)
    const clusters = pack(
      { clusters: all.clusters.filter((cluster) => !toDivide(cluster)), mediaIds: [] },
      { cap: caps.clusters, requestBytes: this.#clusterBytes, extraClusterBytes: this.#extraBytes },
    )
    const divided = [...clusters.oversize, ...all.clusters.filter(toDivide)]
    // An earlier run of the step may have divided a cluster, and brought some of it.
    const asked = new Set(
      divided.length === 0 ? [] : this.#options.kept.parts.flatMap(({ content }) => content.mediaIds),
    )
    for (const cluster of divided) {
      const members = (await this.#membersOf(cluster))?.filter((id) => !asked.has(id))
      if (members) for (const id of members) all.mediaIds.push(id)
      else this.unlisted.push(cluster)
    }
    const media = pack({ clusters: [], mediaIds: all.mediaIds }, { cap: caps.media, requestBytes: this.#mediaBytes })
    // Another part may have come back while the media were listed.
    this.#waiting.push(...clusters.parts, ...media.parts)
  }

  /** The service takes no request as long as the one for `content`. */
  shorten(content: PartContent): void {
    const half = Math.floor(requestBytesOf(content, this.#extraBytes) / 2)
    if (content.clusters.length > 1) this.#clusterBytes = Math.min(this.#clusterBytes, half)
    else this.#mediaBytes = Math.min(this.#mediaBytes, half)
  }

  /** The service takes one cluster at a time. */
  clustersOneByOne(): void {
    this.#clusterBytes = ONE_BY_ONE
  }

  /** The service takes no more clusters at a time than these. */
  atMostClusters(clusters: Cluster[]): void {
    const bytes = requestBytesOf({ clusters, mediaIds: [] }, this.#extraBytes)
    this.#clusterBytes = Math.min(this.#clusterBytes, bytes)
  }

  /** The service takes a cluster not even alone. */
  divide(cluster: Cluster): void {
    this.#refusedAlone.add(cluster.id)
  }

  /** The service does not filter clusters: every one is taken apart from here on. */
  divideAll(): void {
    this.#byMembers = true
  }

  async #membersOf(cluster: Cluster): Promise<string[] | undefined> {
    const listed = await this.#options.members(cluster)
    if (this.#byMembers && listed?.length !== cluster.items) throw filterIgnored(cluster, listed?.length)
    return listed
  }
}

function filterIgnored({ id, items }: Cluster, listed: number | undefined): ActionError {
  const found = listed === undefined ? 'does not list its media' : `lists ${listed.toLocaleString('en-US')} media of it`
  return new ActionError(
    'rejected',
    `The export is too large for one, and cannot be divided: Visual Layer exports more of a cluster than the filter (vql) matches, and of cluster ${id}, in which ${items.toLocaleString('en-US')} items match, it ${found}.`,
    {
      todo: 'Divide the export by hand, into exports by filters of your own (vql), each of which matches fewer items. Should the dataset have changed meanwhile, run the step again.',
    },
  )
}
