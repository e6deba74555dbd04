import { createHash } from 'node:crypto'
import type { Cluster, PartContent } from './content.ts'
import { inOrder, itemsOf } from './content.ts'
import { cutInto, type Stretch } from './stretch.ts'

/** The largest share may contain this many times a fair one before more clusters are split. */
const MOST_UNEVEN = 1.1
/** Below so many items a share, an even split is worth no further requests. */
const FEW_ITEMS = 10

/** What one runner of a matrix exports: of the clusters that it has with others, its stretches. */
export interface Share extends PartContent {
  stretches: Stretch[]
}

/**
 * The clusters to divide when they are shared out `of` ways, so that no share is far larger than another: those above a fair
 * share of the items, and those that would bring their share to more than a tenth above it. With these divided, the largest
 * share is within a tenth of the mean. None where there are too few items to care.
 */
export function clustersToDivide(clusters: readonly Cluster[], of: number): Cluster[] {
  return shareClusters(inOrder({ clusters: [...clusters], mediaIds: [] }).clusters, of).divided
}

/**
 * Shares `content` out `of` ways: every cluster, or every place in it, and every media id is in exactly one share. Clusters above
 * a fair share, laid end to end, fill one share after another. Each other cluster, from the largest down, goes whole to the
 * emptiest of the rest; those that would make it too large, laid end to end, at last fill the rest up to one level. So do the
 * media ids, ascending, with all shares.
 *
 * The members to list are few: over all shares, those of each divided cluster, and of one more at each border between two shares;
 * of a large cluster for no more shares than it fills. Every runner that sees the same content, in whatever order, gets the same
 * shares.
 *
 * @throws RangeError for a cluster without a proper count.
 */
export function shares(content: PartContent, of: number): Share[] {
  const { clusters, mediaIds } = inOrder(content)
  const { shared, loads } = shareClusters(clusters, of)
  let end = 0
  for (const [index, length] of fillUp(loads, mediaIds.length).entries()) {
    end += length
    const share = shared[index]
    if (share) share.mediaIds = mediaIds.slice(end - length, end)
  }
  return shared
}

/** One of the {@link shares}; `index` counts from 1. */
export function shardOf(content: PartContent, shard: { index: number; of: number }): Share {
  const share = shares(content, shard.of)[shard.index - 1]
  if (!share) throw new RangeError(`There is no shard ${shard.index} of ${shard.of}`)
  return share
}

/** Shares out clusters in their canonical order; returns how many items each share then contains, and which clusters are split. */
function shareClusters(ordered: Cluster[], of: number): { shared: Share[]; loads: number[]; divided: Cluster[] } {
  const items = itemsIn(ordered)
  const fair = items / of
  const worthwhile = of > 1 && fair >= FEW_ITEMS
  const giants = worthwhile ? ordered.filter((cluster) => cluster.items > fair) : []
  const { full, left } = fillOneByOne(worthwhile ? fairSizes(items, of) : [], itemsIn(giants))
  const rest = new Loads(of - full.length)
  if (left > 0) rest.add(left)
  const shared = Array.from({ length: of }, (): Share => ({ clusters: [], stretches: [], mediaIds: [] }))
  const late: Cluster[] = []
  for (const cluster of ordered.slice(giants.length)) {
    if (worthwhile && rest.least + cluster.items > MOST_UNEVEN * fair) late.push(cluster)
    else shared[full.length + rest.add(cluster.items)]?.clusters.push(cluster)
  }
  const loads = rest.all()
  const places = fillUp(loads, itemsIn(late))
  give(giants, [...full, left], shared)
  give(late, places, shared.slice(full.length))
  return {
    shared,
    loads: [...full, ...loads.map((load, index) => load + (places[index] ?? 0))],
    divided: [...giants, ...late],
  }
}

/** Gives each share so many places of the clusters. One that is in a single share stays whole. */
function give(clusters: readonly Cluster[], places: readonly number[], shared: readonly Share[]): void {
  for (const [index, stretches] of cutInto(clusters, places).entries()) {
    for (const stretch of stretches) {
      if (stretch.to - stretch.from === stretch.cluster.items) shared[index]?.clusters.push(stretch.cluster)
      else shared[index]?.stretches.push(stretch)
    }
  }
}

function itemsIn(clusters: Cluster[]): number {
  return itemsOf({ clusters, mediaIds: [] })
}

/** As equal as can be, and the smaller ones first: so those that are full of giants are no larger than the rest. */
function fairSizes(items: number, of: number): number[] {
  return Array.from({ length: of }, (_, index) => Math.floor((items + index) / of))
}

/** The sizes that are filled when `items` fill one after another, and what is left for the next. */
function fillOneByOne(sizes: readonly number[], items: number): { full: number[]; left: number } {
  let left = items
  let count = 0
  for (const size of sizes) {
    if (left < size) break
    left -= size
    count += 1
  }
  return { full: sizes.slice(0, count), left }
}

/** How many of `items` single items each share gets, so that all end as level as can be; of equal ones the first get one more. */
export function fillUp(loads: readonly number[], items: number): number[] {
  const order = loads.map((_, index) => index).sort((one, other) => (loads[one] ?? 0) - (loads[other] ?? 0))
  const filled = loads.map(() => 0)
  let sum = items
  let level = 0
  let extra = 0
  let below = 0
  // The shares that lie below the common level are the first so many of the order.
  for (const index of order) {
    const load = loads[index] ?? 0
    if (below > 0 && level <= load) break
    sum += load
    below += 1
    level = Math.floor(sum / below)
    extra = sum % below
  }
  for (const [place, index] of order.slice(0, below).entries()) {
    filled[index] = level + (place < extra ? 1 : 0) - (loads[index] ?? 0)
  }
  return filled
}

/**
 * Shows that runners share out the same: SHA-256, in hex, over `content` and `of`. Equal for the same clusters with the same
 * counts and the same media ids, in whatever order.
 */
export function planDigest(content: PartContent, of: number): string {
  const { clusters, mediaIds } = inOrder(content)
  const total = createHash('sha256').update(`${of} shards\n`)
  for (const { id, items } of clusters) total.update(`${JSON.stringify(id)} ${items}\n`)
  for (const id of mediaIds) total.update(`${JSON.stringify(id)}\n`)
  return total.digest('hex')
}

/** How much each share contains, as a heap with the emptiest on top; among equals the first. */
class Loads {
  readonly #loads: Float64Array
  readonly #heap: Uint32Array

  constructor(of: number) {
    this.#loads = new Float64Array(of)
    this.#heap = new Uint32Array(of).map((_, index) => index)
  }

  get least(): number {
    return this.#load(0)
  }

  all(): number[] {
    return [...this.#loads]
  }

  /** Puts items into the emptiest share; gives its index. */
  add(items: number): number {
    const share = this.#heap[0] ?? 0
    this.#loads[share] = this.least + items
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const next = this.#before(left + 1, left) ? left + 1 : left
      if (!this.#before(next, place)) return share
      const [upper = 0, lower = 0] = [this.#heap[place], this.#heap[next]]
      this.#heap[place] = lower
      this.#heap[next] = upper
      place = next
    }
  }

  #before(one: number, other: number): boolean {
    if (one >= this.#heap.length) return false
    const [first, second] = [this.#load(one), this.#load(other)]
    return first < second || (first === second && (this.#heap[one] ?? 0) < (this.#heap[other] ?? 0))
  }

  #load(place: number): number {
    return this.#loads[this.#heap[place] ?? 0] ?? 0
  }
}
