import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dataset, DatasetStatus } from '../../../src/visual-layer/datasets.ts'
import { hasEnded, type Task, type TaskState } from '../../../src/visual-layer/tasks.ts'
import type { Look } from '../../../src/waiting/until.ts'
import { type CopySighting, copyVerdict } from '../../../src/waiting/verdicts/copy.ts'
import { creationVerdict, datasetLine, readyVerdict, taskLine } from '../../../src/waiting/verdicts/dataset.ts'
import { dataset, id, SOURCE, task } from '../../visual-layer/samples.ts'

const STATUSES: DatasetStatus[] = [
  'DRAFT',
  'INDEXING',
  'READ_ONLY',
  'PARTIAL_INDEX',
  'READY',
  'ERROR',
  'BUSY',
  'UNKNOWN',
]
const STATES: (TaskState | 'not listed')[] = ['not listed', 'QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'ABORTED']

const cloneVerdict = (seen: CopySighting) => copyVerdict('SNAPSHOT_CLONE', seen)

const ERROR = dataset({ status: 'ERROR' })
const BUSY = dataset({ status: 'BUSY' })
const FAILED = task({ state: 'FAILED' })

const taskIn = (state: TaskState | 'not listed') => (state === 'not listed' ? undefined : task({ state }))

/** Rows are statuses, columns task states: `+` done, `x` failed, `.` pending. */
function table(verdict: (now: Dataset, its: Task | undefined) => Look<Dataset>): string[] {
  const sign = { done: '+', failed: 'x', pending: '.' }
  return STATUSES.map(
    (status) => `${STATES.map((state) => sign[verdict(dataset({ status }), taskIn(state)).state]).join('')} ${status}`,
  )
}

describe('a dataset that is being made', () => {
  it('is done when READY; fails with its own ERROR or with its task', () => {
    expect(table(creationVerdict)).toEqual([
      '....xx DRAFT',
      '....xx INDEXING',
      '....xx READ_ONLY',
      '....xx PARTIAL_INDEX',
      '++++++ READY',
      'xxxxxx ERROR',
      '....xx BUSY',
      '....xx UNKNOWN',
    ])
  })
})

describe('a dataset that is waited for', () => {
  const rows = (readyForMs: number) => table((now, its) => readyVerdict(now, unended(its), readyForMs, 120_000))
  const unended = (its: Task | undefined) => (its && hasEnded(its) ? undefined : its)

  it('is done when READY and no work is seen on it, and fails with ERROR only', () => {
    expect(rows(0)).toEqual([
      '...... DRAFT',
      '...... INDEXING',
      '...... READ_ONLY',
      '...... PARTIAL_INDEX',
      '+..+++ READY',
      'xxxxxx ERROR',
      '...... BUSY',
      '...... UNKNOWN',
    ])
  })

  it('is done beside a task that was left hanging, once its READY has stood long enough', () => {
    expect(rows(119_999)[4]).toBe('+..+++ READY')
    expect(rows(120_000)[4]).toBe('++++++ READY')
    expect(rows(120_000).filter((row) => row.includes('+'))).toHaveLength(1)
  })
})

describe('a clone', () => {
  const rows = (proven: boolean) =>
    table((now, its) => cloneVerdict({ datasetId: now.id, dataset: now, task: its, proven }))

  it('is done when READY and its task is over; fails with its task or its own ERROR', () => {
    expect(rows(true)).toEqual([
      '....xx DRAFT',
      '....xx INDEXING',
      '....xx READ_ONLY',
      '....xx PARTIAL_INDEX',
      '+..+xx READY',
      'xxxxxx ERROR',
      '....xx BUSY',
      '....xx UNKNOWN',
    ])
  })

  it('without a task is done only when it was seen at work, or the list had its time', () => {
    expect(rows(false)[4]).toBe('...+xx READY')
    expect(rows(false).filter((row) => row.includes('+'))).toHaveLength(1)
  })

  it('that cannot be read yet is waited for, unless its task has failed', () => {
    const unread = (its?: Task) => cloneVerdict({ datasetId: id(5), dataset: undefined, task: its, proven: true }).state
    expect([unread(), unread(task({ state: 'COMPLETED' })), unread(task({ state: 'FAILED' }))]).toEqual([
      'pending',
      'pending',
      'failed',
    ])
  })
})

it('progress never decides', () => {
  const progress = fc.oneof(fc.constant(undefined), fc.integer({ min: -1, max: 1_000 }))
  fc.assert(
    fc.property(
      fc.constantFrom(...STATUSES),
      fc.constantFrom(...STATES),
      progress,
      progress,
      (status, state, ofDataset, ofTask) => {
        const plain = taskIn(state)
        const its = plain && { ...plain, progress: ofTask }
        const now = dataset({ status, progress: ofDataset })
        const verdicts = [
          creationVerdict,
          (one: Dataset, t?: Task) => readyVerdict(one, t, 0, 120_000),
          (one: Dataset, t?: Task) => cloneVerdict({ datasetId: one.id, dataset: one, task: t, proven: true }),
        ]
        for (const verdict of verdicts) {
          expect(verdict(now, its).state).toBe(verdict(dataset({ status }), plain).state)
        }
      },
    ),
  )
})

describe('a failure', () => {
  it('gives the API’s own reason for an ERROR', () => {
    const verdict = creationVerdict(dataset({ status: 'ERROR', fatalError: 'bucket not found' }), undefined)
    expect(verdict).toMatchObject({
      state: 'failed',
      error: { code: 'operation_failed', apiWords: 'bucket not found', message: expect.stringContaining(SOURCE) },
    })
    expect(verdict).toMatchObject({ error: { todo: 'Fix the problem Visual Layer reports, then re-run the job.' } })
  })

  it('says that there was no reason where the API gave none', () => {
    const verdict = readyVerdict(dataset({ status: 'ERROR' }), undefined, 0, 120_000)
    expect(verdict).toMatchObject({ error: { apiWords: undefined, todo: expect.stringContaining('no reason') } })
  })

  const failedClone = (now: Dataset, its?: Task) =>
    cloneVerdict({ datasetId: id(5), dataset: now, task: its, proven: true })

  it.each<[string, () => Look<Dataset>]>([
    [`Dataset ${SOURCE} ended in status ERROR while it was being created.`, () => creationVerdict(ERROR, undefined)],
    [`Dataset ${SOURCE} ended in status ERROR instead of READY.`, () => readyVerdict(ERROR, undefined, 0, 120_000)],
    [`Dataset ${SOURCE} ended in status ERROR while it was being cloned.`, () => failedClone(ERROR)],
    [`The task that creates the dataset ended as FAILED (task ${id(200)}).`, () => creationVerdict(BUSY, FAILED)],
    [`The task that clones into dataset ${id(5)} ended as FAILED (task ${id(200)}).`, () => failedClone(BUSY, FAILED)],
  ])('says what came to nothing: %s', (message, verdict) => {
    expect(verdict()).toMatchObject({ state: 'failed', error: { message } })
  })

  it('names the task, and distinguishes an abort from a failure', () => {
    const failed = creationVerdict(dataset({ status: 'INDEXING' }), task({ state: 'FAILED', words: 'out of memory' }))
    expect(failed).toMatchObject({ error: { apiWords: 'out of memory', message: expect.stringContaining(id(200)) } })
    expect(failed).toMatchObject({ error: { todo: expect.stringMatching(/^Check the task in the Task Manager/) } })
    const aborted = creationVerdict(dataset({ status: 'INDEXING' }), task({ state: 'ABORTED' }))
    expect(aborted).toMatchObject({ error: { todo: expect.stringContaining('aborted') } })
  })
})

describe('a line for people', () => {
  it('distinguishes a task that waits for its turn from one that runs', () => {
    expect(taskLine(task({ state: 'QUEUED', statusWord: 'PENDING', progress: 0 }))).toBe(
      'task PENDING: queued behind other work',
    )
    expect(taskLine(task({ state: 'RUNNING', progress: 39 }))).toBe('task RUNNING (39%)')
    expect(taskLine(task({ state: 'COMPLETED', progress: 100 }))).toBe('task COMPLETED')
  })

  it('spells the status as the API does', () => {
    expect(datasetLine(dataset({ status: 'READ_ONLY', progress: 40 }))).toBe('dataset READ ONLY (40%)')
    expect(datasetLine(dataset({ status: 'UNKNOWN', statusWord: 'POLISHING' }))).toBe('dataset POLISHING')
    expect(datasetLine(dataset({ status: 'READY', progress: 100 }))).toBe('dataset READY')
  })

  it('reports the dataset, and its task if there is one', () => {
    const running = task({ state: 'RUNNING' })
    expect(creationVerdict(BUSY, undefined)).toMatchObject({ line: 'dataset BUSY' })
    expect(creationVerdict(BUSY, running)).toMatchObject({ line: 'dataset BUSY, task RUNNING' })
  })

  it('reports which sign of a clone is missing', () => {
    const lineOf = (now: Dataset | undefined, its?: Task) =>
      cloneVerdict({ datasetId: id(5), dataset: now, task: its, proven: false })
    expect(lineOf(undefined)).toMatchObject({ line: 'the new dataset cannot be read yet' })
    expect(lineOf(dataset())).toMatchObject({ line: 'dataset READY, its task is not listed yet' })
    expect(lineOf(BUSY)).toMatchObject({ line: 'dataset BUSY' })
    expect(lineOf(dataset(), task({ state: 'RUNNING' }))).toMatchObject({ line: 'dataset READY, task RUNNING' })
  })

  it('changes its phase with the status, not with the progress', () => {
    const phase = (over: Partial<Dataset>, its?: Task) => {
      const look = creationVerdict(dataset({ status: 'INDEXING', ...over }), its)
      return look.state === 'pending' ? look.phase : undefined
    }
    expect(phase({ progress: 1 })).toBe(phase({ progress: 99 }))
    expect(phase({ progress: 1 })).not.toBe(phase({ status: 'DRAFT' }))
    expect(phase({})).not.toBe(phase({}, task({ state: 'QUEUED' })))
    expect(phase({}, task({ state: 'QUEUED' }))).not.toBe(phase({}, task({ state: 'RUNNING' })))
  })
})
