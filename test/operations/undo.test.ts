import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/operations/undo-log.ts'
import { dataset, id, rejected, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import type { StubApi } from './fake-step.ts'
import { undone } from './undone.ts'

const OLD = id(201)
const NEW = id(202)
const OTHER = id(203)
const source = { id: SOURCE, name: 'Cats' }

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
        if (deleted.includes(one)) throw rejected(404)
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
    const unsure = await undone(clone, api, 2_000)
    expect(unsure).toMatchObject({ settled: false, datasetId: NEW, text: expect.stringContaining('Delete it') })
    expect(deleted).toEqual([])
  })

  it('names all that may be it, and touches none', async () => {
    const { api, deleted } = clones([NEW, OTHER])
    const named = await undone(clone, api)
    expect(named).toMatchObject({ settled: false, candidates: [NEW, OTHER] })
    expect(named.text).toContain(NEW)
    expect(deleted).toEqual([])
  })

  it('only names the one that appeared if a clone of the source failed: that may have been its own', async () => {
    const { api, deleted } = clones([NEW])
    const failed = task({ id: 'failed', type: 'SNAPSHOT_CLONE', datasetId: SOURCE, state: 'FAILED' })
    const list = async () => [failed, ...((await api.tasks?.list?.({})) ?? [])]
    const result = await undone(clone, { ...api, tasks: { list } })
    expect([result.settled, result.candidates, deleted]).toEqual([false, [NEW], []])
  })

  it('says that none appeared, and leaves it to be looked for again', async () => {
    const { api } = clones([])
    expect(await undone(clone, api)).toMatchObject({ settled: false })
    expect(await undone({ ...clone, accepted: false }, api)).toMatchObject({ settled: false })
  })

  it('fails if the lists cannot be read', async () => {
    const api: StubApi = { tasks: { list: () => Promise.reject(rejected(500)) } }
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

  it('says that none appeared, and leaves it to be looked for again', async () => {
    expect(await undone(creation, datasets([OLD]))).toMatchObject({ settled: false })
  })
})

describe('undoing a snapshot', () => {
  const plan: Plan = { kind: 'snapshot', datasetId: SOURCE, mark: '1f', safety: false }

  it('names the one that was created, and keeps it', async () => {
    const made = snapshot({ description: 'before training\n[mark 1f]' })
    expect(await undone(plan, { snapshots: { list: async () => [snapshot({}), made] } })).toMatchObject({
      settled: true,
      snapshot: { id: made.id },
    })
  })

  it('says that none appeared, and leaves it to be looked for again', async () => {
    const none = await undone(plan, { snapshots: { list: async () => [snapshot({})] } })
    expect(none).toMatchObject({ settled: false })
    expect(none).not.toHaveProperty('snapshot')
    expect(none.text).toContain('[mark 1f]')
  })

  it('says that no restore was started if it was to be the safety snapshot', async () => {
    for (const there of [[], [snapshot({ description: '[mark 1f]' })]]) {
      const { text } = await undone({ ...plan, safety: true }, { snapshots: { list: async () => there } })
      expect(text).toContain('No restore was started')
    }
  })
})
