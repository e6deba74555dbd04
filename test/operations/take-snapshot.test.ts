import { describe, expect, it } from 'vitest'
import { takeSnapshot } from '../../src/operations/take-snapshot.ts'
import { failureOf } from '../failure-of.ts'
import { dataset, id, snapshot, SOURCE } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

/** Takes a snapshot without a name, whose id the reply does not tell; it is listed where `listed` says so. */
function taking(listed: boolean, wait: boolean, safety = false) {
  let made: string | undefined
  const ids: string[] = []
  const step = fakeStep({
    timeoutMs: 60_000,
    api: {
      datasets: { get: async () => dataset({ status: listed ? 'READY' : 'READ_ONLY' }) },
      snapshots: {
        list: async () => (made !== undefined && listed ? [snapshot({ id: id(7), description: made })] : []),
        create: async (_, _name, description) => {
          made = description
          return undefined
        },
      },
      tasks: { list: async () => [] },
    },
  })
  const onId = (one: { id: string }) => void ids.push(one.id)
  const wish = { name: undefined, description: '', onConflict: 'wait' as const, safety, onId }
  return { ids, ended: takeSnapshot(step, dataset(), wish, wait) }
}

describe('a snapshot whose id the reply does not tell', () => {
  it('is found by its mark, also by a step that does not wait', async () => {
    const { ids, ended } = taking(true, false)
    expect(await ended).toMatchObject({ id: id(7) })
    expect(ids).toEqual([id(7)])
  })

  it('is told of without a name where it does not show in time', async () => {
    const error = await failureOf(taking(false, true).ended)
    expect(error).toMatchObject({ code: 'timed_out' })
    expect(error.message).toContain(`the snapshot of dataset "Cats" (${SOURCE});`)
    expect(error.todo).toContain('if_exists: reuse')
  })

  it('is not to be reused where it is the safety snapshot of a restore', async () => {
    const { todo } = await failureOf(taking(false, true, true).ended)
    expect(todo).toContain('No restore was started.')
    expect(todo).not.toContain('if_exists')
  })
})
