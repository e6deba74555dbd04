import * as fc from 'fast-check'
import type { Cluster, PartContent } from '../../../src/export/parts/content.ts'

/** The id of a cluster or of media: a UUID that sorts as its number does. */
export function idOf(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
}

export function clustersOf(...sizes: number[]): Cluster[] {
  return sizes.map((items, index) => ({ id: idOf(index), items }))
}

export function mediaOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => idOf(index))
}

/** Contents of the shapes that datasets have: tiny clusters, a giant one among them, empty ones, loose media. */
export const someContent: fc.Arbitrary<PartContent> = fc
  .record({
    sizes: fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(20) }, fc.nat(500), fc.constant(0)), { maxLength: 60 }),
    giant: fc.option(fc.integer({ min: 1000, max: 100_000 }), { nil: 0 }),
    media: fc.nat(200),
  })
  .map(({ sizes, giant, media }) => ({ clusters: clustersOf(giant, ...sizes), mediaIds: mediaOf(media) }))

/** The same content in another order, some of it twice. */
export function jumbled(content: PartContent): fc.Arbitrary<PartContent> {
  const { clusters, mediaIds } = content
  return fc
    .record({ moreClusters: fc.subarray(clusters), moreIds: fc.subarray(mediaIds) })
    .chain(({ moreClusters, moreIds }) => {
      const [all, ids] = [
        [...clusters, ...moreClusters],
        [...mediaIds, ...moreIds],
      ]
      return fc.record({
        clusters: fc.shuffledSubarray(all, { minLength: all.length }),
        mediaIds: fc.shuffledSubarray(ids, { minLength: ids.length }),
      })
    })
}
