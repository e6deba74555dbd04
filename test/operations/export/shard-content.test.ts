import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type Cluster, itemsOf, type PartContent } from '../../../src/export/parts/content.ts'
import { planDigest } from '../../../src/export/parts/shard.ts'
import type { ExportSubject } from '../../../src/operations/export/export-subject.ts'
import { shardContentOf } from '../../../src/operations/export/shard-content.ts'
import { clustersOf, idOf, mediaOf } from '../../export/parts/part-content.ts'
import { request } from '../../inputs/step-inputs.ts'
import { dataset, SOURCE } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'

const subject: ExportSubject = {
  source: dataset(),
  exported: dataset(),
  snapshot: undefined,
  carryOn: () => '',
  again: () => '',
}

type Members = (clusterId: string) => string[] | undefined

/** As many members as a cluster has items, and `more`, with ids that tell whose they are; the last one comes first. */
function membersOf(clusters: readonly Cluster[], more = 0): Members {
  const items = new Map(clusters.map((cluster) => [cluster.id, cluster.items]))
  return (id) => Array.from({ length: (items.get(id) ?? 0) + more }, (_, index) => `${id}/${idOf(index)}`).reverse()
}

/** What the jobs of a matrix find, each for itself. */
async function shardsOf(content: PartContent, of: number | undefined, members: Members, inputs = {}) {
  const jobs = of === undefined ? [{}] : Array.from({ length: of }, (_, index) => ({ shard: `${index + 1}/${of}` }))
  return Promise.all(
    jobs.map(async (shard, index) => {
      const step = fakeStep()
      const list = vi.spyOn(step.api.explore, 'members').mockImplementation(async (_, id) => members(id))
      // Not every job is told of the clusters in the same order.
      const clusters = index % 2 === 0 ? content.clusters : content.clusters.toReversed()
      const listed = { content: { ...content, clusters }, revision: '', ids: undefined, counted: true }
      const own = await shardContentOf(request('export', { ...inputs, ...shard }, process.cwd()), step, subject, listed)
      return {
        ...own,
        calls: list.mock.calls,
        asked: list.mock.calls.map(([, id]) => id),
        notes: step.reporter.notes,
      }
    }),
  )
}

function ids(clusters: readonly Cluster[]): string[] {
  return clusters.map(({ id }) => id)
}

