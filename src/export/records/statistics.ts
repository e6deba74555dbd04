import { Counting, type Counts } from './counts.ts'
import { IdTable } from './id-table.ts'
import { type Item, textOf } from './item.ts'

/** The names that are counted. */
const NAMED = ['types', 'labels', 'objects', 'issues', 'tags'] as const

export type Named = (typeof NAMED)[number]

/** What an export contains, in numbers. */
export interface Statistics extends Readonly<Record<Named, Counts>> {
  /** Records. */
  items: number
  /** How often names occur beyond the 100,000 that are counted separately. */
  uncounted: Readonly<Record<Named, number>>
  /** Items with a caption. */
  captioned: number
  /** Different ones; at least this many if it is four million. */
  clusters: number
  uniqueness: Uniqueness
  /** Of all files whose size is in the records; `undefined` if none is. */
  bytes: number | undefined
}

/** How the uniqueness scores are distributed. */
interface Uniqueness {
  /** Ten: from 0 below 0.1, from 0.1 below 0.2, ..., from 0.9. */
  bins: readonly number[]
  /** Items that have a score. */
  scored: number
  mean: number | undefined
}

const BINS = 10
const MOST_CLUSTERS = 4_000_000

/** What some records add to the {@link Statistics}. It can cross between threads. */
export interface Tally {
  items: number
  captioned: number
  sized: number
  bytes: number
  scores: number
  bins: number[]
  clusters: Set<string>
  names: Record<Named, Map<string, number>>
}

export function emptyTally(): Tally {
  return {
    items: 0,
    captioned: 0,
    sized: 0,
    bytes: 0,
    scores: 0,
    bins: Array.from({ length: BINS }, () => 0),
    clusters: new Set(),
    names: { types: new Map(), labels: new Map(), objects: new Map(), issues: new Map(), tags: new Map() },
  }
}

/** Which property of which metadata is counted as what. */
const COUNTED = new Map<string, [Named, string]>([
  ['image_label', ['labels', 'category_name']],
  ['object_label', ['objects', 'category_name']],
  ['issue', ['issues', 'issue_type']],
  ['user_tag', ['tags', 'tag_name']],
])

/** Adds a record to a tally. */
export function tally(to: Tally, { type, cluster, uniqueness, bytes, metadata }: Item): void {
  to.items += 1
  if (type !== undefined) count(to.names.types, type)
  if (cluster !== undefined) to.clusters.add(cluster)
  if (uniqueness !== undefined) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(uniqueness * BINS)))
    to.bins[bin] = (to.bins[bin] ?? 0) + 1
    to.scores += uniqueness
  }
  if (bytes !== undefined) {
    to.sized += 1
    to.bytes += bytes
  }
  let captions = 0
  for (const { type: kind, properties } of metadata) {
    if (kind === 'caption') captions += 1
    const [named, property = ''] = COUNTED.get(kind) ?? []
    const name = named && textOf(properties[property])
    if (named && name !== undefined) count(to.names[named], name)
  }
  if (captions > 0) to.captioned += 1
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Merges tallies to {@link Statistics}, in bounded memory. */
export class StatisticsBuilder {
  readonly #sum = emptyTally()
  readonly #clusters = new IdTable()
  readonly #named: Record<Named, Counting> = {
    types: new Counting(),
    labels: new Counting(),
    objects: new Counting(),
    issues: new Counting(),
    tags: new Counting(),
  }

  add(part: Tally): void {
    const sum = this.#sum
    sum.items += part.items
    sum.captioned += part.captioned
    sum.sized += part.sized
    sum.bytes += part.bytes
    sum.scores += part.scores
    sum.bins = sum.bins.map((items, bin) => items + (part.bins[bin] ?? 0))
    for (const cluster of part.clusters) if (this.#clusters.size < MOST_CLUSTERS) this.#clusters.add(cluster)
    for (const named of NAMED) for (const [name, times] of part.names[named]) this.#named[named].add(name, times)
  }

  end(): Statistics {
    const { items, captioned, sized, bytes, scores, bins } = this.#sum
    const scored = bins.reduce((all, some) => all + some)
    const { types, labels, objects, issues, tags } = this.#named
    return {
      items,
      types: types.counts,
      labels: labels.counts,
      objects: objects.counts,
      issues: issues.counts,
      tags: tags.counts,
      uncounted: {
        types: types.beyond,
        labels: labels.beyond,
        objects: objects.beyond,
        issues: issues.beyond,
        tags: tags.beyond,
      },
      captioned,
      clusters: this.#clusters.size,
      uniqueness: { bins, scored, mean: scored === 0 ? undefined : scores / scored },
      bytes: sized === 0 ? undefined : Math.round(bytes),
    }
  }
}
