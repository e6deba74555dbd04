import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMedia } from '../../src/operations/add-media.ts'
import type { Dataset } from '../../src/visual-layer/datasets.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { request } from '../inputs/step-inputs.ts'
import { rejection, RequestClock } from '../visual-layer/loopback.ts'
import { dataset, id, lostReply, neverSent, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const FATES = ['made', 'made, reply lost', 'lost on the way', 'never sent', 'too many requests'] as const

interface Plan {
  fates: (typeof FATES)[number][]
  /** How late a task shows in the list, and a change in the status, in ms. */
  taskLagMs: number
  statusLagMs: number
  workMs: number
  /** With auto_reindex: whether the service reindexes by itself. */
  reindexes: boolean
  autoReindex: boolean
}

/** A service that adds three images each time it is asked, on a dataset that had ten. */
function scene(plan: Plan) {
  const { signal } = new AbortController()
  const clock = new RequestClock(signal)
  const additions: number[] = []
  const reindexes: number[] = []
  const fates = [...plan.fates]
  const workOf = (type: string, at: number, number: number): Task =>
    task({
      id: id(number),
      type,
      datasetId: id(1),
      state: clock.now() >= at + plan.workMs ? 'COMPLETED' : 'RUNNING',
    })
  const statusAt = (now: number): Dataset => {
    const work = [...additions, ...reindexes]
    const images = 10 + 3 * additions.filter((at) => now >= at + plan.workMs).length
    if (work.some((at) => now >= at && now < at + plan.workMs))
      return dataset({ id: id(1), status: 'READ_ONLY', images })
    const partial =
      additions.some((at) => now >= at) && !(plan.autoReindex && plan.reindexes) && !reindexes.some((at) => now >= at)
    return dataset({ id: id(1), status: partial ? 'PARTIAL_INDEX' : 'READY', images })
  }
  const step = fakeStep({
    clock,
    signal,
    maxRetries: 8,
    interval: 500,
    api: {
      datasets: { get: async () => statusAt(clock.now() - plan.statusLagMs) },
      tasks: {
        list: async ({ type }) =>
          [
            task({ id: id(90), type: 'MEDIA_ADDITION', datasetId: id(1), state: 'COMPLETED' }),
            ...additions.map((at, index) => ({ at, shown: workOf('MEDIA_ADDITION', at, 100 + index) })),
            ...reindexes.map((at, index) => ({ at, shown: workOf('REINDEX', at, 200 + index) })),
          ]
            .flatMap((one) => ('shown' in one ? (clock.now() >= one.at + plan.taskLagMs ? [one.shown] : []) : [one]))
            .filter((one) => type === undefined || one.type === type),
      },
      media: {
        add: async () => {
          const fate = fates.shift() ?? 'made'
          if (fate === 'never sent') throw neverSent()
          if (fate === 'too many requests') throw rejected(429, '', 2_000)
          if (fate === 'lost on the way') throw lostReply()
          if (statusAt(clock.now()).status === 'READ_ONLY') throw rejected(409)
          additions.push(clock.now())
          if (fate === 'made, reply lost') throw lostReply()
        },
        reindex: async () => {
          reindexes.push(clock.now())
        },
      },
    },
  })
  const asked = request('add-media', { auto_reindex: String(plan.autoReindex) })
  return { step, additions, reindexes, statusNow: () => statusAt(clock.now()), ended: addMedia.run(asked, step) }
}

const plans: fc.Arbitrary<Plan> = fc.record({
  fates: fc.array(fc.constantFrom(...FATES), { maxLength: 4 }),
  taskLagMs: fc.integer({ min: 0, max: 60_000 }),
  statusLagMs: fc.integer({ min: 0, max: 3_000 }),
  workMs: fc.integer({ min: 5_000, max: 600_000 }),
  reindexes: fc.boolean(),
  autoReindex: fc.boolean(),
})

describe('add-media', () => {
  it('adds once whatever becomes of replies, and success means that the media are in and the index is as asked', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { ended, additions, reindexes, statusNow, step } = scene(plan)
        await ended
        expect(additions).toHaveLength(1)
        expect(reindexes).toHaveLength(plan.autoReindex && !plan.reindexes ? 1 : 0)
        expect(step.reporter.outputs['task_id']).toBe(id(100))
        const { images, status } = statusNow()
        expect([images, status]).toEqual([13, plan.autoReindex ? 'READY' : 'PARTIAL_INDEX'])
      }),
      { numRuns: 150 },
    )
  })

  it.each([403, 422] as const)('is rejected with HTTP %s once, and adds nothing', async (status) => {
    const step = fakeStep({
      api: {
        datasets: { get: async () => dataset({ id: id(1) }) },
        tasks: { list: async () => [] },
        media: { add: async () => Promise.reject(rejected(status, 'no')) },
      },
    })
    expect(await rejection(addMedia.run(request('add-media'), step))).toMatchObject({ apiWords: 'no' })
    expect(step.reporter.outputs['dataset_id']).toBeDefined()
  })
})

