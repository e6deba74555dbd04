import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../../src/visual-layer/datasets.ts'
import type { Task } from '../../../src/visual-layer/tasks.ts'
import { type CopySighting, copyVerdict, ownTask } from '../../../src/waiting/verdicts/copy.ts'
import { enrichedCopies, tasksOnSource } from '../../../src/waiting/verdicts/enrichment.ts'
import { dataset, id, SOURCE, task } from '../../visual-layer/samples.ts'

const NEW = id(5)
const OLD = id(7)
const background = {
  source: { id: SOURCE, name: 'Cats' },
  taskIds: new Set([id(201)]),
  datasetIds: new Set([SOURCE, OLD]),
}
const enriching = (over: Partial<Task> = {}) => task({ id: id(202), type: 'ENRICHMENT', datasetId: NEW, ...over })
const copy = (over: Partial<Dataset> = {}) => dataset({ id: NEW, name: 'whatever', sourceDatasetId: SOURCE, ...over })
const found = (tasks: Task[], datasets: Dataset[]) =>
  enrichedCopies(background, tasks, [dataset(), dataset({ id: OLD }), ...datasets]).map(({ datasetId }) => datasetId)

describe('the enriched copy', () => {
  it('is found by its task alone, by its dataset alone, or by both as one', () => {
    expect(found([enriching()], [])).toEqual([NEW])
    expect(found([], [copy({ sourceDatasetId: SOURCE })])).toEqual([NEW])
    expect(found([enriching()], [copy()])).toEqual([NEW])
    expect(found([enriching()], [copy({ sourceDatasetId: undefined })])).toEqual([NEW])
  })

  it('is no dataset that was there before, has an old task, or comes from elsewhere', () => {
    expect(found([enriching({ datasetId: OLD })], [])).toEqual([])
    expect(found([enriching({ id: id(201) })], [])).toEqual([])
    expect(found([enriching()], [copy({ sourceDatasetId: id(9) })])).toEqual([])
    expect(found([], [copy({ sourceDatasetId: undefined })])).toEqual([])
  })

  it('is not the source, nor a clone of it', () => {
    expect(found([enriching({ datasetId: SOURCE })], [])).toEqual([])
    expect(found([enriching({ datasetId: '' })], [])).toEqual([])
    expect(found([], [copy({ name: 'Cats (cloned)' })])).toEqual([])
    expect(found([enriching()], [copy({ name: 'Cats (cloned)' })])).toEqual([NEW])
  })
})

it('the tasks on the source are its new ones', () => {
  const tasks = [
    enriching(),
    enriching({ id: id(201), datasetId: SOURCE }),
    enriching({ id: id(203), datasetId: SOURCE }),
  ]
  expect(tasksOnSource(background, tasks).map((one) => one.id)).toEqual([id(203)])
})

describe('the task of an enrichment', () => {
  const own = (datasetId: string, ...tasks: Task[]) => ownTask(background, datasetId, tasks)?.id
  const mine = enriching()
  const onSource = enriching({ id: id(203), datasetId: SOURCE })

  it('is the new one on its dataset, or else the new one on the source', () => {
    expect(own(NEW, onSource, mine)).toBe(mine.id)
    expect(own(NEW, onSource)).toBe(onSource.id)
    expect(own(SOURCE, onSource, mine)).toBe(onSource.id)
  })

  it('is none that was there before, or that is one of several', () => {
    expect(own(NEW, enriching({ id: id(201) }))).toBeUndefined()
    expect(own(SOURCE, onSource, { ...onSource, id: id(204) })).toBeUndefined()
    expect(own(NEW, onSource, { ...onSource, id: id(204) })).toBeUndefined()
  })
})

describe('an enrichment', () => {
  const state = (over: Partial<CopySighting>) =>
    copyVerdict('ENRICHMENT', { datasetId: NEW, dataset: copy(), task: undefined, proven: false, ...over }).state

  it('is over when its task COMPLETED and the dataset is READY', () => {
    expect(state({ task: enriching({ state: 'COMPLETED' }) })).toBe('done')
    expect(state({ task: enriching() })).toBe('pending')
    expect(state({ task: enriching(), proven: true })).toBe('pending')
    expect(state({ task: enriching({ state: 'COMPLETED' }), dataset: copy({ status: 'READ_ONLY' }) })).toBe('pending')
    expect(state({ task: enriching({ state: 'COMPLETED' }), dataset: undefined })).toBe('pending')
  })

  it('without a task is over only once its READY is proven', () => {
    expect(state({})).toBe('pending')
    expect(state({ proven: true })).toBe('done')
    expect(state({ proven: true, dataset: copy({ status: 'PARTIAL_INDEX' }) })).toBe('pending')
  })

  it.each(['FAILED', 'ABORTED'] as const)('fails with its task that is %s', (end) => {
    expect(state({ task: enriching({ state: end }) })).toBe('failed')
  })

  it('fails with its dataset', () => {
    expect(state({ dataset: copy({ status: 'ERROR' }), task: enriching() })).toBe('failed')
  })
})
