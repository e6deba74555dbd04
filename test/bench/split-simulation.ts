import { LearnedCap } from '../../src/exports/parts/cap.ts'
import type { Cluster } from '../../src/exports/parts/content.ts'
import { pack, sliceLengths } from '../../src/exports/parts/pack.ts'
import { mostMedia } from '../../src/exports/parts/request-bytes.ts'
import { shares } from '../../src/exports/parts/shard.ts'

/** The longest request, in bytes. */
const REQUEST_BYTES = 1_000_000
const CLUSTERS_ON_PAGE = 100
/** Not documented; as many as of clusters. */
const MEMBERS_ON_PAGE = 100
/** Media ids of one request: all are UUIDs. */
const MEDIA_IN_REQUEST = mostMedia(['0'.repeat(36)], REQUEST_BYTES)

/** What is asked of the service. Media are counts: a hundred million ids would not fit into memory, nor does planning need them. */
export interface Asked {
  clusters: Cluster[]
  media: number
}

export interface Simulated {
  parts: number
  refused: number
  explorePages: number
  memberPages: number
  /** Items of the largest share, as a multiple of the mean. */
  uneven: number
  planMs: number
}

interface Service {
  /** The most items it exports at once, which the planner is not told. */
  cap: number
  /** Whether its refusals name that number. */
  named: boolean
}

/** `count` clusters with `items` items in all, the largest about twice the second, three times the third, and so on. */
export function zipfClusters(items: number, count: number): Cluster[] {
  const random = randomNumbers(count)
  let weights = 0
  for (let rank = 1; rank <= count; rank += 1) weights += 1 / rank
  let left = items
  return Array.from({ length: count }, (_, index) => {
    const likely = (items * (0.75 + random() / 2)) / weights / (index + 1)
    const most = left - (count - index - 1)
    const size = index === count - 1 ? left : Math.min(most, Math.max(1, Math.round(likely)))
    left -= size
    return { id: uuid(random), items: size }
  })
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32, public domain). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Exports everything from a service that keeps its cap to itself, by one runner or by a matrix of them. `onPart` sees each part. */
export function simulate(
  clusters: readonly Cluster[],
  service: Service,
  runners: number,
  onPart: (part: Asked, runner: number) => void = () => {},
): Simulated {
  const result: Simulated = { parts: 0, refused: 0, explorePages: 0, memberPages: 0, uneven: 1, planMs: 0 }
  const began = performance.now()
  const shared = runners === 1 ? [{ clusters: [...clusters], media: 0 }] : shareOut(clusters, runners, result)
  const loads = shared.map(itemsAsked)
  result.uneven = (Math.max(...loads) * runners) / sum(loads)
  result.explorePages = runners * (Math.ceil(clusters.length / CLUSTERS_ON_PAGE) + 1)
  for (const [runner, share] of shared.entries()) exportShare(share, service, result, (part) => onPart(part, runner))
  result.planMs = performance.now() - began
  return result
}

function shareOut(clusters: readonly Cluster[], runners: number, result: Simulated): Asked[] {
  return shares({ clusters: [...clusters], mediaIds: [] }, runners).map((share) => {
    for (const { cluster } of share.stretches) result.memberPages += memberPages(cluster)
    return { clusters: share.clusters, media: sum(share.stretches.map(({ from, to }) => to - from)) }
  })
}

/** As the action does it: ask, learn from a refusal, divide what was refused and what still waits. */
function exportShare(share: Asked, service: Service, result: Simulated, onPart: (part: Asked) => void): void {
  const cap = new LearnedCap()
  let waiting = [share]
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const items = itemsAsked(next)
    if (items > service.cap) {
      result.refused += 1
      cap.refused(items, refusal(items, service))
      waiting = divide([next, ...waiting], cap.value, result)
    } else {
      cap.accepted(items)
      result.parts += 1
      onPart(next)
    }
  }
}

function refusal(items: number, { cap, named }: Service): string {
  return named
    ? `Export request rejected: number of entities ${items} exceeds threshold ${cap}`
    : 'Export request rejected: too many entities'
}

function divide(asked: readonly Asked[], cap: number, result: Simulated): Asked[] {
  const limits = { cap, requestBytes: REQUEST_BYTES }
  const packed = pack({ clusters: asked.flatMap(({ clusters }) => clusters), mediaIds: [] }, limits)
  for (const cluster of packed.oversize) result.memberPages += memberPages(cluster)
  const media = sum(asked.map((each) => each.media)) + sum(packed.oversize.map(({ items }) => items))
  return [
    ...packed.parts.map(({ clusters }) => ({ clusters, media: 0 })),
    ...sliceLengths(media, Math.min(cap, MEDIA_IN_REQUEST)).map((length) => ({ clusters: [], media: length })),
  ]
}

function memberPages(cluster: Cluster): number {
  return Math.ceil(cluster.items / MEMBERS_ON_PAGE) + 1
}

function itemsAsked({ clusters, media }: Asked): number {
  let items = media
  for (const cluster of clusters) items += cluster.items
  return items
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

const SCALES = [
  { items: 1_300_000, clusters: 2600 },
  { items: 100_000_000, clusters: 200_000 },
]
const SERVICES: (Service & { runners: number })[] = [
  { cap: 200_000, named: true, runners: 1 },
  { cap: 50_000, named: true, runners: 1 },
  { cap: 5000, named: true, runners: 1 },
  { cap: 50_000, named: false, runners: 1 },
  { cap: 5000, named: false, runners: 1 },
  { cap: 50_000, named: true, runners: 8 },
  { cap: 50_000, named: true, runners: 64 },
]

/**
 * How exports that are too large for one are split, from a large dataset to a very large one, as a Markdown table. Nothing is
 * exported: the action's own planning runs against a service that only counts.
 */
export function simulateSplits(): string {
  const datasets = SCALES.map(({ items, clusters }) => ({ items, clusters: zipfClusters(items, clusters) }))
  const rows = SERVICES.map((service) =>
    row(
      service,
      datasets.map(({ items, clusters }) => ({ items, split: simulate(clusters, service, service.runners) })),
    ),
  )
  const [small, large] = SCALES.map(({ items, clusters }) => `${inWords(items)} items in ${inWords(clusters)} clusters`)
  return [
    `Splits, simulated: ${small} → ${large}; pages of ${CLUSTERS_ON_PAGE}, requests of at most ${inWords(REQUEST_BYTES)} bytes (${inWords(MEDIA_IN_REQUEST)} media ids).`,
    '',
    '| hidden cap | named in refusals | runners | parts (least possible) | refused | explore pages | member pages | requests | largest share / mean | planning, ms |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function row(
  { cap, named, runners }: Service & { runners: number },
  runs: { items: number; split: Simulated }[],
): string {
  const cells = runs.map(({ items, split }) => [
    `${inWords(split.parts)} (${inWords(Math.ceil(items / cap))})`,
    inWords(split.refused),
    inWords(split.explorePages),
    inWords(split.memberPages),
    inWords(split.parts + split.refused + split.explorePages + split.memberPages),
    split.uneven.toFixed(3),
    split.planMs.toFixed(0),
  ])
  const [small = [], large = []] = cells
  const grown = small.map((cell, index) => `${cell} → ${large[index]}`)
  return `| ${[inWords(cap), named ? 'yes' : 'no', runners, ...grown].join(' | ')} |`
}

function inWords(count: number): string {
  return count.toLocaleString('en-US')
}
