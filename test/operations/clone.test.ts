import { describe, expect, it } from 'vitest'
import { clone } from '../../src/operations/clone.ts'
import { backgroundOf } from '../../src/operations/copies.ts'
import type { Dataset } from '../../src/visual-layer/datasets.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { newClones } from '../../src/waiting/verdicts/clone.ts'
import { request } from '../inputs/step-inputs.ts'
import { failureOf } from '../failure-of.ts'
import { dataset, id, lostReply, rejected, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

const made = (over: Partial<Dataset> = {}) => dataset({ id: id(5), name: ' (cloned)', ...over })
const cloneTask = (over: Partial<Task> = {}) => task({ type: 'SNAPSHOT_CLONE', datasetName: ' (cloned)', ...over })

interface Plan {
  /** What the lists show once the clone was asked for. */
  datasets?: Dataset[]
  tasks?: Task[]
  /** The answers to the requests for a clone, the last one staying. */
  answers?: (Error | 'accepted')[]
  get?: NonNullable<StubApi['datasets']>['get']
  wait?: 'true' | 'false'
}

/** Clones the current snapshot of a dataset without a name. */
function cloning({ datasets = [], tasks = [], answers = ['accepted'], get, wait = 'true' }: Plan) {
  const source = dataset({ name: '' })
  const asked: string[] = []
  const step = fakeStep({
    timeoutMs: 600_000,
    api: {
      datasets: {
        list: async () => (asked.length === 0 ? [source] : [source, ...datasets]),
        get: async (one, retries) => (one === SOURCE ? source : get ? get(one, retries) : made()),
      },
      snapshots: {
        list: async () => [snapshot({ isCurrent: true, images: undefined })],
        clone: async (_, one) => {
          const answer = answers[Math.min(asked.length, answers.length - 1)]
          asked.push(one)
          if (answer instanceof Error) throw answer
        },
      },
      tasks: { list: async () => (asked.length === 0 ? [] : tasks) },
    },
  })
  return { step, asked, ended: clone.run(request('clone', { dataset_id: SOURCE, wait }), step) }
}

describe('clone', () => {
  it('names a source without a name by its id', async () => {
    const { step, ended } = cloning({
      datasets: [made()],
      tasks: [cloneTask({ datasetId: id(5), state: 'COMPLETED' })],
    })
    await ended
    expect(step.reporter.facts).toMatchObject({ 'Source dataset': SOURCE })
    expect(step.reporter.facts).not.toHaveProperty('Snapshot items')
    expect(step.reporter.outputs).toMatchObject({ dataset_id: id(5), dataset_name: ' (cloned)' })
  })

  it('takes no dataset that itself says it comes from another one', async () => {
    const get = async (one: string) => made({ id: one, sourceDatasetId: one === id(6) ? id(99) : SOURCE })
    const { step, ended } = cloning({ datasets: [made({ id: id(6) }), made()], get })
    await ended
    expect(step.reporter.outputs['dataset_id']).toBe(id(5))
    const alone = cloning({ datasets: [made({ id: id(6) })], get })
    expect(await failureOf(alone.ended)).toMatchObject({ code: 'timed_out' })
  })

  it('fails with a clone task that failed before any dataset showed', async () => {
    const failed = cloneTask({ datasetId: SOURCE, state: 'FAILED', words: 'no space' })
    const { step, ended } = cloning({ tasks: [failed] })
    expect(await failureOf(ended)).toMatchObject({ code: 'operation_failed', apiWords: 'no space' })
    expect(step.reporter.outputs['task_id']).toBe(failed.id)
    expect(step.reporter.lines.join()).toContain('a clone task that ended as FAILED')
  })

  it('goes by the dataset alone where several tasks of the source may be its own', async () => {
    const tasks = [1, 2].map((number) => cloneTask({ id: id(200 + number), datasetId: SOURCE, state: 'COMPLETED' }))
    const { step, ended } = cloning({ datasets: [made()], tasks })
    await ended
    expect(step.reporter.outputs).not.toHaveProperty('task_id')
  })

  it('does not look at the background again between a lost reply and a conflict', async () => {
    const { asked, step, ended } = cloning({
      datasets: [],
      answers: [lostReply(), rejected(409), rejected(403)],
    })
    expect(await failureOf(ended)).toMatchObject({ code: 'forbidden' })
    expect(asked).toHaveLength(3)
    expect(step.reporter.lines.join()).toContain('nothing appears to be running')
  })

  it('is done with a clone that was read once and that someone deleted before the next look', async () => {
    let reads = 0
    const { step, ended } = cloning({
      datasets: [made()],
      tasks: [cloneTask({ datasetId: id(5), state: 'COMPLETED' })],
      get: async () => ((reads += 1) > 1 ? Promise.reject(rejected(404)) : made()),
    })
    await ended
    expect(step.reporter.outputs).toMatchObject({ dataset_id: id(5) })
  })

  it('reads the new dataset as soon as it can be, with wait: false', async () => {
    let reads = 0
    const { ended } = cloning({
      datasets: [made()],
      get: async () => ((reads += 1) < 4 ? Promise.reject(rejected(404)) : made({ status: 'READ_ONLY' })),
      wait: 'false',
    })
    expect(await ended).toContain('Visual Layer accepted the clone')
    expect(reads).toBe(4)
  })

  it('does not take the clone of someone else for its own where one of the source failed', async () => {
    const failed = cloneTask({ id: id(201), datasetId: SOURCE, state: 'FAILED' })
    const { ended } = cloning({ datasets: [made()], tasks: [failed, cloneTask({ id: id(202), datasetId: id(5) })] })
    expect(await failureOf(ended)).toMatchObject({ code: 'operation_failed', message: expect.stringContaining(id(5)) })
  })

  it('does not take for its own what only comes from the source, such as an enriched copy', async () => {
    const copy = made({ name: 'enriched', sourceDatasetId: SOURCE })
    const { ended } = cloning({ datasets: [copy], get: async () => copy })
    expect(await failureOf(ended)).toMatchObject({ code: 'operation_failed', message: expect.stringContaining(id(5)) })
  })

  it('plans with all earlier clones, renamed ones, too', async () => {
    const many = Array.from({ length: 401 }, (_, index) => dataset({ id: id(1000 + index) }))
    const named = made({ id: id(11), sourceDatasetId: SOURCE })
    const renamed = made({ id: id(12), name: 'golden', sourceDatasetId: SOURCE })
    const step = fakeStep({
      timeoutMs: 60_000,
      api: {
        datasets: { list: async () => [dataset(), ...many, named, renamed] },
        tasks: { list: async () => [] },
      },
    })
    const { saved } = await backgroundOf(step, 'SNAPSHOT_CLONE', newClones, dataset({ name: '' }))
    expect(saved.earlier).toEqual([id(11), id(12)])
  })
})
