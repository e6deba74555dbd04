import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cluster, inOrder, itemsOf, type PartContent } from '../../../src/export/parts/content.ts'
import { clustersToSplit, fillUp, planDigest, type Shard, shardOf, shardsOf } from '../../../src/export/parts/shard.ts'
import { clustersOf, idOf, jumbled, mediaOf, someContent } from './part-content.ts'

const runners = fc.integer({ min: 1, max: 40 })

function sized(number: number, items: number): Cluster {
  return { id: idOf(number), items }
}

function ids(clusters: readonly Cluster[]): string[] {
  return clusters.map(({ id }) => id).sort()
}

function total(clusters: readonly Cluster[]): number {
  return itemsOf({ clusters: [...clusters], mediaIds: [] })
}

/** How much a runner has: of clusters that several runners export, as many as its ranges are long. */
function loadOf(shard: Shard): number {
  return shard.ranges.reduce((sum, { from, to }) => sum + to - from, itemsOf(shard))
}

function mostAndLeast(content: PartContent, of: number): [number, number] {
  const loads = shardsOf(content, of).map(loadOf)
  return [Math.max(...loads), Math.min(...loads)]
}

/** The ranges of each cluster that several runners export, as `[from, to]` in their order. */
function rangesByCluster(shards: readonly Shard[]): [Cluster, [number, number][]][] {
  const ranges = shards.flatMap((shard) => shard.ranges)
  const found = Map.groupBy(ranges, ({ cluster }) => cluster)
  return [...found].map(([cluster, parts]) => [cluster, parts.map(({ from, to }): [number, number] => [from, to])])
}

