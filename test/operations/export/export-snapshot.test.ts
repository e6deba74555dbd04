import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { withEphemeralClone } from '../../../src/operations/export/export-snapshot.ts'
import { undo } from '../../../src/operations/undo.ts'
import { request } from '../../inputs/step-inputs.ts'
import { rejection } from '../../visual-layer/loopback.ts'
import { dataset, id, rejected, snapshot, SOURCE, task } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'

const CLONE = id(77)

/** Exports a snapshot from a clone, where the export itself ends as `body` says. */
function exporting(body: (end: AbortController) => Promise<string>) {
  const end = new AbortController()
  const source = dataset({ id: SOURCE, name: 'cats' })
  const golden = snapshot({ name: 'golden' })
  const deleted: string[] = []
  let cloned = false
  const clone = dataset({ id: CLONE, name: 'cats (cloned)' })
  const step = fakeStep({
    signal: end.signal,
    interval: 1_000,
    api: {
      datasets: {
        get: async (one) => (one === CLONE && deleted.length > 0 ? Promise.reject(rejected(404)) : clone),
        list: async () => (cloned && deleted.length === 0 ? [source, clone] : [source]),
        delete: async (one) => void deleted.push(one),
      },
      snapshots: {
        list: async () => [golden],
        clone: async () => {
          cloned = true
          return undefined
        },
      },
      tasks: {
        list: async () =>
          cloned
            ? [task({ type: 'SNAPSHOT_CLONE', datasetId: CLONE, datasetName: clone.name, state: 'COMPLETED' })]
            : [],
      },
    },
  })
  const asked = request('export', { dataset_id: SOURCE, snapshot_name: 'golden' })
  const ended = withEphemeralClone(asked, step, source, { by: 'name', snapshotName: 'golden' }, () => body(end))
  return { step, deleted, ended }
}

describe('the ephemeral clone of an export', () => {
  it('is planned before it is requested, and confirmed once accepted and once found', async () => {
    const { step, ended } = exporting(async () => 'exported')
    expect(await ended).toBe('exported')
    const plan = { kind: 'clone', source: { id: SOURCE, name: 'cats' }, ephemeral: true }
    expect(step.saved).toEqual([
      { ...plan, accepted: false, earlier: [SOURCE], earlierTasks: [] },
      { ...plan, accepted: true, earlier: [SOURCE], earlierTasks: [] },
      { ...plan, accepted: true, earlier: [], earlierTasks: [], datasetId: CLONE },
    ])
  })

  it('is deleted by the undo of the step, however that ends', async () => {
    const { step, deleted, ended } = exporting(async (end) => {
      end.abort(new ActionError('cancelled', 'stopped'))
      throw end.signal.reason
    })
    expect(await rejection(ended)).toMatchObject({ code: 'cancelled' })
    expect(deleted).toEqual([])
    const { open } = step.undo
    if (open?.kind !== 'clone') throw new Error('nothing was planned')
    const { api, waiting } = fakeStep({ timeoutMs: 3_500 })
    expect(await undo(open, { ...api, datasets: step.api.datasets }, waiting)).toMatchObject({ settled: true })
    expect(deleted).toEqual([CLONE])
  })
})
