import { describe, expect, it } from 'vitest'
import { faultsOfOneReply } from '../action/faults.ts'
import { Scene } from '../action/scene.ts'

interface Subject {
  inputs: Record<string, string>
  /** Holds what is there afterwards against what was asked for. */
  expectMade: (outputs: Record<string, string>) => void
}

/** A dataset with three old snapshots and a current one, and what is asked of it. */
const subjects: Record<string, { method: string; prepare: (scene: Scene) => Subject }> = {
  'update-snapshot': {
    method: 'PATCH',
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats', snapshots: ['a', 'b', 'latest'] })
      return {
        inputs: {
          operation: 'update-snapshot',
          dataset_id: dataset.id,
          snapshot_id: dataset.snapshots[1]?.id ?? '',
          snapshot_name: 'golden',
        },
        expectMade: () => expect(dataset.snapshots.slice(1).map(({ name }) => name)).toEqual(['golden', 'b', 'latest']),
      }
    },
  },
  'delete-snapshot': {
    method: 'DELETE',
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats', snapshots: ['a', 'b', 'latest'] })
      return {
        inputs: { operation: 'delete-snapshot', dataset_id: dataset.id, snapshot_name: 'a' },
        expectMade(outputs) {
          const deleted = dataset.snapshots.filter((one) => one.deleted)
          expect(deleted.map(({ name }) => name)).toEqual(['a'])
          expect(outputs['deleted_snapshot_ids']).toBe(JSON.stringify(deleted.map(({ id }) => id)))
        },
      }
    },
  },
  'prune-snapshots': {
    method: 'DELETE',
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats', snapshots: ['a', 'b', 'c', 'latest'] })
      // Stamps of one moment leave the order open.
      for (const [index, one] of dataset.snapshots.entries()) one.createdAt = new Date(Date.UTC(2026, 0, index + 1))
      return {
        inputs: { operation: 'prune-snapshots', dataset_id: dataset.id, keep_last: '2' },
        expectMade(outputs) {
          const deleted = dataset.snapshots.filter((one) => one.deleted)
          expect(deleted.map(({ name }) => name)).toEqual(['a', 'b'])
          expect(outputs['deleted_snapshot_ids']).toBe(JSON.stringify(deleted.map(({ id }) => id)))
        },
      }
    },
  },
  'delete-dataset': {
    method: 'DELETE',
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats' })
      world.addDataset({ name: 'cats' })
      return {
        inputs: { operation: 'delete-dataset', dataset_id: dataset.id, confirm_dataset_name: 'cats' },
        expectMade: () => expect(world.datasets.filter((one) => one.deleted)).toEqual([dataset]),
      }
    },
  },
}

const cases = Object.keys(subjects).flatMap((name) =>
  faultsOfOneReply().map(([faultName], index) => ({ name, faultName, index })),
)

describe('a change of the catalog whose one reply goes wrong', () => {
  it.each(cases)('is made, and nothing else: $name, $faultName', async ({ name, index }) => {
    await using scene = await Scene.open()
    const fault = faultsOfOneReply()[index]?.[1]
    const subject = subjects[name]
    if (!fault || !subject) throw new Error('no such case')
    const { inputs, expectMade } = subject.prepare(scene)
    scene.emulator.faults.add({ method: subject.method, path: /./, fault })
    const { outputs, stdout } = await scene.succeed({ timeout: '10s', request_timeout: '1s', ...inputs })
    expectMade(outputs)
    expect(scene.requests(subject.method, /./).length, stdout).toBeLessThanOrEqual(name === 'prune-snapshots' ? 3 : 2)
  })

  it.each(Object.keys(subjects))('fails with the words of the API where it stays so: %s', async (name) => {
    await using scene = await Scene.open()
    const subject = subjects[name]
    if (!subject) throw new Error('no such case')
    const body = JSON.stringify({ detail: 'the database is down' })
    scene.emulator.faults.add({
      method: subject.method,
      path: /./,
      times: Infinity,
      fault: { kind: 'status', status: 500, body },
    })
    const { inputs } = subject.prepare(scene)
    const { errors } = await scene.fail('server_error', { ...inputs, timeout: '8s' })
    expect(errors[0]).toContain('the database is down')
    expect(scene.world.datasets.some((one) => one.deleted || one.snapshots.some(({ deleted }) => deleted))).toBe(false)
  })
})
