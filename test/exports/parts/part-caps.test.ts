import { describe, expect, it } from 'vitest'
import { PartCaps } from '../../../src/exports/parts/part-caps.ts'
import { clustersOf, mediaOf } from './part-content.ts'

const clusters = (...sizes: number[]) => ({ clusters: clustersOf(...sizes), mediaIds: [] })
const media = (count: number) => ({ clusters: [], mediaIds: mediaOf(count) })

describe('PartCaps', () => {
  it('know nothing at first', () => {
    const caps = new PartCaps(undefined, true)
    expect([caps.clusters, caps.media, caps.toState()]).toEqual([Infinity, Infinity, undefined])
  })

  it('learn of both kinds from either where clusters are counted', () => {
    const caps = new PartCaps(undefined, true)
    caps.refused(clusters(30, 30), '60 exceeds threshold 20', 60)
    expect([caps.clusters, caps.media]).toEqual([20, 20])
    caps.refused(media(16), 'too many', undefined)
    expect([caps.clusters, caps.media]).toEqual([8, 8])
    expect([caps.of(clusters(1)), caps.of(media(1))]).toEqual([8, 8])
  })

  it('take the items of media for items, where those of clusters are none', () => {
    const caps = new PartCaps(undefined, false)
    caps.refused(clusters(1, 1, 1, 1), '4000 exceeds threshold 1000', 4000)
    expect([caps.clusters, caps.media]).toEqual([1, 1000])
    caps.refused(media(900), 'too many', undefined)
    expect([caps.clusters, caps.media]).toEqual([1, 450])
    expect([caps.of(clusters(1)), caps.of(media(1))]).toEqual([1, 450])
  })

  it('learn nothing of clusters that nobody counted from media', () => {
    const caps = new PartCaps(undefined, false)
    caps.refused(media(900), 'too many', undefined)
    expect([caps.clusters, caps.media]).toEqual([Infinity, 450])
  })

  it('learn nothing of media from clusters that nobody counted', () => {
    const caps = new PartCaps(undefined, false)
    caps.refused(clusters(1, 1, 1, 1), 'too many', undefined)
    expect([caps.clusters, caps.media]).toEqual([2, Infinity])
  })

  it('learn nothing from a single item, which may be a cluster that nobody counted', () => {
    const caps = new PartCaps(undefined, true)
    caps.refused(clusters(1), 'too many', undefined)
    caps.refused(media(1), 'too many', undefined)
    expect(caps.toState()).toBeUndefined()
  })

  it('do not fall below what was not refused', () => {
    const caps = new PartCaps(undefined, true)
    caps.accepted(clusters(10, 8), 18)
    caps.accepted(media(12), 12)
    caps.refused(media(20), 'too many', undefined)
    expect([caps.clusters, caps.media]).toEqual([18, 12])
  })

  it.each([
    [18, 12],
    [12, 18],
  ])('trust no more than both what was asked for and what came: %i and %i', (asked, came) => {
    const caps = new PartCaps(undefined, true)
    caps.accepted(clusters(asked), came)
    caps.refused(clusters(20), 'too many', undefined)
    expect(caps.clusters).toBe(12)
  })

  it('are kept where only one of them is known', () => {
    for (const content of [clusters(1, 1, 1, 1), media(900)]) {
      const caps = new PartCaps(undefined, false)
      caps.refused(content, 'too many', undefined)
      const kept = new PartCaps(JSON.parse(JSON.stringify(caps.toState())), false)
      expect([kept.clusters, kept.media]).toEqual([caps.clusters, caps.media])
    }
  })

  it('are the same when they were kept in between', () => {
    const caps = new PartCaps(undefined, true)
    caps.refused(clusters(30, 30), '60 exceeds threshold 20', 60)
    const kept = new PartCaps(JSON.parse(JSON.stringify(caps.toState())), true)
    expect([kept.clusters, kept.media]).toEqual([20, 20])
    expect(new PartCaps({ clusters: 'x', media: 7 }, true).toState()).toBeUndefined()
  })
})
