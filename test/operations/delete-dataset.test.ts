import { describe, expect, it } from 'vitest'
import { deleteDataset } from '../../src/operations/delete-dataset.ts'
import { request } from '../inputs/step-inputs.ts'
import { failureOf } from '../failure-of.ts'
import { dataset, id, lostReply, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { fakeStep } from './fake-step.ts'

interface World {
  /** When the dataset stops to be readable, and to be listed, after it was deleted, in ms; `undefined`: never. */
  unreadableAfter?: number | undefined
  unlistedAfter?: number | undefined
  listedBefore?: boolean
  name?: string
  /** What becomes of the first requests. */
  fates?: ('made' | 'made, reply lost' | 'lost' | 403 | 409)[]
}

function scene(world: World = {}, confirm = 'Cats') {
  const { fates = [], listedBefore = true, unreadableAfter, unlistedAfter, name = 'Cats' } = world
  const clock = new FakeClock()
  const others = [dataset({ id: id(8) }), dataset({ id: id(9), name: 'Dogs' })]
  let deletedAt: number | undefined
  let requests = 0
  const since = (after: number | undefined) =>
    deletedAt !== undefined && after !== undefined && clock.now() - deletedAt >= after
  const step = fakeStep({
    clock,
    interval: 'auto',
    api: {
      datasets: {
        get: async () => {
          if (since(unreadableAfter)) throw rejected(404)
          return dataset({ name })
        },
        list: async () => (since(unlistedAfter) || !listedBefore ? others : [dataset({ name }), ...others]),
        delete: async () => {
          const fate = fates[requests] ?? 'made'
          requests += 1
          if (typeof fate === 'number') throw rejected(fate)
          if (fate !== 'lost') deletedAt ??= clock.now()
          if (fate !== 'made') throw lostReply()
        },
      },
      tasks: { list: async () => [task({ state: clock.now() < 30_000 ? 'RUNNING' : 'COMPLETED' })] },
    },
  })
  const asked = request('delete-dataset', { dataset_id: SOURCE, confirm_dataset_name: confirm })
  return {
    step,
    clock,
    run: () => deleteDataset.run(asked, step),
    requests: () => requests,
    isDeleted: () => deletedAt !== undefined,
  }
}

describe('delete-dataset', () => {
  it.each<[string, World]>([
    ['can no longer be read', { unreadableAfter: 0 }],
    ['can no longer be read, after a while', { unreadableAfter: 90_000 }],
    ['is no longer listed', { unlistedAfter: 0 }],
    ['is no longer listed, after a while', { unlistedAfter: 90_000 }],
  ])('is done when the dataset %s', async (_, world) => {
    const { run, requests, clock } = scene(world)
    expect(await run()).toBe('Deleted dataset "Cats".')
    expect(requests()).toBe(1)
    expect(clock.now()).toBeGreaterThanOrEqual(world.unreadableAfter ?? world.unlistedAfter ?? 0)
  })

  it.each(['cats', 'Cat', 'Cats (cloned)', 'CATS', 'Cаts'])('changes nothing for the name "%s"', async (confirm) => {
    const { step, run, requests } = scene({ unreadableAfter: 0 }, confirm)
    const error = await failureOf(run())
    expect(error.code).toBe('invalid_input')
    expect(error.message).toContain(`is "${confirm}"`)
    expect(error.message).toContain('is named "Cats"')
    expect(requests()).toBe(0)
    expect(step.reporter.outputs).toMatchObject({ dataset_id: SOURCE, dataset_name: 'Cats' })
  })

  it('takes a name whose outer white space an input cannot carry, and no dataset without a name', async () => {
    const spaced = scene({ unreadableAfter: 0, name: ' Cats ' })
    await spaced.run()
    expect(spaced.isDeleted()).toBe(true)
    const nameless = scene({ unreadableAfter: 0, name: '' })
    expect(await failureOf(nameless.run())).toMatchObject({ code: 'invalid_input' })
    expect(nameless.requests()).toBe(0)
  })

  it('does not take a dataset that was never listed for one that left the list', async () => {
    const { run } = scene({ listedBefore: false, unlistedAfter: 0 })
    const error = await failureOf(run())
    expect(error.code).toBe('operation_failed')
    expect(error.message).toContain('still shows it')
  })

  it.each([
    ['made, and its reply lost', ['made, reply lost'] as const, 1],
    ['lost on the way', ['lost'] as const, 2],
    ['lost on the way, then made with its reply lost', ['lost', 'made, reply lost'] as const, 2],
  ])('looks before it sends again: %s', async (_, fates, requests) => {
    const ended = scene({ unreadableAfter: 0, fates: [...fates] })
    await ended.run()
    expect([ended.requests(), ended.isDeleted()]).toEqual([requests, true])
  })

  it('waits for what runs there', async () => {
    const { run, requests, clock } = scene({ unreadableAfter: 0, fates: [409] })
    await run()
    expect(requests()).toBe(2)
    expect(clock.now()).toBeGreaterThanOrEqual(30_000)
  })

  it('passes a rejection on', async () => {
    const { run, isDeleted } = scene({ unreadableAfter: 0, fates: [403] })
    expect(await failureOf(run())).toMatchObject({ code: 'forbidden', apiWords: 'words of 403' })
    expect(isDeleted()).toBe(false)
  })
})
