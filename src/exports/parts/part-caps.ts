import { z } from 'zod'
import { LearnedCap } from './cap.ts'
import { itemsOf, type PartContent } from './content.ts'

const stateSchema = z.object({ clusters: z.unknown().optional(), media: z.unknown().optional() })

/**
 * The most items that a part may hold, learned apart for parts of clusters and for parts of single media: items of media are
 * items, while those of clusters are as the service lists them, which can be far from what an export counts.
 */
export class PartCaps {
  readonly #clusters: LearnedCap
  readonly #media: LearnedCap
  readonly #counted: boolean

  /**
   * @param state as {@link toState} gave it; for anything else nothing is known
   * @param counted whether the listing tells of every cluster how many items it holds
   */
  constructor(state: unknown, counted: boolean) {
    const read = stateSchema.safeParse(state)
    this.#clusters = LearnedCap.fromState(read.data?.clusters)
    this.#media = LearnedCap.fromState(read.data?.media)
    this.#counted = counted
  }

  /** Infinity at first. */
  get clusters(): number {
    return this.#clusters.value
  }

  get media(): number {
    return this.#media.value
  }

  /** For a part of this kind. */
  of(content: PartContent): number {
    return content.clusters.length > 0 ? this.clusters : this.media
  }

  /**
   * An export of `content` was refused as too large. One of a single item teaches nothing.
   *
   * @param entities the service's own count of it, where it told one
   */
  refused(content: PartContent, words: string | undefined, entities: number | undefined): void {
    const items = itemsOf(content)
    const ofClusters = content.clusters.length > 0
    if (items > 1 && (ofClusters || this.#counted)) this.#clusters.refused(items, words, entities)
    if (!ofClusters) {
      if (items > 1) this.#media.refused(items, words, entities)
      return
    }
    const counted = entities ?? (this.#counted ? items : 0)
    if (counted > 1) this.#media.refused(counted, words)
  }

  /** An export of `content` was not refused, and brought so many records. */
  accepted(content: PartContent, mediaCount: number): void {
    const items = Math.min(itemsOf(content), mediaCount)
    if (content.clusters.length > 0) this.#clusters.accepted(items)
    else this.#media.accepted(items)
  }

  /** What to keep for the next run; `undefined` while nothing was refused. */
  toState(): unknown {
    const state = { clusters: this.#clusters.toState(), media: this.#media.toState() }
    return (state.clusters ?? state.media) ? state : undefined
  }
}
