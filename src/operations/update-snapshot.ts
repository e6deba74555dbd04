import { ActionError } from '../errors.ts'
import * as fields from '../inputs/fields.ts'
import { duration } from '../numbers.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { chooseSnapshot } from './choose-snapshot.ts'
import { throughConflicts } from './conflicts.ts'
import { readDataset } from './facts.ts'
import { operation } from './operation.ts'
import { waitFor } from './waits.ts'

/** A service may keep a text without the white space around it, and with line ends of its own. */
function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n').trim()
  return plain(a) === plain(b)
}

/** Gives a snapshot another name, another description, or both; done when the catalog shows them. */
export const updateSnapshot = operation({
  name: 'update-snapshot',
  inputs: {
    dataset_id: fields.datasetId(),
    snapshot_id: fields.snapshotId(),
    /** The name to give, and the text to keep with it; at least one is there. */
    snapshot_name: fields.displayName().optional(),
    description: fields.description().optional(),
  },
  outputs: ['snapshot_id', 'snapshot_name'],
  rules({ snapshot_name: name, description: text }) {
    if (name !== undefined || text !== undefined) return []
    const rule = 'operation "update-snapshot" requires snapshot_name (the name to give), description, or both'
    return [{ input: 'snapshot_name', got: undefined, rule }]
  },
  async run(request, step): Promise<string> {
    const { api, reporter } = step
    const { snapshotName: name, description } = request
    const dataset = await readDataset(step, request.datasetId)
    const target = await chooseSnapshot(step, dataset, { by: 'id', snapshotId: request.snapshotId })
    reporter.output('snapshot_id', target.id)
    reporter.output('snapshot_name', target.name)
    const isChanged = (one: Snapshot) =>
      (name === undefined || sameText(one.name, name)) &&
      (description === undefined || sameText(one.description, description))
    /** Something that was to be changed is as it was. A third value comes from someone else. */
    const isStale = (one: Snapshot) =>
      (name !== undefined && !sameText(name, one.name) && sameText(one.name, target.name)) ||
      (description !== undefined &&
        !sameText(description, one.description) &&
        sameText(one.description, target.description))
    const listed = async () => (await api.snapshots.list(dataset.id, 0)).find((one) => one.id === target.id)

    const change = new OnceOnly<void>(
      {
        what: `change snapshot ${target.id} of dataset ${dataset.id}`,
        ifUnclear: 'Re-run the job. Making the same change twice is harmless.',
        send: () =>
          api.snapshots.update(dataset.id, target.id, {
            ...(name === undefined ? {} : { name }),
            ...(description === undefined ? {} : { description }),
          }),
        async look() {
          const now = await listed()
          return now && isChanged(now) ? { found: undefined } : 'absent'
        },
      },
      step.waiting,
      (line) => reporter.info(line),
    )
    await throughConflicts(step, dataset.id, 'wait', () => change.run())

    const acceptedAt = step.clock.now()
    const patience = patienceMs(step.deadline.remainingMs())
    const changed = await waitFor<Snapshot>(
      step,
      {
        awaited: `the catalog to show the change of snapshot "${target.name}" (${target.id})`,
        carryOn: 'Visual Layer accepted the change. Check the Snapshot Catalog of the dataset, or re-run the job.',
      },
      async () => {
        const now = await listed()
        if (now && isChanged(now)) return { state: 'done', value: now }
        if (step.clock.now() - acceptedAt >= patience) {
          if (now && isStale(now)) return { state: 'failed', error: notChanged(target, now, patience) }
          reporter.warning(
            now
              ? `The catalog shows other values than the requested ones (name: "${now.name}"): Visual Layer adjusted them, or someone else changed the snapshot since.`
              : 'Someone else has deleted the snapshot since: the catalog no longer lists it.',
          )
          return { state: 'done', value: now ?? { ...target, name: name ?? target.name } }
        }
        return { state: 'pending', line: 'the catalog still shows the old values' }
      },
    )
    reporter.output('snapshot_name', changed.name)
    reporter.fact('Snapshot', changed.name)
    reporter.fact('Snapshot ID', changed.id, { code: true })
    if (name !== undefined && target.name !== changed.name) reporter.fact('Previous name', target.name)
    const what = [name === undefined ? '' : 'name', description === undefined ? '' : 'description'].filter(Boolean)
    return `The ${what.join(' and the ')} of snapshot "${changed.name}" of dataset "${dataset.name}" ${what.length > 1 ? 'were' : 'was'} changed.`
  },
})

function notChanged(target: Snapshot, now: Snapshot, afterMs: number): ActionError {
  return new ActionError(
    'operation_failed',
    `Visual Layer accepted the change of snapshot "${target.name}" (${target.id}), but after ${duration(afterMs)} its catalog still shows the old values (name: "${now.name}").`,
    { todo: 'Check the Snapshot Catalog of the dataset: Visual Layer may not accept this name or description.' },
  )
}
