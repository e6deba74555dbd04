import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { createFromS3 } from '../../src/operations/create-from-s3.ts'
import { snapshot as snapshotOperation } from '../../src/operations/snapshot.ts'
import type { Dataset } from '../../src/visual-layer/datasets.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { request } from '../inputs/step-inputs.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { dataset, id, lostReply, rejected, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import { undo } from '../../src/operations/undo.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

describe('a snapshot of a name that is taken', () => {
  const older = snapshot({ id: id(101), createdAt: 1 })
  const newer = snapshot({ id: id(102), createdAt: 2 })

  function saving(inputs: Parameters<typeof request>[1]) {
    const made: string[] = []
    const step = fakeStep({
      api: {
        datasets: { get: async () => dataset() },
        snapshots: {
          list: async () => [...made.map((one) => snapshot({ id: one, createdAt: 3 })), newer, older],
          create: async (_, name) => {
            made.push(id(103))
            return snapshot({ id: id(103), name: name ?? 'default' })
          },
        },
      },
    })
    const asked = request('snapshot', { dataset_id: SOURCE, snapshot_name: 'nightly', ...inputs })
    return { step, made, ended: snapshotOperation.run(asked, step) }
  }

  it('is created beside it by default', async () => {
    const { ended, step, made } = saving({})
    expect(await ended).toContain('Created snapshot')
    expect([made, step.reporter.outputs['snapshot_id']]).toEqual([[id(103)], id(103)])
  })

  it('is the newest of that name with reuse', async () => {
    const { ended, step, made } = saving({ if_exists: 'reuse' })
    expect(await ended).toContain('Reusing the existing snapshot')
    expect([made, step.reporter.outputs['snapshot_id']]).toEqual([[], id(102)])
  })

  it('is created with reuse and fail where only another name is taken', async () => {
    for (const if_exists of ['reuse', 'fail']) {
      const { ended, made } = saving({ if_exists, snapshot_name: 'Nightly' })
      await ended
      expect(made).toHaveLength(1)
    }
  })

  it('is a conflict with fail, before anything is changed', async () => {
    const { ended, made } = saving({ if_exists: 'fail' })
    expect(await rejection(ended)).toMatchObject({ code: 'conflict', message: expect.stringContaining(id(102)) })
    expect(made).toEqual([])
  })

  it.each([
    ['reuse', id(102)],
    ['fail', undefined],
  ])('is found with %s, too, if it was taken while a conflict was waited out', async (if_exists, found) => {
    let asked = 0
    const step = fakeStep({
      api: {
        datasets: { get: async () => dataset() },
        snapshots: {
          list: async () => (asked === 0 ? [] : [newer]),
          create: async () => {
            asked += 1
            throw rejected(409)
          },
        },
        tasks: { list: async () => [] },
      },
    })
    const asking = request('snapshot', { dataset_id: SOURCE, snapshot_name: 'nightly', if_exists })
    const ended = snapshotOperation.run(asking, step)
    if (found === undefined) expect(await rejection(ended)).toMatchObject({ message: expect.stringContaining(id(102)) })
    else expect(await ended).toContain('Reusing the existing snapshot')
    expect([asked, step.reporter.outputs['snapshot_id'], step.undo.open]).toEqual([1, found, undefined])
  })

  it('is not what an attempt whose response was lost may have created', async () => {
    const answers = [lostReply(), rejected(409)]
    const step = fakeStep({
      api: {
        datasets: { get: async () => dataset() },
        snapshots: {
          list: async () => (answers.length === 0 ? [newer] : []),
          create: async () => {
            const answer = answers.shift()
            if (answer) throw answer
            return snapshot({ id: id(103) })
          },
        },
        tasks: { list: async () => [] },
      },
    })
    const inputs = { dataset_id: SOURCE, snapshot_name: 'nightly', if_exists: 'reuse', wait: 'false' }
    expect(await snapshotOperation.run(request('snapshot', inputs), step)).not.toContain('Reusing')
    expect(step.reporter.outputs['snapshot_id']).toBe(id(103))
  })

  it('need not be waited for', async () => {
    const { ended, step } = saving({ wait: 'false' })
    expect(await ended).toContain('wait: false')
    expect(step.reporter.outputs).toMatchObject({ snapshot_id: id(103), dataset_id: SOURCE })
    expect(step.clock.sleeps).toEqual([])
  })

  it('is what a rollback goes back to where it is used', async () => {
    const step = fakeStep({
      api: { datasets: { get: async () => dataset() }, snapshots: { list: async () => [snapshot()] } },
    })
    const inputs = { dataset_id: SOURCE, snapshot_name: 'nightly', if_exists: 'reuse', rollback_on_failure: 'true' }
    await snapshotOperation.run(request('snapshot', inputs), step)
    expect(step.saved.at(-1)).toMatchObject({ kind: 'rollback', datasetId: SOURCE })
  })
})

interface Creating {
  existing?: Dataset[]
  status?: Dataset['status']
  create?: () => Promise<string>
  signal?: AbortSignal
}

function creating(inputs: Parameters<typeof request>[1], { existing = [], ...scene }: Creating = {}) {
  const aborted: string[] = []
  const listed: Dataset[] = [...existing]
  const tasks: Task[] = []
  const api: StubApi = {
    datasets: {
      list: async () => listed,
      get: async (datasetId) => listed.find((one) => one.id === datasetId) ?? dataset({ id: datasetId }),
      createFromS3: async (name) => {
        listed.push(dataset({ id: id(5), name, status: scene.status ?? 'READY' }))
        tasks.push(task({ type: 'DATASET_CREATION', datasetId: id(5), datasetName: name }))
        return scene.create ? scene.create() : id(5)
      },
    },
    tasks: { list: async () => tasks, abort: async (taskId) => void aborted.push(taskId) },
  }
  const step = fakeStep({ api, ...(scene.signal ? { signal: scene.signal } : {}) })
  const asked = request('create-from-s3', { dataset_name: 'Cats', bucket_path: 's3://bucket/cats/', ...inputs })
  return { step, aborted, listed, ended: createFromS3.run(asked, step) }
}

describe('a dataset of a name that is taken', () => {
  const older = dataset({ id: id(6), createdAt: 1, status: 'ERROR' })
  const newer = dataset({ id: id(7), createdAt: 2 })
  const existing = [newer, older, dataset({ id: id(8), name: 'Cats (cloned)', createdAt: 3 })]

  it('is created beside it by default', async () => {
    const { ended, step } = creating({}, { existing })
    expect(await ended).toContain('from s3://bucket/cats/')
    expect(step.reporter.outputs).toMatchObject({ dataset_id: id(5), dataset_name: 'Cats', dataset_status: 'READY' })
  })

  it('is the newest of that name with reuse', async () => {
    const { ended, step, listed } = creating({ if_exists: 'reuse' }, { existing })
    expect(await ended).toContain('Reusing the existing dataset')
    expect([step.reporter.outputs['dataset_id'], listed.length]).toEqual([id(7), 3])
    expect(step.saved).toEqual([])
  })

  it('is a conflict with fail, before anything is created', async () => {
    const { ended, listed } = creating({ if_exists: 'fail' }, { existing })
    expect(await rejection(ended)).toMatchObject({ code: 'conflict', message: expect.stringContaining(id(7)) })
    expect(listed).toHaveLength(3)
  })
})

describe('a creation that is cancelled', () => {
  const reason = new ActionError('cancelled', 'The workflow was cancelled.')

  async function cancelled(inputs: Parameters<typeof request>[1], create?: () => Promise<string>) {
    const cancel = new AbortController()
    const made = creating(inputs, {
      status: 'INDEXING',
      signal: cancel.signal,
      create: async () => {
        const answer = create ? create() : Promise.resolve(id(5))
        // A response that is lost leaves the step to look for what it made, which it must not get to.
        if (create) cancel.abort(reason)
        else setImmediate(() => cancel.abort(reason))
        return answer
      },
    })
    expect(await rejection(made.ended)).toBe(reason)
    return made
  }

  /** Undoes what is open, as main does in its last seconds. */
  async function undone({ step }: Awaited<ReturnType<typeof cancelled>>) {
    const { open } = step.undo
    if (!open || open.kind === 'rollback') throw new Error('nothing was planned')
    return undo(open, step.api, creating({}).step.waiting)
  }

  it('is aborted, and the dataset named', async () => {
    const made = await cancelled({})
    expect(made.step.saved.at(-1)).toMatchObject({ kind: 'creation', from: 's3', datasetId: id(5), abort: true })
    expect(await undone(made)).toMatchObject({ text: expect.stringContaining(id(5)), settled: true })
    expect(made.aborted).toEqual([id(200)])
  })

  it('is only named if the response that names the dataset was lost: it could be that of someone else', async () => {
    const made = await cancelled({}, () => Promise.reject(lostReply()))
    expect(await undone(made)).toMatchObject({ settled: false, candidates: [id(5)] })
    expect(made.aborted).toEqual([])
  })

  it('continues with on_cancel: leave', async () => {
    const made = await cancelled({ on_cancel: 'leave' })
    expect(await undone(made)).toMatchObject({ text: expect.stringContaining(id(5)), settled: true })
    expect(made.aborted).toEqual([])
  })

  it('leaves nothing to undo once the step has ended, waited for or not', async () => {
    for (const wait of ['true', 'false']) {
      const { ended, step } = creating({ wait })
      await ended
      expect([step.undo.open, step.saved.at(-1)]).toEqual([undefined, undefined])
    }
  })
})
