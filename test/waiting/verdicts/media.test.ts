import { describe, expect, it } from 'vitest'
import { type MediaSighting, mediaVerdict, reindexVerdict } from '../../../src/waiting/verdicts/media.ts'
import { dataset, id, SOURCE, task } from '../../visual-layer/samples.ts'

const addition = (state: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'ABORTED' | 'QUEUED') =>
  task({ type: 'MEDIA_ADDITION', state, words: 'its words' })

function seen(over: Partial<MediaSighting>): MediaSighting {
  return {
    dataset: dataset(),
    task: addition('COMPLETED'),
    reindexing: undefined,
    autoReindex: true,
    seenChange: false,
    sinceMs: 1_000,
    patienceMs: 120_000,
    partialMs: 0,
    settlingMs: 5_000,
    ...over,
  }
}

const stateOf = (over: Partial<MediaSighting>) => mediaVerdict(seen(over)).state

describe('an addition of media', () => {
  it('is done when its task COMPLETED and the dataset is READY', () => {
    expect(stateOf({})).toBe('done')
    expect(stateOf({ task: addition('RUNNING') })).toBe('pending')
    expect(stateOf({ task: addition('QUEUED') })).toBe('pending')
    expect(stateOf({ dataset: dataset({ status: 'READ_ONLY' }) })).toBe('pending')
    expect(stateOf({ dataset: dataset({ status: 'INDEXING' }) })).toBe('pending')
    expect(stateOf({ dataset: dataset({ status: 'INDEXING' }), autoReindex: false })).toBe('pending')
  })

  it('is not done while a reindex runs', () => {
    const reindexing = task({ type: 'REINDEX' })
    expect(stateOf({ reindexing })).toBe('pending')
    expect(stateOf({ reindexing, dataset: dataset({ status: 'PARTIAL_INDEX' }), autoReindex: false })).toBe('pending')
  })

  it('is done at PARTIAL INDEX, at once without a reindex and after a while with one', () => {
    const partial = { dataset: dataset({ status: 'PARTIAL_INDEX' }) } as const
    expect(stateOf({ ...partial, autoReindex: false })).toBe('done')
    expect(stateOf({ ...partial })).toBe('pending')
    expect(stateOf({ ...partial, partialMs: 5_000 })).toBe('done')
    expect(stateOf({ ...partial, partialMs: 5_000, task: addition('RUNNING') })).toBe('pending')
  })

  it('does without a task that never shows only after its time, and where the dataset was seen to change', () => {
    expect(stateOf({ task: undefined })).toBe('pending')
    expect(stateOf({ task: undefined, seenChange: true })).toBe('pending')
    expect(stateOf({ task: undefined, sinceMs: 120_000 })).toBe('pending')
    expect(stateOf({ task: undefined, seenChange: true, sinceMs: 120_000 })).toBe('done')
  })

  it.each(['FAILED', 'ABORTED'] as const)('fails with a task that ended as %s, in its own words', (state) => {
    expect(mediaVerdict(seen({ task: addition(state) }))).toMatchObject({
      state: 'failed',
      error: {
        code: 'operation_failed',
        apiWords: 'its words',
        message: `The task that adds media to dataset ${SOURCE} ended as ${state} (task ${id(200)}).`,
      },
    })
  })

  it('fails where the dataset ends in ERROR, but not while its task still runs', () => {
    const broken = { dataset: dataset({ status: 'ERROR', fatalError: 'no space' }) } as const
    expect(mediaVerdict(seen(broken))).toMatchObject({
      state: 'failed',
      error: {
        apiWords: 'no space',
        message: `Dataset ${SOURCE} ended in status ERROR while media were being added.`,
      },
    })
    expect(stateOf({ ...broken, task: undefined })).toBe('failed')
    expect(stateOf({ ...broken, task: addition('RUNNING') })).toBe('pending')
  })
})

it('a line reports the status of dataset and task, and the phase changes with each of them', () => {
  const indexing = dataset({ status: 'INDEXING' })
  const reindexing = task({ type: 'REINDEX', state: 'QUEUED' })
  const looks = [
    { dataset: indexing, task: undefined },
    { dataset: indexing, task: addition('RUNNING') },
    { dataset: dataset(), task: addition('RUNNING') },
    { dataset: indexing, reindexing },
    { dataset: indexing, reindexing: { ...reindexing, state: 'RUNNING', statusWord: 'RUNNING' } as const },
  ]
    .map((over) => mediaVerdict(seen(over)))
    .map((one) => (one.state === 'pending' ? one : { line: 'not pending', phase: 'not pending' }))
  expect(looks.map(({ line }) => line)).toEqual([
    'dataset INDEXING, task not listed yet',
    'dataset INDEXING, task RUNNING',
    'dataset READY, task RUNNING',
    'dataset INDEXING, task QUEUED: queued behind other work',
    'dataset INDEXING, task RUNNING',
  ])
  expect(new Set(looks.map(({ phase }) => phase)).size).toBe(5)
})

describe('a reindex', () => {
  const running = task({ type: 'REINDEX' })

  it('is done at READY, unless its task still runs', () => {
    expect(reindexVerdict(dataset(), undefined).state).toBe('done')
    expect(reindexVerdict(dataset(), { ...running, state: 'COMPLETED' }).state).toBe('done')
    expect(reindexVerdict(dataset(), running).state).toBe('pending')
    expect(reindexVerdict(dataset({ status: 'PARTIAL_INDEX' }), undefined).state).toBe('pending')
    expect(reindexVerdict(dataset({ status: 'INDEXING' }), running)).toMatchObject({
      state: 'pending',
      line: 'dataset INDEXING, task RUNNING',
    })
  })

  it('fails with its task, or with the dataset', () => {
    const partial = dataset({ status: 'PARTIAL_INDEX' })
    for (const state of ['FAILED', 'ABORTED'] as const) {
      expect(reindexVerdict(partial, { ...running, state, words: 'why' })).toMatchObject({
        state: 'failed',
        error: { apiWords: 'why', message: expect.stringContaining(`that reindexes dataset ${SOURCE}`) },
      })
    }
    expect(reindexVerdict(dataset({ status: 'ERROR' }), undefined)).toMatchObject({
      state: 'failed',
      error: { message: `Dataset ${SOURCE} ended in status ERROR while it was being reindexed.` },
    })
  })
})
