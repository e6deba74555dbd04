import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DatasetStatus } from '../../../src/visual-layer/datasets.ts'
import type { TaskState } from '../../../src/visual-layer/tasks.ts'
import { type RestoreSighting, restoreVerdict } from '../../../src/waiting/verdicts/restore.ts'
import { dataset, id, snapshot, SOURCE, task } from '../../visual-layer/samples.ts'

const TARGET = id(101)
const OTHER = id(102)

interface Signs {
  task?: TaskState | undefined
  status?: DatasetStatus
  /** Which snapshot the catalog shows as the current one. */
  current?: 'target' | 'other' | 'none'
  /** Which one is being restored. */
  restoring?: 'target' | 'other' | 'none'
  listed?: boolean
  wasCurrent?: boolean
  wasError?: boolean
  seenAtWork?: boolean
  /** Whether the lists have had their time. */
  patient?: boolean
}

function sighting(signs: Signs): RestoreSighting {
  const { current = 'target', restoring = 'none', listed = true } = signs
  const target = snapshot({ id: TARGET, isCurrent: current === 'target', isRestoring: restoring === 'target' })
  const other = snapshot({
    id: OTHER,
    name: 'later',
    isCurrent: current === 'other',
    isRestoring: restoring === 'other',
  })
  return {
    tasks: signs.task ? [task({ state: signs.task, words: 'words of the task' })] : [],
    snapshots: listed ? [other, target] : [other],
    earlierIds: new Set([TARGET, OTHER]),
    dataset: dataset({ status: signs.status ?? 'READY', fatalError: 'words of the dataset' }),
    targetId: TARGET,
    wasCurrent: signs.wasCurrent ?? false,
    wasError: signs.wasError ?? false,
    seenAtWork: signs.seenAtWork ?? false,
    sinceMs: signs.patient ? 120_000 : 5_000,
    patienceMs: 120_000,
  }
}

const look = (signs: Signs) => restoreVerdict(sighting(signs))

describe('a restore is done', () => {
  it.each<[string, Signs]>([
    ['its task COMPLETED, its snapshot current, nothing restoring, READY', { task: 'COMPLETED' }],
    ['the same, at once, for a snapshot that was current before', { task: 'COMPLETED', wasCurrent: true }],
    ['the same, for a dataset that was in ERROR', { task: 'COMPLETED', wasError: true }],
    ['no task shows in time, but the snapshot became current', { patient: true }],
    ['no task shows in time, but it was seen at work', { patient: true, wasCurrent: true, seenAtWork: true }],
  ])('when %s', (_, signs) => {
    expect(look(signs)).toEqual({ state: 'done', value: { since: undefined } })
  })
})

describe('a restore continues', () => {
  it.each<[string, Signs]>([
    ['READY is merely old: nothing has moved yet', { current: 'other' }],
    ['READY is merely old, and so is the current snapshot', { wasCurrent: true }],
    ['READY and current are merely old, however long no task shows', { wasCurrent: true, patient: true }],
    ['its task runs, though all else looks over', { task: 'RUNNING', patient: true }],
    ['its task waits for its turn', { task: 'QUEUED', current: 'other', patient: true }],
    [
      'its task COMPLETED, but the dataset is still READ ONLY',
      { task: 'COMPLETED', status: 'READ_ONLY', patient: true },
    ],
    [
      'its task COMPLETED, but its snapshot is still restoring',
      { task: 'COMPLETED', restoring: 'target', patient: true },
    ],
    ['its task COMPLETED, but another snapshot is restoring', { task: 'COMPLETED', restoring: 'other', patient: true }],
    ['its task COMPLETED, and the catalog may lag', { task: 'COMPLETED', current: 'other' }],
    ['its task COMPLETED, and the catalog does not show the snapshot yet', { task: 'COMPLETED', listed: false }],
    ['its snapshot is current, but the list of tasks may lag', {}],
    ['its dataset still shows the ERROR of before', { status: 'ERROR', current: 'other', wasError: true }],
    ['its dataset shows ERROR, but the task still runs', { task: 'RUNNING', status: 'ERROR', current: 'other' }],
    ['its status is a word that nobody knows', { task: 'COMPLETED', status: 'UNKNOWN', patient: true }],
    ['its dataset is INDEXING again', { task: 'COMPLETED', status: 'INDEXING' }],
  ])('while %s', (_, signs) => {
    expect(look(signs)).toMatchObject({ state: 'pending' })
  })
})

describe('a restore fails', () => {
  it.each<[string, Signs, string]>([
    ['its task FAILED', { task: 'FAILED', current: 'other' }, 'words of the task'],
    [
      'its task FAILED, though its snapshot was current already',
      { task: 'FAILED', wasCurrent: true },
      'words of the task',
    ],
    ['its task was ABORTED', { task: 'ABORTED', current: 'other', status: 'READ_ONLY' }, 'words of the task'],
    ['its dataset fell into ERROR', { status: 'ERROR', current: 'other' }, 'words of the dataset'],
    ['its task COMPLETED and the dataset is in ERROR', { task: 'COMPLETED', status: 'ERROR' }, 'words of the dataset'],
  ])('when %s', (_, signs, words) => {
    const message = expect.stringMatching(new RegExp(`(?:that restores|while) snapshot ${TARGET}`))
    expect(look(signs)).toMatchObject({
      state: 'failed',
      error: { code: 'operation_failed', apiWords: words, message },
    })
  })

  it('when its task COMPLETED but another state stays current: the change that is live must be ours', () => {
    const verdict = look({ task: 'COMPLETED', current: 'other', patient: true })
    expect(verdict).toMatchObject({ state: 'failed', error: { code: 'operation_failed' } })
    const message = verdict.state === 'failed' ? verdict.error.message : ''
    for (const part of [TARGET, OTHER, '"later"', SOURCE]) expect(message).toContain(part)
  })

  it('when its task COMPLETED and nothing is current any more', () => {
    expect(look({ task: 'COMPLETED', current: 'none', patient: true })).toMatchObject({
      state: 'failed',
      error: {
        message: `The restore task COMPLETED, but snapshot ${TARGET} is not the current state of dataset ${SOURCE}.`,
        todo: expect.stringContaining('Snapshot Catalog'),
      },
    })
  })
})

