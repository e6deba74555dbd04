import { ActionError } from '../errors.ts'
import type { UpdateSnapshotRequest } from '../inputs/operations/update-snapshot.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { chooseSnapshot } from './choose-snapshot.ts'
import { throughConflicts } from './conflicts.ts'
import { readDataset } from './facts.ts'
import type { Step } from './step.ts'
import { duration, waitFor } from './waits.ts'

/** A service may keep a text without the white space around it, and with line ends of its own. */
function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n').trim()
  return plain(a) === plain(b)
}

/** Gives a snapshot another name, another description, or both; done when the catalog shows them. */
export async function updateSnapshot(request: UpdateSnapshotRequest, step: Step): Promise<string> {
  const { api, reporter } = step
  const { snapshotName: name, description } = request
  const dataset = await readDataset(step, request.datasetId)
  const target = await chooseSnapshot(step, dataset, { by: 'id', snapshotId: request.snapshotId })
  reporter.output('snapshot_id', target.id)
  reporter.output('snapshot_name', target.name)
  const isChanged = (one: Snapshot | undefined): one is Snapshot =>
    one !== undefined &&
    (name === undefined || sameText(one.name, name)) &&
    (description === undefined || sameText(one.description, description))
  const listed = async () => (await api.snapshots.list(dataset.id, 0)).find((one) => one.id === target.id)

  const change = new OnceOnly<void>(
    {
      what: `change snapshot ${target.id} of dataset ${dataset.id}`,
      send: () =>
        api.snapshots.update(dataset.id, target.id, {
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
        }),
      look: async () => (isChanged(await listed()) ? { found: undefined } : 'absent'),
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
      awaited: `the catalog to show the change of snapshot ${target.id}`,
      carryOn: 'The change was accepted: look at the Snapshot Catalog of the dataset, or run the step again.',
    },
    async () => {
      const now = await listed()
      if (isChanged(now)) return { state: 'done', value: now }
      if (step.clock.now() - acceptedAt >= patience)
        return { state: 'failed', error: notChanged(target, now, patience) }
      return { state: 'pending', line: 'the catalog shows the snapshot as it was' }
    },
  )
  reporter.output('snapshot_name', changed.name)
  reporter.fact('Snapshot', changed.name)
  reporter.fact('Snapshot id', changed.id, { code: true })
  if (name !== undefined && target.name !== changed.name) reporter.fact('Name before', target.name)
  const what = [name === undefined ? '' : 'name', description === undefined ? '' : 'description'].filter(Boolean)
  return `The ${what.join(' and the ')} of snapshot "${changed.name}" of dataset "${dataset.name}" ${what.length > 1 ? 'were' : 'was'} changed.`
}

function notChanged(target: Snapshot, now: Snapshot | undefined, afterMs: number): ActionError {
  const seen = now ? `still shows it as it was, named "${now.name}"` : 'does not list it any more'
  return new ActionError(
    'operation_failed',
    `Visual Layer accepted the change of snapshot "${target.name}" (${target.id}), but after ${duration(afterMs)} its catalog ${seen}.`,
    {
      todo: now
        ? 'Look at the Snapshot Catalog of the dataset: Visual Layer may not take this name or description.'
        : 'Somebody may have deleted it at the same moment. Look at the Snapshot Catalog of the dataset.',
    },
  )
}
