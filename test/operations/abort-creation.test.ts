import { describe, expect, it } from 'vitest'
import { abortCreation } from '../../src/operations/abort-creation.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { id, lostReply, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const creation = (over: Partial<Task> = {}) => task({ type: 'DATASET_CREATION', ...over })

/** Aborts where the lists are as given, the last one staying, and each abort is answered with the next rejection, or well. */
function aborting(lists: (Task[] | Error)[], ...answers: (Error | 'aborted')[]) {
  const aborted: string[] = []
  let looks = 0
  const step = fakeStep({
    timeoutMs: 3_500,
    interval: 400,
    api: {
      tasks: {
        list: async (filter) => {
          expect(filter).toEqual({ datasetId: SOURCE, type: 'DATASET_CREATION' })
          const list = lists[Math.min(looks++, lists.length - 1)] ?? []
          if (list instanceof Error) throw list
          return list
        },
        abort: async (taskId) => {
          const answer = answers[aborted.length]
          aborted.push(taskId)
          if (answer instanceof Error) throw answer
        },
      },
    },
  })
  return { step, aborted, ended: abortCreation(step.api, step.waiting, SOURCE) }
}

describe('the creation of a dataset', () => {
  it('is aborted by its task, and the dataset said to be still there', async () => {
    const { ended, aborted } = aborting([[creation()]])
    expect(await ended).toMatch(/Aborted the creation.*still list/)
    expect(aborted).toEqual([id(200)])
  })

  it('is aborted as soon as its task shows, through an outage too', async () => {
    const { ended, aborted } = aborting([[], rejected(503), [], [creation({ state: 'QUEUED' })]])
    expect(await ended).toMatch(/^Aborted the creation/)
    expect(aborted).toEqual([id(200)])
  })

  it.each(['COMPLETED', 'FAILED', 'ABORTED'] as const)('that is %s is left alone', async (state) => {
    const { ended, aborted } = aborting([[creation({ state })]])
    expect(await ended).toContain(`had already ended (${state})`)
    expect(aborted).toEqual([])
  })

  it('that is being committed can no longer be aborted, which is no error', async () => {
    const { ended } = aborting([[creation()]], rejected(409, 'in the commit phase'))
    expect(await ended).toMatch(/Could not abort.*in the commit phase/)
  })

  it('whose abort is lost is looked at before it is aborted again', async () => {
    const { ended, aborted } = aborting([[creation()], [creation()], [creation({ state: 'ABORTED' })]], lostReply())
    expect(await ended).toMatch(/^Aborted the creation/)
    expect(aborted).toHaveLength(1)
  })

  it('whose abort never took effect is aborted again', async () => {
    const { ended, aborted } = aborting([[creation()]], lostReply(), 'aborted')
    expect(await ended).toMatch(/^Aborted the creation/)
    expect(aborted).toHaveLength(2)
  })

  it('that completed before its abort arrived is not said to be aborted', async () => {
    const { ended } = aborting([[creation()], [creation({ state: 'COMPLETED' })]], lostReply())
    const said = await ended
    expect(said).not.toContain('Aborted')
    expect(said).toContain('COMPLETED')
  })

  it('whose task does not show within the seconds there are is an error', async () => {
    const { ended, step } = aborting([[]])
    expect(await rejection(ended)).toMatchObject({ message: expect.stringContaining(SOURCE) })
    expect(step.clock.now()).toBe(3_500)
  })

  it('that cannot be looked for says why', async () => {
    const outage = lostReply()
    expect(await rejection(aborting([outage]).ended)).toBe(outage)
    const forbidden = rejected(403)
    expect(await rejection(aborting([forbidden]).ended)).toBe(forbidden)
  })

  it.each([403, 404, 400])('whose abort is rejected with %d is an error', async (status) => {
    const failure = rejected(status)
    const { ended, aborted } = aborting([[creation()]], failure)
    expect(await rejection(ended)).toBe(failure)
    expect(aborted).toHaveLength(1)
  })
})

describe('an abort that comes too late', () => {
  it('is reported without words if the API gives none', async () => {
    const { ended } = aborting([[creation()]], rejected(409, ''))
    expect(await ended).toContain('(HTTP 409)')
  })
})
