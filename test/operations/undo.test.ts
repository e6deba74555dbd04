import { describe, expect, it } from 'vitest'
import { undo } from '../../src/operations/undo.ts'
import type { Plan } from '../../src/operations/undo-log.ts'
import { dataset, id, refused, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

const OLD = id(201)
const NEW = id(202)
const OTHER = id(203)
const source = { id: SOURCE, name: 'Cats' }

/** Undoes a plan in a time of its own; tells what was deleted or aborted. */
async function undone(plan: Exclude<Plan, { kind: 'rollback' }>, api: StubApi, timeoutMs = 60_000) {
  const { api: client, waiting } = fakeStep({ api, timeoutMs, interval: 1_000 })
  return undo(plan, client, waiting)
}

const clone: Extract<Plan, { kind: 'clone' }> = {
  kind: 'clone',
  source,
  earlier: [OLD],
  earlierTasks: ['earlier'],
  ephemeral: true,
  accepted: true,
}

/** An API in which these clones exist. */
function clones(ids: readonly string[], named = true): { api: StubApi; deleted: string[] } {
  const deleted: string[] = []
  const cloneTask = (datasetId: string, index: number) =>
    task({ id: `task${index}`, type: 'SNAPSHOT_CLONE', datasetId, datasetName: named ? 'Cats (cloned)' : 'renamed' })
  const api: StubApi = {
    tasks: { list: async () => ids.map(cloneTask) },
    datasets: {
      list: async () =>
        ids
          .filter((one) => !deleted.includes(one))
          .map((one) => dataset({ id: one, name: named ? 'Cats (cloned)' : 'renamed', sourceDatasetId: SOURCE })),
      get: async (one) => {
        if (deleted.includes(one)) throw refused(404)
        return dataset({ id: one, name: 'Cats (cloned)', sourceDatasetId: SOURCE })
      },
      delete: async (one) => void deleted.push(one),
    },
  }
  return { api, deleted }
}

describe('undoing a clone', () => {
  it('deletes a temporary one that is known and was accepted', async () => {
    const { api, deleted } = clones([NEW])
    expect(await undone({ ...clone, datasetId: NEW }, api)).toMatchObject({ settled: true, datasetId: NEW })
    expect(deleted).toEqual([NEW])
  })

  it('only names one whose response was lost', async () => {
    const { api, deleted } = clones([NEW])
    const named = await undone({ ...clone, accepted: false, datasetId: NEW }, api)
    expect(named).toMatchObject({ settled: false, candidates: [NEW] })
    expect(deleted).toEqual([])
  })

  it('deletes the only one that appeared, after nothing else did', async () => {
    const { api, deleted } = clones([NEW])
    expect(await undone(clone, api)).toMatchObject({ settled: true, datasetId: NEW })
    expect(deleted).toEqual([NEW])
  })

  it('names a clone that is to stay, and one there was no time to be sure of', async () => {
    const { api, deleted } = clones([NEW])
    expect(await undone({ ...clone, ephemeral: false }, api)).toMatchObject({ settled: true, datasetId: NEW })
    expect(await undone(clone, api, 2_000)).toMatchObject({ settled: false, datasetId: NEW })
    expect(deleted).toEqual([])
  })

  it('names all that may be it, and touches none', async () => {
    const { api, deleted } = clones([NEW, OTHER])
    const named = await undone(clone, api)
    expect(named).toMatchObject({ settled: false, candidates: [NEW, OTHER] })
    expect(named.text).toContain(NEW)
    expect(deleted).toEqual([])
  })

  it('says that none appeared; it may come if the request was accepted', async () => {
    const { api } = clones([])
    expect(await undone(clone, api)).toMatchObject({ settled: false })
    expect(await undone({ ...clone, accepted: false }, api)).toMatchObject({ settled: true })
  })

  it('fails if the lists cannot be read', async () => {
    const api: StubApi = { tasks: { list: () => Promise.reject(refused(500)) } }
    await expect(undone(clone, api)).rejects.toMatchObject({ code: 'server_error' })
  })
})

describe('undoing a creation', () => {
  const creation: Extract<Plan, { kind: 'creation' }> = {
    kind: 'creation',
    from: 's3',
    name: 'Cats',
    earlier: [OLD],
    abort: true,
  }
  const datasets = (ids: readonly string[]): StubApi => ({
    datasets: { list: async () => ids.map((one) => dataset({ id: one, name: 'Cats' })) },
    tasks: { list: async () => [] },
  })

  it('leaves it if the user said so', async () => {
    const left = await undone({ ...creation, abort: false, datasetId: NEW }, {})
    expect(left).toMatchObject({ settled: true, text: expect.stringContaining(NEW) })
  })

  it('names datasets of that name that appeared since', async () => {
    expect(await undone(creation, datasets([OLD, NEW]))).toMatchObject({ settled: false, candidates: [NEW] })
    const files = await undone({ ...creation, from: 'files' }, datasets([OLD, NEW, OTHER]))
    expect(files).toMatchObject({ settled: false, candidates: [NEW, OTHER] })
  })

  it('says that none appeared', async () => {
    expect(await undone(creation, datasets([OLD]))).toMatchObject({ settled: true })
  })
})

describe('undoing a snapshot', () => {
  const plan: Plan = { kind: 'snapshot', datasetId: SOURCE, mark: '[mark 1]', safety: false }

  it('names the one that was created, and keeps it', async () => {
    const made = snapshot({ description: 'before training\n[mark 1]' })
    expect(await undone(plan, { snapshots: { list: async () => [snapshot({}), made] } })).toMatchObject({
      settled: true,
      snapshot: { id: made.id },
    })
  })

  it('says that none appeared', async () => {
    const none = await undone(plan, { snapshots: { list: async () => [snapshot({})] } })
    expect(none).toMatchObject({ settled: true })
    expect(none).not.toHaveProperty('snapshot')
  })
})