describe('a shard', () => {
  it('is everything without shard, and nothing is listed for it', async () => {
    const content = { clusters: clustersOf(1000, 2), mediaIds: mediaOf(3) }
    const [all] = await shardsOf(content, undefined, () => undefined)
    expect(all).toMatchObject({
      content,
      digest: planDigest(content, 1),
      totalItems: 1005,
      asked: [],
      notes: [],
    })
  })

  it('takes its members of the clusters that it shares, and lists no others', async () => {
    const clusters = clustersOf(50, 35, 5)
    const shards = await shardsOf({ clusters, mediaIds: [] }, 3, membersOf(clusters))
    const members = (cluster: number, from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `${idOf(cluster)}/${idOf(from + index)}`)
    expect(shards.map(({ asked }) => asked)).toEqual([[idOf(0)], [idOf(0), idOf(1)], [idOf(1)]])
    expect(shards.map(({ content }) => content)).toEqual([
      { clusters: [], mediaIds: members(0, 0, 30) },
      { clusters: [], mediaIds: [...members(0, 30, 50), ...members(1, 0, 10)] },
      { clusters: clusters.slice(2), mediaIds: members(1, 10, 35) },
    ])
    expect(shards[1]?.notes).toEqual(['Shard 2 of 3 contains 30 of 90 items.'])
  })

  it('contains what no other contains, and all together contain everything, however many members are listed', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.nat(20),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(9),
        async (counts, media, of, more) => {
          const content = { clusters: clustersOf(...counts), mediaIds: mediaOf(media) }
          const members = membersOf(content.clusters, more)
          const shards = await shardsOf(content, of, members)
          const whole = shards.flatMap((own) => ids(own.content.clusters))
          const divided = ids(content.clusters).filter((id) => !whole.includes(id))
          expect([...whole, ...divided].sort()).toEqual(ids(content.clusters).sort())
          const single = [...content.mediaIds, ...divided.flatMap((id) => members(id) ?? [])]
          expect(shards.flatMap((own) => own.content.mediaIds).sort()).toEqual(single.sort())
          const digest = planDigest(content, of)
          for (const own of shards) expect(own).toMatchObject({ digest, totalItems: itemsOf(content) })
        },
      ),
    )
  })

  it('has a cluster that is not listed as a whole where it begins, and says so there alone', async () => {
    const clusters = clustersOf(50, 35, 5)
    const listed = membersOf(clusters)
    const shards = await shardsOf({ clusters, mediaIds: [] }, 3, (id) => (id === idOf(1) ? undefined : listed(id)))
    expect(shards.map(({ content }) => ids(content.clusters))).toEqual([[], [idOf(1)], [idOf(2)]])
    expect(shards.map(({ content }) => content.mediaIds.length)).toEqual([30, 20, 0])
    expect(shards.map(({ notes }) => notes.filter((note) => note.includes('unequal')).length)).toEqual([0, 1, 0])
    expect(shards[1]?.notes[0]).toContain(`Cluster ${idOf(1)} with 35 items goes to one shard as a whole`)
    expect(new Set(shards.map(({ digest }) => digest)).size).toBe(1)
    expect(shards.map(({ totalItems }) => totalItems)).toEqual([90, 90, 90])
  })

  it('does the same where fewer media are listed than the cluster holds', async () => {
    const clusters = clustersOf(50, 35, 5)
    const listed = membersOf(clusters)
    const shards = await shardsOf({ clusters, mediaIds: [] }, 3, (id) => listed(id)?.slice(1))
    expect(shards.map(({ content }) => ids(content.clusters))).toEqual([[idOf(0)], [idOf(1)], [idOf(2)]])
    expect(shards.flatMap(({ content }) => content.mediaIds)).toEqual([])
  })

  it('counts media once that are in two of its clusters', async () => {
    const clusters = clustersOf(50, 35, 5)
    const members = (id: string) => (id === idOf(0) ? mediaOf(50) : mediaOf(65).slice(30))
    const shards = await shardsOf({ clusters, mediaIds: [] }, 3, members)
    // Of the one cluster those from 30 to 49, of the other those from 30 to 39.
    expect(shards[1]?.content.mediaIds).toEqual(mediaOf(50).slice(30))
    expect(shards[1]?.notes).toEqual(['Shard 2 of 3 contains 20 of 90 items.'])
    expect(new Set(shards.flatMap(({ content }) => content.mediaIds))).toEqual(new Set(mediaOf(65)))
  })

  it('has no excluded media, which do not count in all shards together either', async () => {
    const clusters = clustersOf(50, 35, 5)
    const excluded = [`${idOf(0)}/${idOf(3)}`, `${idOf(1)}/${idOf(34)}`]
    const inputs = { cluster_ids: ids(clusters).join(), exclude_media_ids: excluded.join() }
    const shards = await shardsOf({ clusters, mediaIds: [] }, 3, membersOf(clusters), inputs)
    const media = shards.flatMap(({ content }) => content.mediaIds)
    expect(media).toHaveLength(83)
    expect(new Set(media).size).toBe(83)
    for (const id of excluded) expect(media).not.toContain(id)
    expect(shards.map(({ totalItems }) => totalItems)).toEqual([88, 88, 88])
  })

  it('lists what matches the filter', async () => {
    const clusters = clustersOf(50, 35, 5)
    const vql = '[{"labels":{"op":"one_of","value":["cat"]}}]'
    const [first] = await shardsOf({ clusters, mediaIds: [] }, 3, membersOf(clusters), { vql })
    expect(first?.calls).toEqual([[SOURCE, idOf(0), { entityType: 'IMAGES', vql }]])
  })
})
