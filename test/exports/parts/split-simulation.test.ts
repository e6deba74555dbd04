import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/exports/parts/content.ts'
import { type Asked, simulate, zipfClusters } from '../../bench/split-simulation.ts'

const ITEMS = 100_000
const CLUSTERS = 2000

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

describe('a simulated split of 100,000 items', () => {
  const clusters = zipfClusters(ITEMS, CLUSTERS)

  it('has a dataset of that size, the same each time', () => {
    expect(sum(clusters.map(({ items }) => items))).toBe(ITEMS)
    expect(clusters.every(({ items }) => items >= 1)).toBe(true)
    expect(new Set(clusters.map(({ id }) => id)).size).toBe(CLUSTERS)
    expect(zipfClusters(ITEMS, CLUSTERS)).toEqual(clusters)
  })

  it.each([
    [200_000, true, 1],
    [5000, true, 1],
    [5000, false, 1],
    [100, true, 1],
    [100, false, 1],
    [5000, true, 8],
    [5000, false, 8],
    [1000, false, 64],
  ])('exports everything once: cap %i, named %s, runners %i', (cap, named, runners) => {
    const parts: Asked[] = []
    const seen = new Set<number>()
    const split = simulate(clusters, { cap, named }, runners, (part, runner) => {
      parts.push(part)
      seen.add(runner)
    })
    const whole: Cluster[] = parts.flatMap((part) => part.clusters)
    const ids = new Set(whole.map(({ id }) => id))
    expect(ids.size).toBe(whole.length)
    const divided = clusters.filter(({ id }) => !ids.has(id))
    expect(sum(parts.map(({ media }) => media))).toBe(sum(divided.map(({ items }) => items)))
    expect(sum(whole.map(({ items }) => items)) + sum(divided.map(({ items }) => items))).toBe(ITEMS)
    const sizes = parts.map((part) => part.media + sum(part.clusters.map(({ items }) => items)))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(cap)
    expect(split.parts).toBe(parts.length)
    expect(seen.size).toBe(runners)
    expect(split.uneven).toBeLessThanOrEqual(1.1)
    const asked = Math.ceil(ITEMS / runners)
    const most = asked * 1.1 <= cap ? 0 : named ? 1 : Math.log2((asked * 1.1) / cap) + 1
    expect(split.refused).toBeLessThanOrEqual(runners * most)
  })

  it.each([8, 64])('lists a cluster only for the runners that share it: %i runners', (runners) => {
    const pages = (items: number) => Math.ceil(items / 100) + 1
    const fair = ITEMS / runners
    const listed = clusters.filter(({ items }) => items > fair)
    const split = simulate(clusters, { cap: ITEMS, named: true }, runners)
    expect(split.memberPages).toBeGreaterThanOrEqual(sum(listed.map(({ items }) => 2 * pages(items))))
    // Those that it fills, and one at either end.
    const most = listed.map(({ items }) => (Math.ceil(items / fair) + 1) * pages(items))
    expect(split.memberPages).toBeLessThanOrEqual(sum(most))
  })
})
