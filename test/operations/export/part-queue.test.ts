import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { itemsOf } from '../../../src/export/parts/content.ts'
import { clustersOf, mediaOf } from '../../export/parts/part-content.ts'
import { allOf, membersOf, type Service, simulatedQueue, TOO_LARGE } from './simulated-queue.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'queue-'))
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

const never = new AbortController().signal
const queueOf = (service: Service, { name = 'parts', members = true } = {}) =>
  simulatedQueue(join(root, name), service, members)

describe('PartQueue', () => {
  it('brings every item once, under whatever limits, and is seen to by the service before it asks for more', async () => {
    let name = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          sizes: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 25 }),
          media: fc.nat(40),
          cap: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(Infinity)),
          named: fc.boolean(),
          requestBytes: fc.oneof(fc.integer({ min: 300, max: 3000 }), fc.constant(Infinity)),
        }),
        async ({ sizes, media, ...service }) => {
          const content = { clusters: clustersOf(...sizes), mediaIds: mediaOf(media) }
          const run = await queueOf(service, { name: String((name += 1)) })
          await run.queue.run(content, never)
          expect(run.came.sort()).toEqual(allOf(content))
          expect(run.kept.parts.every(({ whole }) => whole !== undefined)).toBe(true)
          expect(new Set(run.kept.parts.map(({ number }) => number)).size).toBe(run.kept.parts.length)
          expect(run.most.proven).toBeLessThanOrEqual(3)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('has one part on its way until the service works on it, then three', async () => {
    const run = await queueOf({ cap: 5, named: true, turns: 1000 })
    await run.queue.run({ clusters: [], mediaIds: mediaOf(60) }, never)
    expect(run.most).toEqual({ unproven: 1, proven: 3 })
  })

  it('comes to an end in every sequence of rejections', async () => {
    let name = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.constantFrom('reject', 'reject', 'take', 'gone')),
        async (sizes, fates) => {
          const content = { clusters: clustersOf(...sizes), mediaIds: [] }
          const run = await queueOf(
            {
              before() {
                const fate = fates.next().value
                if (fate === 'reject') return { ...TOO_LARGE, words: undefined }
                if (fate === 'gone') return { ...TOO_LARGE, reason: 'nothing_matched', words: undefined }
                return undefined
              },
            },
            { name: String((name += 1)) },
          )
          const end = await run.queue.run(content, never).catch((error: unknown) => error)
          // Only where not a single item is taken is there nothing to divide.
          if (end !== undefined) expect(end).toMatchObject({ code: 'rejected' })
          else expect(new Set(run.came).size).toBe(run.came.length)
          // Each rejection divides or lowers something: a few for each item at most.
          expect(run.started()).toBeLessThanOrEqual(20 * (itemsOf(content) + 1))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('takes a cluster apart that is listed with one item and contains many', async () => {
    const clusters = clustersOf(1, 1, 1)
    const truth = { [clusters[1]?.id ?? '']: 25 }
    const run = await queueOf({ cap: 10, truth })
    await run.queue.run({ clusters, mediaIds: [] }, never)
    expect(run.came.sort()).toEqual(allOf({ clusters, mediaIds: [] }, truth))
  })

  it('fails naming what nobody can divide, once nothing runs any longer', async () => {
    const clusters = clustersOf(30, 8)
    const run = await queueOf({ cap: 10 }, { members: false })
    const error = await run.queue.run({ clusters, mediaIds: [] }, never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'rejected', message: expect.stringContaining(clusters[0]?.id ?? '') })
  })

  it('exports nothing again that is whole, also if its cluster is divided later', async () => {
    const [cluster] = clustersOf(5)
    if (!cluster) throw new Error('no cluster')
    const members = membersOf(cluster, 5)
    const run = await queueOf({ cap: 3, named: true })
    await run.queue.run({ clusters: [], mediaIds: members.slice(0, 2) }, never)
    expect(run.started()).toBe(1)
    await run.queue.run({ clusters: [cluster], mediaIds: [] }, never)
    expect(run.came.sort()).toEqual(members)
    // The cluster, which is rejected, and what is left of it.
    expect(run.started()).toBe(3)
    expect(run.kept.parts.map(({ exportId }) => exportId)).toEqual(['export-1', 'export-3'])
  })

  it('reports how many items are left, and why parts get smaller', async () => {
    const run = await queueOf({ cap: 2, named: true })
    await run.queue.run({ clusters: [], mediaIds: mediaOf(20) }, never)
    // How many had started by then is a matter of turns.
    expect(run.left).toHaveLength(10)
    expect(run.left).toEqual(run.left.toSorted((one, other) => other - one))
    expect(run.left[0]).toBeGreaterThanOrEqual(12)
    expect(run.left.at(-1)).toBe(0)
    const lines = run.step.reporter.lines.join('\n')
    expect(lines).toContain(
      'Part 1 with 20 items was rejected as too large (20 exceeds threshold 2); limiting parts to 2',
    )
    expect(lines).toContain('10 of 10 parts done')
  })

  it('leaves out a part that matches nothing any longer', async () => {
    const gone = { ...TOO_LARGE, reason: 'nothing_matched', words: undefined } as const
    const run = await queueOf({ cap: 2, before: ({ part }) => (part.number === 2 ? gone : undefined) })
    await run.queue.run({ clusters: [], mediaIds: mediaOf(2) }, never)
    await run.queue.run({ clusters: clustersOf(1), mediaIds: [] }, never)
    expect(run.kept.parts).toHaveLength(1)
    expect(run.came).toEqual(mediaOf(2))
    expect(run.step.reporter.lines.join('\n')).toContain('Part 2 matched nothing')
  })

  it('fails with a rejection that is not about the size', async () => {
    const other = { ...TOO_LARGE, reason: 'other', words: 'not for trial accounts' } as const
    const run = await queueOf({ before: () => other })
    const error = await run.queue.run({ clusters: [], mediaIds: mediaOf(2) }, never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'rejected', apiWords: 'not for trial accounts' })
    expect(run.started()).toBe(1)
  })

  it.each([
    ['stated', 60, 'exceeds threshold 20', 60, 20],
    ['stated, in the numbers of the service', 60, 'number of entities 120 exceeds threshold 20', 120, 10],
    ['not stated', 61, 'too many entities', undefined, 30],
    ['stated, and no limit', 60, 'exceeds threshold 100', 60, 30],
  ])('lowers the cap by a rejection: %s', async (_, items, words, counted, cap) => {
    const { queue } = await queueOf({})
    queue.reject(items, words, counted)
    expect(queue.cap).toBe(cap)
    queue.reject(items * 10, undefined)
    expect(queue.cap).toBe(cap)
  })

  it('throws what stopped it once nothing runs any more, and the next run brings the rest', async () => {
    const content = { clusters: clustersOf(...Array.from({ length: 8 }, () => 10)), mediaIds: mediaOf(10) }
    const lost = new ActionError('operation_failed', 'worker lost')
    const first = await queueOf({
      cap: 10,
      before(_, count) {
        if (count >= 6) throw lost
        return undefined
      },
    })
    await expect(first.queue.run(content, never)).rejects.toBe(lost)
    const there = first.came.length
    expect(there).toBeGreaterThan(0)
    const second = await queueOf({ cap: 10 })
    // No file of the parts is there, so that all are fetched again; what they ask for is known.
    expect(second.kept.parts).toHaveLength(first.kept.parts.length)
    const asked = new Set(second.kept.parts.flatMap(({ content: { clusters } }) => clusters.map(({ id }) => id)))
    const rest = content.clusters.filter(({ id }) => !asked.has(id))
    const media = second.kept.parts.some((part) => part.content.mediaIds.length > 0) ? [] : content.mediaIds
    await second.queue.run({ clusters: rest, mediaIds: media }, never)
    expect(second.came.sort()).toEqual(allOf(content))
  })

  it('stops for its signal, with the reason of it', async () => {
    const end = new AbortController()
    const reason = new Error('cancelled')
    const run = await queueOf({
      cap: 10,
      before(_, count) {
        if (count === 3) end.abort(reason)
        return undefined
      },
    })
    const content = { clusters: clustersOf(...Array.from({ length: 20 }, () => 9)), mediaIds: [] }
    await expect(run.queue.run(content, end.signal)).rejects.toBe(reason)
    expect(run.started()).toBeLessThan(8)
  })

  it('reports the status every few seconds, however many parts there are', async () => {
    const run = await queueOf({ cap: 1 })
    await run.queue.run({ clusters: clustersOf(...Array.from({ length: 200 }, () => 1)), mediaIds: [] }, never)
    const lines = run.step.reporter.lines.filter((line) => line.includes('parts done'))
    expect(lines.at(-1)).toBe('200 of 200 parts done')
    expect(lines.length).toBeLessThanOrEqual(3 + run.step.clock.now() / 5_000)
  })
})
