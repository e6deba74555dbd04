import { describe, expect, it } from 'vitest'
import { removeDataset } from '../../src/operations/remove-dataset.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { dataset, rejected, SOURCE } from '../visual-layer/samples.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

function removing(datasets: NonNullable<StubApi['datasets']>) {
  const step = fakeStep({ api: { datasets }, timeoutMs: 30_000, interval: 400 })
  return removeDataset(step.api, step.waiting, SOURCE)
}

const gone = async () => Promise.reject(rejected(404))

describe('the removal of a dataset', () => {
  it('ends when it cannot be read any more, or has left the list', async () => {
    let reads = 0
    const get = async () => ((reads += 1) < 3 ? dataset() : gone())
    await removing({ list: async () => [], get, delete: async () => undefined })
    expect(reads).toBe(3)
    let lists = 0
    const list = async () => ((lists += 1) < 3 ? [dataset()] : [])
    await removing({ list, get: async () => dataset(), delete: async () => undefined })
    expect(lists).toBe(3)
  })

  it('needs no deleting if it is not there, which is believed at once only if the list had it', async () => {
    await expect(removing({ list: async () => [dataset()], delete: gone })).resolves.toBeUndefined()
    let deletions = 0
    const late = async () => {
      deletions += 1
      if (deletions < 4) throw rejected(404)
    }
    await removing({ list: async () => [], get: gone, delete: late })
    expect(deletions).toBe(4)
    await expect(removing({ list: async () => [], delete: gone })).resolves.toBeUndefined()
  })

  it('is repeated while the dataset is busy', async () => {
    let deletions = 0
    const busy = async () => {
      deletions += 1
      if (deletions < 4) throw rejected(409)
    }
    await removing({ list: async () => [dataset()], get: gone, delete: busy })
    expect(deletions).toBe(4)
  })

  it('fails with the rejection of the deletion, or of a look', async () => {
    const list = async () => []
    const denied = rejected(403)
    expect(await rejection(removing({ list, delete: async () => Promise.reject(denied) }))).toBe(denied)
    const get = async () => Promise.reject(denied)
    expect(await rejection(removing({ list, get, delete: async () => undefined }))).toBe(denied)
  })

  it('fails where it is still there when the time is over, with the last fault where there was one', async () => {
    const list = async () => [dataset()]
    const there = removing({ list, get: async () => dataset(), delete: async () => undefined })
    expect(await rejection(there)).toMatchObject({ message: `dataset ${SOURCE} is still there` })
    const fault = rejected(503)
    const unread = removing({ list, get: async () => Promise.reject(fault), delete: async () => undefined })
    expect(await rejection(unread)).toBe(fault)
  })
})
