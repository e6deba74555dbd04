import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cluster, itemsOf, type PartContent } from '../../../src/export/parts/content.ts'
import { pack, evenLengths } from '../../../src/export/parts/pack.ts'
import { requestBytesOf } from '../../../src/export/parts/request-bytes.ts'
import { clustersOf, idOf, jumbled, mediaOf, someContent } from './part-content.ts'

const ANY_LENGTH = 2 ** 40

function sizes(parts: readonly PartContent[]): number[][] {
  return parts.map(({ clusters, mediaIds }) =>
    clusters.length > 0 ? clusters.map(({ items }) => items) : [mediaIds.length],
  )
}

function ids(clusters: readonly Cluster[]): string[] {
  return clusters.map(({ id }) => id).sort()
}

/** The fewest parts that hold clusters of these sizes, found by trying all ways. */
function fewest(left: readonly number[], cap: number, rooms: readonly number[] = []): number {
  const [size, ...others] = left
  if (size === undefined) return rooms.length
  let least = fewest(others, cap, [...rooms, cap - size])
  for (const [index, room] of rooms.entries()) {
    if (room >= size) least = Math.min(least, fewest(others, cap, rooms.with(index, room - size)))
  }
  return least
}

describe('packing', () => {
  it.each<[string, number[], number, number[][]]>([
    [
      'fills the first part that has room',
      [2, 6, 3, 5, 4],
      10,
      [
        [6, 4],
        [5, 3, 2],
      ],
    ],
    ['takes a cluster of just the cap', [10, 1], 10, [[10], [1]]],
    ['leaves out empty clusters', [0, 0, 3], 10, [[3]]],
    ['makes one part where no cap is known', [5, 500_000], Infinity, [[500_000, 5]]],
    ['makes none of nothing', [], 10, []],
    ['makes none of what is empty', [0], 10, []],
  ])('%s', (_, given, cap, expected) => {
    const { parts, oversize } = pack(
      { clusters: clustersOf(...given), mediaIds: [] },
      { cap, requestBytes: ANY_LENGTH },
    )
    expect(sizes(parts)).toEqual(expected)
    expect(oversize).toEqual([])
  })

  it('hands back clusters that no part can hold', () => {
    const { parts, oversize } = pack(
      { clusters: clustersOf(4, 11, 12), mediaIds: [] },
      { cap: 10, requestBytes: ANY_LENGTH },
    )
    expect(oversize.map(({ items }) => items)).toEqual([12, 11])
    expect(sizes(parts)).toEqual([[4]])
  })

  it('cuts media into equal slices, in order, apart from the clusters', () => {
    const content = { clusters: clustersOf(1), mediaIds: mediaOf(11).reverse() }
    const { parts } = pack(content, { cap: 4, requestBytes: ANY_LENGTH })
    expect(sizes(parts)).toEqual([[1], [4], [4], [3]])
    expect(parts.flatMap(({ mediaIds }) => mediaIds)).toEqual(mediaOf(11))
  })

  it.each([
    [Infinity, Infinity, [5]],
    [2.5, Infinity, [2, 2, 1]],
    [Infinity, 0, [1, 1, 1, 1, 1]],
  ])('cuts media for a cap of %s and requests of %s bytes', (cap, requestBytes, expected) => {
    expect(sizes(pack({ clusters: [], mediaIds: mediaOf(5) }, { cap, requestBytes }).parts).flat()).toEqual(expected)
  })

  it('gives each cluster a part of its own where the request has no room for two', () => {
    const content = { clusters: clustersOf(1, 1, 1), mediaIds: [] }
    const two = requestBytesOf({ clusters: clustersOf(1, 1), mediaIds: [] }, 50)
    const parts = (requestBytes: number) => pack(content, { cap: 9, requestBytes, extraClusterBytes: 50 }).parts
    expect(sizes(parts(two))).toEqual([[1, 1], [1]])
    expect(sizes(parts(two - 1))).toEqual([[1], [1], [1]])
    expect(sizes(parts(0))).toEqual([[1], [1], [1]])
  })

  it.each([0, 0.5, -1, Number.NaN])('rejects a cap of %s', (cap) => {
    expect(() => pack({ clusters: [], mediaIds: [] }, { cap, requestBytes: ANY_LENGTH })).toThrow(RangeError)
  })

  it('finds room for clusters of which no two fit together', () => {
    const given = Array.from({ length: 40 }, () => 6)
    const { parts } = pack({ clusters: clustersOf(...given), mediaIds: [] }, { cap: 10, requestBytes: ANY_LENGTH })
    expect(sizes(parts)).toEqual(given.map((size) => [size]))
  })

  const limits = fc.record({
    cap: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constant(Infinity)),
    requestBytes: fc.integer({ min: 0, max: 6000 }),
  })

  it('puts everything into exactly one part, within the limits, none empty, none mixed', () => {
    fc.assert(
      fc.property(someContent, limits, (content, { cap, requestBytes }) => {
        const { parts, oversize } = pack(content, { cap, requestBytes })
        const packed = parts.flatMap(({ clusters }) => clusters)
        expect(ids([...packed, ...oversize])).toEqual(ids(content.clusters.filter(({ items }) => items > 0)))
        expect(parts.flatMap(({ mediaIds }) => mediaIds).sort()).toEqual([...content.mediaIds].sort())
        expect(oversize.every(({ items }) => items > cap)).toBe(true)
        for (const part of parts) {
          const entries = part.clusters.length + part.mediaIds.length
          expect(entries).toBeGreaterThan(0)
          expect(part.clusters.length === 0 || part.mediaIds.length === 0).toBe(true)
          expect(itemsOf(part)).toBeLessThanOrEqual(cap)
          if (entries > 1) expect(requestBytesOf(part)).toBeLessThanOrEqual(requestBytes)
        }
      }),
    )
  })

  it('depends on the content, not on its order', () => {
    const twice = someContent.chain((content) => fc.tuple(fc.constant(content), jumbled(content)))
    fc.assert(
      fc.property(twice, limits, ([content, other], bounds) => {
        expect(pack(other, bounds)).toEqual(pack(content, bounds))
      }),
    )
  })

  it('needs at most 11/9 of the fewest parts possible, and 6/9 of one', () => {
    const few = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 })
    fc.assert(
      fc.property(few, (given) => {
        const { parts } = pack({ clusters: clustersOf(...given), mediaIds: [] }, { cap: 30, requestBytes: ANY_LENGTH })
        expect(parts.length).toBeLessThanOrEqual((11 * fewest(given, 30) + 6) / 9)
      }),
    )
  })

  it('fills all parts but one to within the largest cluster', () => {
    fc.assert(
      fc.property(someContent, fc.integer({ min: 500, max: 5000 }), ({ clusters }, cap) => {
        const { parts } = pack({ clusters, mediaIds: [] }, { cap, requestBytes: ANY_LENGTH })
        const packed = parts.flatMap((part) => part.clusters.map(({ items }) => items))
        const items = packed.reduce((sum, size) => sum + size, 0)
        expect((parts.length - 1) * (cap - Math.max(0, ...packed) + 1)).toBeLessThanOrEqual(items)
        expect(parts.length).toBeLessThan(2 * Math.max(1, Math.ceil(items / cap)))
      }),
    )
  })

  it('divides a rejected part into parts below the new cap', () => {
    fc.assert(
      fc.property(someContent, fc.integer({ min: 2, max: 600 }), (content, cap) => {
        for (const part of pack(content, { cap, requestBytes: ANY_LENGTH }).parts) {
          const lower = Math.max(1, Math.floor(itemsOf(part) / 2))
          const { parts, oversize } = pack(part, { cap: lower, requestBytes: ANY_LENGTH })
          expect(parts.every((smaller) => itemsOf(smaller) <= lower)).toBe(true)
          expect(
            itemsOf({ clusters: oversize, mediaIds: [] }) + parts.reduce((sum, one) => sum + itemsOf(one), 0),
          ).toBe(itemsOf(part))
        }
      }),
    )
  })

  it('packs a hundred thousand clusters beside a giant', () => {
    const tiny = Array.from({ length: 100_000 }, (_, index) => ({ id: idOf(index), items: (index % 7) + 1 }))
    const { parts, oversize } = pack(
      { clusters: [...tiny, { id: 'giant', items: 10_000_000 }], mediaIds: [] },
      { cap: 5000, requestBytes: ANY_LENGTH },
    )
    const items = tiny.reduce((sum, cluster) => sum + cluster.items, 0)
    expect(oversize.map(({ id }) => id)).toEqual(['giant'])
    expect(parts.length).toBe(Math.ceil(items / 5000))
    expect(ids(parts.flatMap(({ clusters }) => clusters))).toEqual(ids(tiny))
  })
})

describe('the lengths of slices', () => {
  it('sum up, differ by one at most, and are as few as can be', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 100 }), (count, most) => {
        const lengths = evenLengths(count, most)
        expect(lengths.length).toBe(Math.ceil(count / most))
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(count)
        expect(Math.max(0, ...lengths) - Math.min(...lengths, Infinity)).toBeLessThanOrEqual(count === 0 ? 0 : 1)
        expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(most)
      }),
    )
  })
})
