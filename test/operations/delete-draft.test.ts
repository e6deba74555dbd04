import { describe, expect, it } from 'vitest'
import { deleteDraft } from '../../src/operations/delete-draft.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { dataset, id, lostReply, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

const draft = dataset({ status: 'DRAFT' })
const list = async () => [draft]

function drafting(api: StubApi) {
  const step = fakeStep({ api, timeoutMs: 30_000, interval: 400 })
  return { step, ended: deleteDraft(step.api, step.waiting, SOURCE) }
}

describe('a cancelled creation from files', () => {
  it('has its draft deleted', async () => {
    const deleted: string[] = []
    const { ended } = drafting({
      datasets: { list, get: async () => draft, delete: async (one) => void deleted.push(one) },
    })
    expect(await ended).toContain('Deleted the draft')
    expect(deleted).toEqual([SOURCE])
  })

  it('is aborted where processing has begun, and then not deleted', async () => {
    const aborted: string[] = []
    const { ended } = drafting({
      datasets: { get: async () => dataset({ status: 'INDEXING' }) },
      tasks: { list: async () => [task({ type: 'DATASET_CREATION' })], abort: async (one) => void aborted.push(one) },
    })
    expect(await ended).toContain('Aborted the creation')
    expect(aborted).toEqual([id(200)])
  })

  it('may be gone already, or go with a request whose reply is lost', async () => {
    const gone = drafting({ datasets: { get: async () => Promise.reject(rejected(404)) } })
    expect(await gone.ended).toContain('no longer exists')
    let deletions = 0
    const lost = drafting({
      datasets: {
        list,
        get: async () => (deletions === 0 ? draft : Promise.reject(rejected(404))),
        delete: async () => {
          deletions += 1
          throw lostReply()
        },
      },
    })
    expect(await lost.ended).toContain('Deleted the draft')
    expect(deletions).toBe(1)
  })

  it.each([403, 404, 405, 409])('is named where the API answers HTTP %s', async (status) => {
    const { ended } = drafting({
      datasets: { list, get: async () => draft, delete: async () => Promise.reject(rejected(status, 'not allowed')) },
    })
    expect(await ended).toMatch(new RegExp(`Could not delete .*${SOURCE}.*not allowed`))
  })

  it('stays owed where the API cannot be reached', async () => {
    const { ended } = drafting({ datasets: { get: async () => Promise.reject(lostReply()) } })
    expect(await rejection(ended)).toMatchObject({ code: 'network' })
  })
})

describe('a draft that cannot be deleted', () => {
  const refusing = (fault: Error) =>
    drafting({ datasets: { list, get: async () => draft, delete: async () => Promise.reject(fault) } })

  it('is told of without words where the API gives none', async () => {
    const silent = rejected(403, '')
    expect(await refusing(silent).ended).toContain(silent.message)
  })

  it('stays owed for a reason that may pass', async () => {
    expect(await rejection(refusing(rejected(503)).ended)).toMatchObject({ code: 'server_error' })
  })
})