describe('what add-media goes by', () => {
  /** Adds an S3 folder; once that was asked for, the dataset is as `after` says, and no task shows. */
  function adding(after: Partial<Dataset>, answers: Error[] = []) {
    let asked = 0
    const { signal } = new AbortController()
    const step = fakeStep({
      signal,
      clock: new RequestClock(signal),
      timeoutMs: 600_000,
      api: {
        datasets: { get: async () => dataset({ id: id(1), ...(asked === 0 ? {} : after) }) },
        tasks: { list: async () => [] },
        media: {
          add: async () => {
            const answer = answers[asked]
            asked += 1
            if (answer) throw answer
          },
        },
      },
    })
    const inputs = { auto_reindex: 'false' }
    return { step, asked: () => asked, ended: addMedia.run(request('add-media', inputs), step) }
  }

  it('is the index that is out of date, where no task and no number shows the media', async () => {
    const { asked, ended } = adding({ status: 'PARTIAL_INDEX' }, [lostReply()])
    expect(await ended).toContain('which is PARTIAL INDEX with 10 images')
    expect(asked()).toBe(1)
  })

  it('is the status alone where the dataset does not say how much it holds', async () => {
    const { step, ended } = adding({ status: 'PARTIAL_INDEX', images: undefined, videos: undefined })
    expect(await ended).toMatch(/which is PARTIAL INDEX\.$/)
    expect(step.reporter.facts).not.toHaveProperty('Items')
  })

  it('is what was there before the first request, where a lost one meets a conflict', async () => {
    const { asked, ended } = adding({}, [lostReply(), rejected(409), rejected(403)])
    expect(await rejection(ended)).toMatchObject({ code: 'forbidden' })
    expect(asked()).toBe(3)
  })
})

describe('additions by someone else', () => {
  const ours = task({ id: id(301), type: 'MEDIA_ADDITION' })
  const theirs = task({ id: id(302), type: 'MEDIA_ADDITION', state: 'FAILED', words: 'their bucket is empty' })
  const over = { ...ours, state: 'COMPLETED' } as const

  /** Adds an S3 folder; `looks` are the lists of tasks that follow, the last of which stays. */
  function adding(looks: Task[][], images: number) {
    let asked = false
    const { signal } = new AbortController()
    const step = fakeStep({
      signal,
      clock: new RequestClock(signal),
      timeoutMs: 600_000,
      api: {
        datasets: { get: async () => dataset({ images: asked ? images : 10 }) },
        tasks: { list: async () => (asked ? ((looks.length > 1 ? looks.shift() : looks[0]) ?? []) : []) },
        media: { add: async () => void (asked = true) },
      },
    })
    return { step, ended: addMedia.run(request('add-media', { dataset_id: SOURCE }), step) }
  }

  it('do not count once the one of this step was seen alone', async () => {
    const { step, ended } = adding([[ours], [theirs, over]], 10)
    expect(await ended).toContain('Added')
    expect([step.reporter.outputs['task_id'], step.reporter.warnings]).toEqual([ours.id, []])
  })

  it('that failed do not fail the step if all show at once and media were added, but are told of', async () => {
    const { step, ended } = adding([[theirs, over]], 13)
    expect(await ended).toContain('Added')
    expect(step.reporter.outputs['task_id']).toBe(ours.id)
    expect(step.reporter.warnings.join()).toContain(theirs.id)
  })

  it('may be the one that COMPLETED, so one that failed fails the step if nothing was added', async () => {
    expect(await rejection(adding([[theirs, over]], 10).ended)).toMatchObject({ apiWords: theirs.words })
  })
})

it('media that were accepted need no task list without wait', async () => {
  let asked = false
  const step = fakeStep({
    api: {
      datasets: { get: async () => dataset() },
      tasks: { list: async () => (asked ? Promise.reject(rejected(401)) : []) },
      media: { add: async () => void (asked = true) },
    },
  })
  const inputs = { dataset_id: SOURCE, wait: 'false' }
  expect(await addMedia.run(request('add-media', inputs), step)).toContain('accepted')
  expect(step.reporter.lines.join()).toContain('HTTP 401')
})