describe('a shard', () => {
  it('takes clusters from the largest down, and fills up with media', () => {
    const content = { clusters: clustersOf(7, 5, 4, 0), mediaIds: mediaOf(8).reverse() }
    expect(shardsOf(content, 2)).toEqual([
      { clusters: [{ id: idOf(0), items: 7 }], ranges: [], mediaIds: mediaOf(5) },
      { clusters: clustersOf(7, 5, 4).slice(1), ranges: [], mediaIds: mediaOf(8).slice(5) },
    ])
  })

  it('is filled with what is above the mean, and has the last of it with the next one', () => {
    const [giant, large, small] = [sized(0, 50), sized(1, 35), sized(2, 5)]
    const middle = [
      { cluster: giant, from: 30, to: 50 },
      { cluster: large, from: 0, to: 10 },
    ]
    expect(shardsOf({ clusters: [giant, large, small], mediaIds: [] }, 3)).toEqual([
      { clusters: [], ranges: [{ cluster: giant, from: 0, to: 30 }], mediaIds: [] },
      { clusters: [], ranges: middle, mediaIds: [] },
      { clusters: [small], ranges: [{ cluster: large, from: 10, to: 35 }], mediaIds: [] },
    ])
  })

  it('fills up with what would have made it too large', () => {
    const [first, second, third] = [sized(0, 33), sized(1, 33), sized(2, 33)]
    expect(shardsOf({ clusters: [first, second, third], mediaIds: mediaOf(3) }, 2)).toEqual([
      { clusters: [first], ranges: [{ cluster: third, from: 0, to: 17 }], mediaIds: mediaOf(1) },
      { clusters: [second], ranges: [{ cluster: third, from: 17, to: 33 }], mediaIds: mediaOf(3).slice(1) },
    ])
  })

  it('has whole what begins and ends with it', () => {
    const [giant, second, third] = [sized(0, 20), sized(1, 11), sized(2, 11)]
    expect(shardsOf({ clusters: [giant, second, third], mediaIds: [] }, 4)).toEqual([
      { clusters: [], ranges: [{ cluster: giant, from: 0, to: 10 }], mediaIds: [] },
      { clusters: [], ranges: [{ cluster: giant, from: 10, to: 20 }], mediaIds: [] },
      { clusters: [second], ranges: [], mediaIds: [] },
      { clusters: [third], ranges: [], mediaIds: [] },
    ])
  })

  it('is filled up with media after its ranges', () => {
    const giant = sized(0, 41)
    expect(shardsOf({ clusters: [giant], mediaIds: mediaOf(4) }, 2)).toEqual([
      { clusters: [], ranges: [{ cluster: giant, from: 0, to: 20 }], mediaIds: mediaOf(3) },
      { clusters: [], ranges: [{ cluster: giant, from: 20, to: 41 }], mediaIds: mediaOf(4).slice(3) },
    ])
  })

  it('is everything, where there is one', () => {
    const content = { clusters: clustersOf(3000, 2), mediaIds: mediaOf(4) }
    expect(shardOf(content, { index: 1, of: 1 })).toEqual({ ...content, ranges: [] })
  })

  it('is one of the shards, counted from 1', () => {
    const content = { clusters: clustersOf(30, 20, 10), mediaIds: mediaOf(4) }
    const all = [1, 2, 3].map((index) => shardOf(content, { index, of: 3 }))
    expect(all).toEqual(shardsOf(content, 3))
  })

  it.each([0, 4, -1, 1.5])('has a number from 1 to their count, not %s', (index) => {
    expect(() => shardOf({ clusters: [], mediaIds: [] }, { index, of: 3 })).toThrow(RangeError)
  })

  it('contains what no other contains, and all together contain everything', () => {
    fc.assert(
      fc.property(someContent, runners, (content, of) => {
        const shards = shardsOf(content, of)
        const parts = rangesByCluster(shards)
        const whole = shards.flatMap(({ clusters }) => clusters)
        const split = parts.map(([cluster]) => cluster)
        expect(ids([...whole, ...split])).toEqual(ids(content.clusters.filter(({ items }) => items > 0)))
        for (const [{ items }, ranges] of parts) {
          const borders = [0, ...ranges.map(([, to]) => to)]
          expect(ranges).toEqual(borders.slice(1).map((to, index) => [borders[index], to]))
          expect(borders).toEqual(borders.toSorted((one, other) => one - other))
          expect(new Set(borders).size).toBe(borders.length)
          expect(borders.at(-1)).toBe(items)
        }
        expect(shards.flatMap(({ mediaIds }) => mediaIds)).toEqual([...content.mediaIds].sort())
      }),
    )
  })

  it('depends on the content, not on its order', () => {
    const twice = someContent.chain((content) => fc.tuple(fc.constant(content), jumbled(content)))
    fc.assert(
      fc.property(twice, runners, ([content, other], of) => {
        expect(shardsOf(other, of)).toEqual(shardsOf(content, of))
        expect(planDigest(other, of)).toBe(planDigest(content, of))
        expect(clustersToSplit(other.clusters, of)).toEqual(clustersToSplit(content.clusters, of))
      }),
    )
  })

  it('differs from another by the largest cluster that is not to be split, at most', () => {
    fc.assert(
      fc.property(someContent, runners, (content, of) => {
        const split = new Set(ids(clustersToSplit(content.clusters, of)))
        const whole = content.clusters.filter(({ id }) => !split.has(id))
        const [most, least] = mostAndLeast(content, of)
        expect(most - least).toBeLessThanOrEqual(Math.max(1, ...whole.map(({ items }) => items)))
      }),
    )
  })

  it('differs from another by one item at most where nothing stays whole', () => {
    const giants = fc.array(fc.integer({ min: 2000, max: 4000 }), { maxLength: 5 })
    fc.assert(
      fc.property(giants, fc.nat(300), fc.integer({ min: 10, max: 200 }), (sizes, media, of) => {
        const clusters = clustersOf(...sizes)
        expect(clustersToSplit(clusters, of)).toHaveLength(sizes.length)
        const [most, least] = mostAndLeast({ clusters, mediaIds: mediaOf(media) }, of)
        expect(most - least).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('has of those that stay whole each that came when it was the emptiest, and the first of such', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 60 }), runners, (sizes, of) => {
        const clusters = clustersOf(...sizes)
        fc.pre(clustersToSplit(clusters, of).length === 0)
        const expected = Array.from({ length: of }, (): Cluster[] => [])
        for (const cluster of inOrder({ clusters, mediaIds: [] }).clusters) {
          const loads = expected.map(total)
          expected[loads.indexOf(Math.min(...loads))]?.push(cluster)
        }
        expect(shardsOf({ clusters, mediaIds: [] }, of).map((shard) => shard.clusters)).toEqual(expected)
      }),
    )
  })

  it('are of as few split clusters as possible', () => {
    fc.assert(
      fc.property(someContent, runners, (content, of) => {
        const shards = shardsOf(content, of)
        const toList = shards.map(({ ranges }) => ranges.length).reduce((sum, count) => sum + count, 0)
        const split = clustersToSplit(content.clusters, of)
        expect(toList).toBeLessThanOrEqual(split.length + of - 1)
        // Nobody lists what nobody else exports.
        for (const [, ranges] of rangesByCluster(shards)) expect(ranges.length).toBeGreaterThan(1)
      }),
    )
  })
})

describe('filling up', () => {
  it.each([
    [[0, 0, 0], 7, [3, 2, 2]],
    [[5, 0, 2], 4, [0, 3, 1]],
    [[5, 5], 0, [0, 0]],
    [[0, 3], 3, [3, 0]],
    [[3, 0, 3], 5, [1, 4, 0]],
    [[9, 1], 2, [0, 2]],
  ])('levels %j with %i items', (loads, items, expected) => {
    expect(fillUp(loads, items)).toEqual(expected)
  })

  it('puts every item where there is least', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 20 }), fc.nat(300), (loads, items) => {
        const oneByOne = [...loads]
        for (let item = 0; item < items; item += 1)
          oneByOne[oneByOne.indexOf(Math.min(...oneByOne))] = Math.min(...oneByOne) + 1
        const filled = fillUp(loads, items)
        expect(Math.min(...filled)).toBeGreaterThanOrEqual(0)
        const rising = (levels: number[]) => levels.sort((one, other) => one - other)
        expect(rising(loads.map((load, index) => load + (filled[index] ?? 0)))).toEqual(rising(oneByOne))
      }),
    )
  })
})

