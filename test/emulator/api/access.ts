import { type RouteCall, uuidParam } from '../http/routing.ts'
import { Rejection } from '../http/reply.ts'
import type { Dataset, DatasetStatus, Snapshot } from '../model.ts'
import type { World } from '../world.ts'

/** The dataset of the path. @throws Rejection 422 for what is no UUID, 404 where it is absent or deleted */
export function datasetOf(world: World, call: RouteCall): Dataset {
  const id = uuidParam(call, 'dataset_id')
  const dataset = world.datasets.find((candidate) => candidate.id === id)
  const seen = dataset && world.timeline.seen(dataset, world.options.lags.statusMs)
  if (!dataset || (seen ?? dataset).deleted) throw new Rejection(404, `Dataset ${id} not found`)
  return dataset
}

/** @throws Rejection 403 for a viewer */
export function requireEditor(dataset: Dataset): void {
  if (dataset.role === 'viewer') throw new Rejection(403, 'You do not have permission to perform this operation')
}

/** @throws Rejection 403 for a dataset made before snapshots were there */
export function requireSnapshotSupport(dataset: Dataset): void {
  if (!dataset.snapshotSupport) throw new Rejection(403, 'Snapshots are not enabled for this dataset')
}

/** The snapshot of the path. @throws Rejection 404 where it is absent or deleted */
export function snapshotOf(dataset: Dataset, call: RouteCall, acceptCurrent = false): Snapshot {
  const raw = call.param('snapshot_id')
  if (acceptCurrent && raw === 'current') {
    const current = dataset.snapshots.find((candidate) => candidate.isCurrent && !candidate.deleted)
    if (current) return current
    throw new Rejection(404, 'The dataset has no current snapshot')
  }
  const id = uuidParam(call, 'snapshot_id')
  const snapshot = dataset.snapshots.find((candidate) => candidate.id === id && !candidate.deleted)
  if (!snapshot) throw new Rejection(404, `Snapshot ${id} not found`)
  return snapshot
}

/** As a reply spells the status of a dataset. */
export function spelled(status: DatasetStatus, spelling: 'space' | 'underscore'): string {
  return spelling === 'space' ? status : status.replaceAll(' ', '_')
}

/** Microseconds and no zone, as datasets, snapshots and exports show their times. */
export function naiveTime(date: Date): string {
  return `${date.toISOString().slice(0, 23)}000`
}
