import { IdSet } from '../parts/id-set.ts'
import { Counting, type Counts } from './counts.ts'
import { type Item, textOf } from './item.ts'

/** The names that are counted. */
export type Named = 'types' | 'labels' | 'objects' | 'issues' | 'tags'

/** What an export holds, in figures. */
export interface Statistics extends Readonly<Record<Named, Counts>> {
  /** Records. */
  items: number
  /** How often names occur beyond the 100,000 that are counted apart. */
  uncounted: Readonly<Record<Named, number>>
  /** Items with a caption. */
  captioned: number
  /** Different ones; at least so many where it is four million. */
  clusters: number
  uniqueness: Uniqueness
  /** Of all files whose size the records tell; `undefined` where none does. */
  bytes: number | undefined
}

/** How the uniqueness scores spread. */
interface Uniqueness {
  /** Ten: from 0 below 0.1, from 0.1 below 0.2, ..., from 0.9. */
  bins: readonly number[]
  /** Items that have a score. */
  scored: number
  mean: number | undefined
}

const BINS = 10
const MOST_CLUSTERS = 4_000_000

/** Gathers the {@link Statistics} of an export record by record, in bounded memory. */
export class StatisticsBuilder {
  #items = 0
  #captioned = 0
  #sized = 0
  #bytes = 0
  #scored = 0
  #scores = 0
  readonly #bins = Array.from({ length: BINS }, () => 0)
  readonly #clusters = new IdSet()
  #lastCluster: string | undefined
  readonly #named: Record<Named, Counting> = {
    types: new Counting(),
    labels: new Counting(),
    objects: new Counting(),
    issues: new Counting(),
    tags: new Counting(),
  }

  add({ type, cluster, uniqueness, bytes, metadata }: Item): void {
    this.#items += 1
    this.#count('types', type)
    if (cluster !== undefined) this.#addCluster(cluster)
    if (uniqueness !== undefined) this.#addScore(uniqueness)
    if (bytes !== undefined) {
      this.#sized += 1
      this.#bytes += bytes
    }
    let captions = 0
    for (const { type: kind, properties } of metadata) {
      if (kind === 'image_label') this.#count('labels', properties['category_name'])
      else if (kind === 'object_label') this.#count('objects', properties['category_name'])
      else if (kind === 'issue') this.#count('issues', properties['issue_type'])
      else if (kind === 'user_tag') this.#count('tags', properties['tag_name'])
      else if (kind === 'caption') captions += 1
    }
    if (captions > 0) this.#captioned += 1
  }

  #count(named: Named, value: unknown): void {
    const name = textOf(value)
    if (name !== undefined) this.#named[named].add(name)
  }

  #addCluster(cluster: string): void {
    // Items of a cluster often follow one another.
    if (cluster === this.#lastCluster || this.#clusters.size >= MOST_CLUSTERS) return
    this.#lastCluster = cluster
    this.#clusters.add(cluster)
  }

  #addScore(score: number): void {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(score * BINS)))
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
    this.#scored += 1
    this.#scores += score
  }

  end(): Statistics {
    const { types, labels, objects, issues, tags } = this.#named
    return {
      items: this.#items,
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
      captioned: this.#captioned,
      clusters: this.#clusters.size,
      uniqueness: {
        bins: this.#bins,
        scored: this.#scored,
        mean: this.#scored === 0 ? undefined : this.#scores / this.#scored,
      },
      bytes: this.#sized === 0 ? undefined : Math.round(this.#bytes),
    }
  }
}