describe('the clusters to split', () => {
  it.each<[string, number[], number, number[]]>([
    ['a giant', [1000, 1, 1], 4, [1000]],
    ['what is above the mean', [60, 40], 2, [60]],
    ['what is a little above the mean, too', [105, 95], 2, [105]],
    ['none where it is even', [50, 50], 2, []],
    ['none where it is even to a tenth', [45, 30, 25], 2, []],
    ['none where it is even to just a tenth', [6, 6, 5, 3], 2, []],
    ['one of three for two', [33, 33, 33], 2, [33]],
    ['none for one runner', [1000, 1], 1, []],
    ['none where there are few items', [19], 2, []],
    ['some where there are just enough items', [20], 2, [20]],
    ['none of many tiny ones', Array.from({ length: 500 }, () => 1), 16, []],
    ['none of nothing', [0, 0], 3, []],
  ])('are %s', (_, sizes, of, expected) => {
    expect(clustersToSplit(clustersOf(...sizes), of).map(({ items }) => items)).toEqual(expected)
  })

  it('leave no shard more than a tenth above the mean, and nothing above the mean', () => {
    fc.assert(
      fc.property(someContent, runners, ({ clusters }, of) => {
        const split = clustersToSplit(clusters, of)
        const mean = total(clusters) / of
        if (of === 1 || mean < 10) {
          expect(split).toEqual([])
          return
        }
        const [most] = mostAndLeast({ clusters, mediaIds: [] }, of)
        expect(most).toBeLessThanOrEqual(Math.max(1.1 * mean, Math.ceil(mean)))
        const dividedIds = new Set(ids(split))
        expect(clusters.every(({ id, items }) => items <= mean || dividedIds.has(id))).toBe(true)
      }),
    )
  })

  it('are only as many as it takes: with the last of them whole, a shard would be too large', () => {
    fc.assert(
      fc.property(someContent, runners, ({ clusters }, of) => {
        const split = clustersToSplit(clusters, of)
        const mean = total(clusters) / of
        const last = split.at(-1)
        if (!last || last.items > mean) return
        // Later clusters are no larger: they came to the emptiest shard after it.
        for (const { clusters: whole, ranges } of shardsOf({ clusters, mediaIds: [] }, of)) {
          const before = whole.filter(({ items }) => items >= last.items)
          const giants = ranges.filter(({ cluster }) => cluster.items > mean)
          const load = loadOf({ clusters: before, ranges: giants, mediaIds: [] })
          expect(load + last.items).toBeGreaterThan(1.1 * mean)
        }
      }),
    )
  })
})

describe('the digest of a plan', () => {
  const content = { clusters: clustersOf(3, 2), mediaIds: mediaOf(2) }

  it('is SHA-256 over lines: jobs of one matrix may run different versions', () => {
    const lines = ['2 shards', `"${idOf(0)}" 3`, `"${idOf(1)}" 2`, `"${idOf(0)}"`, `"${idOf(1)}"`, '']
    expect(planDigest(content, 2)).toBe(createHash('sha256').update(lines.join('\n')).digest('hex'))
  })

  it.each<[string, PartContent, number]>([
    ['another number of shards', content, 3],
    ['another count', { ...content, clusters: clustersOf(3, 1) }, 2],
    ['a cluster less', { ...content, clusters: clustersOf(3) }, 2],
    ['a media id less', { ...content, mediaIds: mediaOf(1) }, 2],
    ['another media id', { ...content, mediaIds: [idOf(0), idOf(9)] }, 2],
    ['a cluster that reads like media', { clusters: [], mediaIds: [idOf(0), `${idOf(1)}" 2\n"`] }, 2],
  ])('reports %s', (_, other, of) => {
    expect(planDigest(other, of)).not.toBe(planDigest(content, 2))
  })
})

describe('many clusters', () => {
  it('a hundred thousand and a giant are shards out evenly over 256', () => {
    const tiny = Array.from({ length: 100_000 }, (_, index) => ({ id: idOf(index), items: (index % 50) + 1 }))
    const clusters = [...tiny, { id: 'giant', items: 300_000 }]
    const split = clustersToSplit(clusters, 256)
    expect(split.map(({ id }) => id)).toEqual(['giant'])
    const shards = shardsOf({ clusters, mediaIds: [] }, 256)
    const loads = shards.map(loadOf)
    expect(loads.reduce((sum, load) => sum + load, 0)).toBe(total(clusters))
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1)
    // Of the giant, which fills almost 27 shards, no other runner has to list anything.
    expect(shards.map(({ ranges }) => ranges.length)).toEqual(loads.map((_, index) => (index < 27 ? 1 : 0)))
  })
})
