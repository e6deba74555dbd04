import { describe, expect, it } from 'vitest'
import { reindex } from '../../src/operations/reindex.ts'
import type { DatasetStatus } from '../../src/visual-layer/datasets.ts'
import { dataset, lostReply, rejected } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

/**
 * Reindexes a dataset that each look finds in the next of these states, the last one staying; in those of `later` from the second
 * request on.
 */
function reindexing(states: DatasetStatus[], answers: Error[] = [], later: DatasetStatus[] = states) {
  const asked: string[] = []
  const next = (from: DatasetStatus[]) => (from.length > 1 ? from.shift() : from[0]) ?? 'READY'
  const step = fakeStep({
    api: {
      datasets: { get: async () => dataset({ status: next(asked.length < 2 ? states : later) }) },
      tasks: { list: async () => [] },
      media: {
        reindex: async (one) => {
          const answer = answers[asked.length]
          asked.push(one)
          if (answer) throw answer
        },
      },
    },
  })
  return { asked, ended: reindex(step, dataset({ status: 'PARTIAL_INDEX' }), 'wait') }
}

describe('the reindex of a dataset', () => {
  it('is not asked for where an automatic one has ended in the meantime', async () => {
    const { asked, ended } = reindexing(['READY'])
    expect(await ended).toMatchObject({ status: 'READY' })
    expect(asked).toEqual([])
  })

  it('is seen by the status alone where its reply is lost and no task shows', async () => {
    const { asked, ended } = reindexing(['PARTIAL_INDEX', 'PARTIAL_INDEX', 'INDEXING', 'READY'], [lostReply()])
    await ended
    expect(asked).toHaveLength(1)
  })

  it('is seen to have begun by the conflict with itself, where its reply was lost and it showed late', async () => {
    const states: DatasetStatus[] = Array.from({ length: 200 }, () => 'PARTIAL_INDEX')
    const { asked, ended } = reindexing(states, [lostReply(), rejected(409)], ['READ_ONLY', 'READ_ONLY', 'READY'])
    expect(await ended).toMatchObject({ status: 'READY' })
    expect(asked).toHaveLength(2)
  })
})