describe("someone else's work since", () => {
  const NEWER = id(103)
  const newer = snapshot({ id: NEWER, name: 'theirs', isCurrent: true })
  const ours = task({ id: id(201), state: 'COMPLETED', startedAt: 1 })

  it('is no failure: a newer snapshot became the current one', () => {
    const seen = sighting({ task: 'COMPLETED', current: 'none' })
    expect(restoreVerdict({ ...seen, snapshots: [newer, ...seen.snapshots] })).toEqual({
      state: 'done',
      value: { since: newer },
    })
  })

  it('is no failure: another snapshot was restored', () => {
    const seen = sighting({ current: 'other' })
    const theirs = task({ id: id(202), state: 'COMPLETED', startedAt: 2 })
    const verdict = restoreVerdict({ ...seen, tasks: [theirs, ours] })
    expect(verdict).toMatchObject({ state: 'done', value: { since: { id: OTHER } } })
  })

  it('is waited for while it runs', () => {
    const seen = sighting({ current: 'other', status: 'READ_ONLY' })
    const theirs = task({ id: id(202), state: 'RUNNING', startedAt: 2 })
    expect(restoreVerdict({ ...seen, tasks: [theirs, ours] }).state).toBe('pending')
    expect(restoreVerdict({ ...sighting({ current: 'none' }), tasks: [theirs, ours] }).state).toBe('pending')
  })

  it('that failed leaves a restore that succeeded', () => {
    const seen = sighting({ current: 'target' })
    const theirs = task({ id: id(202), state: 'FAILED', startedAt: 2 })
    expect(restoreVerdict({ ...seen, tasks: [theirs, ours] })).toMatchObject({ state: 'done' })
    // Theirs came first, and ours failed.
    expect(restoreVerdict({ ...sighting({ current: 'other' }), tasks: [theirs, ours] })).toMatchObject({
      state: 'failed',
    })
  })
})

const anySigns = fc.record({
  task: fc.constantFrom<(TaskState | undefined)[]>(undefined, 'QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'ABORTED'),
  status: fc.constantFrom<DatasetStatus[]>(
    'DRAFT',
    'INDEXING',
    'READ_ONLY',
    'PARTIAL_INDEX',
    'READY',
    'ERROR',
    'BUSY',
    'UNKNOWN',
  ),
  current: fc.constantFrom('target' as const, 'other' as const, 'none' as const),
  restoring: fc.constantFrom('target' as const, 'other' as const, 'none' as const),
  listed: fc.boolean(),
  wasCurrent: fc.boolean(),
  wasError: fc.boolean(),
  seenAtWork: fc.boolean(),
  patient: fc.boolean(),
})

it('whatever is seen, done means: READY, the target current, nothing restoring, and a sign of our own', () => {
  fc.assert(
    fc.property(anySigns, (signs) => {
      if (look(signs).state !== 'done') return
      expect(signs).toMatchObject({ status: 'READY', current: 'target', restoring: 'none', listed: true })
      const withoutTask = signs.task === undefined && signs.patient && (!signs.wasCurrent || signs.seenAtWork)
      expect(signs.task === 'COMPLETED' || withoutTask).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

it('whatever is seen, progress decides nothing', () => {
  fc.assert(
    fc.property(anySigns, fc.integer({ min: 0, max: 100 }), (signs, progress) => {
      const seen = sighting(signs)
      const moved = {
        ...seen,
        dataset: { ...seen.dataset, progress },
        tasks: seen.tasks.map((one) => ({ ...one, progress })),
      }
      expect(restoreVerdict(moved).state).toBe(restoreVerdict(seen).state)
    }),
  )
})

it('a line reports all three signs, and the phase changes with each of them', () => {
  const lines = [
    look({ current: 'other' }),
    look({ task: 'RUNNING', current: 'other' }),
    look({ task: 'RUNNING', status: 'READ_ONLY', restoring: 'target', current: 'other' }),
    look({ task: 'COMPLETED', status: 'READ_ONLY' }),
  ].map((one) => (one.state === 'pending' ? one : { line: 'not pending', phase: 'not pending' }))
  expect(lines.map(({ line }) => line)).toEqual([
    'dataset READY, task not listed yet, snapshot not current yet',
    'dataset READY, task RUNNING, snapshot not current yet',
    'dataset READ ONLY, task RUNNING, restoring',
    'dataset READ ONLY, task COMPLETED, snapshot is current',
  ])
  expect(new Set(lines.map(({ phase }) => phase)).size).toBe(4)
})
