import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../../src/visual-layer/datasets.ts'
import type { Task } from '../../../src/visual-layer/tasks.ts'
import { cloneCandidates, cloneName, failedClone } from '../../../src/waiting/verdicts/clone.ts'
import { dataset, id, SOURCE, task } from '../../visual-layer/samples.ts'

const NEW = id(5)
const STRANGER = id(6)
const OLD = id(7)

const source = dataset()
const background = {
  source: { id: SOURCE, name: 'Cats' },
  taskIds: new Set([id(201)]),
  datasetIds: new Set([SOURCE, OLD]),
}

const cloneTask = (over: Partial<Task> = {}) =>
  task({ id: id(202), type: 'SNAPSHOT_CLONE', datasetId: NEW, datasetName: 'Cats (cloned)', ...over })
const cloned = (over: Partial<Dataset> = {}) => dataset({ id: NEW, name: 'Cats (cloned)', ...over })
const found = (tasks: Task[], datasets: Dataset[]) =>
  cloneCandidates(background, tasks, [source, ...datasets]).map(({ datasetId }) => datasetId)

it('a clone is named after its source, as documented', () => {
  expect(cloneName('Cats')).toBe('Cats (cloned)')
  expect(cloneName(cloneName('Cats'))).toBe('Cats (cloned) (cloned)')
})

describe('the clone', () => {
  it('is found by its task alone, by its dataset alone, or by both as one', () => {
    expect(found([cloneTask()], [])).toEqual([NEW])
    expect(found([], [cloned()])).toEqual([NEW])
    expect(found([cloneTask()], [cloned()])).toEqual([NEW])
    const [both] = cloneCandidates(background, [cloneTask()], [cloned()])
    expect(both).toMatchObject({ task: { id: id(202) }, dataset: { id: NEW } })
  })

  it('is found by its name whatever white space a server keeps or drops around it', () => {
    expect(found([], [cloned({ name: ' Cats (cloned) ' })])).toEqual([NEW])
    expect(found([cloneTask({ datasetName: ' Cats (cloned) ' })], [])).toEqual([NEW])
    const spaced = { ...background, source: { id: SOURCE, name: '  Cats' } }
    expect(cloneCandidates(spaced, [], [cloned()])).toMatchObject([{ datasetId: NEW }])
    const dead = cloneTask({ datasetName: ' Cats (cloned) ', state: 'FAILED' })
    expect([failedClone(background, [dead]), failedClone(spaced, [dead])]).toEqual([dead, dead])
  })

  it('is not found by a task that names no dataset', () => {
    expect(found([cloneTask({ datasetId: '' })], [])).toEqual([])
  })

  it('is found by a task that reports no name, or the name of the source', () => {
    expect(found([cloneTask({ datasetName: '' })], [])).toEqual([NEW])
    expect(found([cloneTask({ datasetName: 'Cats' })], [])).toEqual([NEW])
  })

  it('is found where it says that it comes from the source', () => {
    expect(found([], [cloned({ sourceDatasetId: SOURCE })])).toEqual([NEW])
    expect(found([cloneTask()], [cloned({ sourceDatasetId: SOURCE })])).toEqual([NEW])
  })

  it('is found by its dataset where the server names the source in the task', () => {
    const sourceStyle = cloneTask({ datasetId: SOURCE, datasetName: 'Cats' })
    expect(found([sourceStyle], [])).toEqual([])
    expect(found([sourceStyle], [cloned()])).toEqual([NEW])
    expect(cloneCandidates({ ...background, datasetIds: new Set() }, [sourceStyle], [])).toEqual([])
  })
})

describe('no clone of ours', () => {
  it.each<[string, Task[], Dataset[]]>([
    ['is there before anything shows', [], []],
    ['is an older clone of the same name', [], [cloned({ id: OLD })]],
    ['is an older task', [cloneTask({ id: id(201) })], []],
    ['is a new task of a dataset that was there before', [cloneTask({ datasetId: OLD })], []],
    ['is the source itself', [], [dataset({ name: 'Cats (cloned)' })]],
    [
      'is a new dataset of another name',
      [],
      [cloned({ name: 'Dogs (cloned)' }), cloned({ id: STRANGER, name: 'Cats' })],
    ],
    ['is a new task of another name', [cloneTask({ datasetName: 'Dogs (cloned)' })], []],
    ['is a dataset that says it comes from another one', [], [cloned({ sourceDatasetId: STRANGER })]],
    ['is a task whose dataset says so', [cloneTask()], [cloned({ sourceDatasetId: STRANGER })]],
    ['is a task that names no dataset', [cloneTask({ datasetId: '' })], []],
  ])('%s', (_, tasks, datasets) => {
    expect(found(tasks, datasets)).toEqual([])
  })
})

describe('two clones at a time', () => {
  it('are both candidates, whichever list shows them', () => {
    const other = cloneTask({ id: id(203), datasetId: STRANGER })
    expect(found([cloneTask(), other], [])).toEqual([NEW, STRANGER])
    expect(found([cloneTask()], [cloned({ id: STRANGER })])).toEqual([NEW, STRANGER])
    expect(found([], [cloned(), cloned({ id: STRANGER })])).toEqual([NEW, STRANGER])
  })

  it('are distinguished where one says that it comes from elsewhere', () => {
    const datasets = [cloned(), cloned({ id: STRANGER, sourceDatasetId: OLD })]
    expect(found([cloneTask(), cloneTask({ id: id(203), datasetId: STRANGER })], datasets)).toEqual([NEW])
  })
})

describe('a clone task that failed before any dataset showed', () => {
  it.each(['FAILED', 'ABORTED'] as const)('is seen when it %s, by name or by source', (state) => {
    expect(failedClone(background, [cloneTask({ state })])).toMatchObject({ id: id(202) })
    expect(failedClone(background, [cloneTask({ state, datasetId: SOURCE, datasetName: 'Cats' })])).toMatchObject({
      id: id(202),
    })
  })

  it.each<[string, Task[]]>([
    ['there is none', []],
    ['it is older than the request', [cloneTask({ id: id(201), state: 'FAILED' })]],
    ['it clones another dataset', [cloneTask({ state: 'FAILED', datasetName: 'Dogs (cloned)' })]],
    ['another one still runs, which may be ours', [cloneTask({ state: 'FAILED' }), cloneTask({ id: id(203) })]],
    ['another one waits for its turn', [cloneTask({ id: id(203), state: 'QUEUED' }), cloneTask({ state: 'ABORTED' })]],
    ['another one COMPLETED', [cloneTask({ state: 'FAILED' }), cloneTask({ id: id(203), state: 'COMPLETED' })]],
  ])('is not seen where %s', (_, tasks) => {
    expect(failedClone(background, tasks)).toBeUndefined()
  })
})
