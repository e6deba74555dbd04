import { invalid, json, type Reply, Rejection } from '../http/reply.ts'
import { empty, jsonObject, type Route, textField } from '../http/routing.ts'
import type { Dataset, Snapshot } from '../model.ts'
import { startClone, startRestore } from '../operations.ts'
import { requireIdle, requireNoClone } from '../work.ts'
import type { World } from '../world.ts'
import { datasetOf, naiveTime, requireEditor, requireSnapshotSupport, snapshotOf } from './access.ts'

/** The six calls of docs.visual-layer.com/api-reference/snapshots. */
export function snapshotRoutes(world: World): Route[] {
  const { style, lags } = world.options
  return [
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id/snapshot',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireSnapshotSupport(dataset)
        const seen = dataset.snapshots
          .map((snapshot) => world.timeline.seen(snapshot, lags.snapshotListMs))
          .filter((snapshot) => snapshot !== undefined)
          .filter((snapshot) => !snapshot.deleted)
        return json(seen.reverse().map(shownSnapshot))
      },
    },
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/snapshot',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireSnapshotSupport(dataset)
        const body = jsonObject(call)
        const name = textField(body, 'name')
        const description = textField(body, 'description')
        requireIdle(world, dataset, 'SNAPSHOT_CREATE', ['READY'])
        return createSnapshot(world, dataset, {
          ...(name ? { name } : {}),
          ...(description === undefined ? {} : { description }),
        })
      },
    },
    {
      method: 'PATCH',
      pattern: '/dataset/:dataset_id/snapshot/:snapshot_id',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireSnapshotSupport(dataset)
        const snapshot = snapshotOf(dataset, call)
        const body = jsonObject(call)
        const name = textField(body, 'name')
        const description = textField(body, 'description')
        if (name === undefined && description === undefined) {
          throw invalid(['body'], 'Value error, at least one of name and description is required', body)
        }
        world.timeline.change(snapshot, {
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
        })
        return json(shownSnapshot(snapshot))
      },
    },
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/snapshot/:snapshot_id/restore',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireSnapshotSupport(dataset)
        const snapshot = snapshotOf(dataset, call, true)
        requireIdle(world, dataset, 'SNAPSHOT_RESTORE', ['READY', 'PARTIAL INDEX', 'ERROR'])
        requireNoClone(world, snapshot, 'SNAPSHOT_RESTORE')
        startRestore(world, dataset, snapshot)
        return empty(202, style.nullBodies)
      },
    },
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/snapshot/:snapshot_id/clone',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireSnapshotSupport(dataset)
        const snapshot = snapshotOf(dataset, call)
        requireIdle(world, dataset, 'SNAPSHOT_CLONE', ['READY', 'PARTIAL INDEX', 'ERROR'])
        requireNoClone(world, snapshot, 'SNAPSHOT_CLONE')
        startClone(world, dataset, snapshot, world.user)
        return empty(202, style.nullBodies)
      },
    },
    {
      method: 'DELETE',
      pattern: '/dataset/:dataset_id/snapshot/:snapshot_id',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireSnapshotSupport(dataset)
        const snapshot = snapshotOf(dataset, call)
        if (snapshot.isCurrent) throw new Rejection(409, 'The current version snapshot cannot be deleted')
        if (snapshot.isRestoring)
          throw new Rejection(409, 'Operation SNAPSHOT_DELETE is blocked while a SNAPSHOT_RESTORE task is running')
        requireNoClone(world, snapshot, 'SNAPSHOT_DELETE')
        world.timeline.change(snapshot, { deleted: true })
        return empty(200, style.nullBodies)
      },
    },
  ]
}

/** The dataset is READ ONLY for as long as it takes; the snapshot is there, and current, at the end. */
async function createSnapshot(
  world: World,
  dataset: Dataset,
  seed: { name?: string; description?: string },
): Promise<Reply> {
  const { style, timings } = world.options
  world.timeline.change(dataset, { status: 'READ ONLY' })
  const finish = () => {
    const outcome = world.takeOutcome('snapshot')
    const failed = outcome.task !== undefined && outcome.task !== 'COMPLETED'
    world.timeline.change(dataset, { status: outcome.datasetStatus ?? 'READY' })
    if (failed) throw new Rejection(500, outcome.message ?? 'Snapshot creation failed')
    return (outcome.effect ?? true) ? world.addSnapshot(dataset, seed) : undefined
  }
  if (style.snapshotCreate === 'accepted') {
    world.timeline.after(timings.snapshotMs, () => {
      try {
        finish()
      } catch {
        // Nobody waits for this reply: the failure shows in the dataset alone.
      }
    })
    return empty(202, style.nullBodies)
  }
  await world.timeline.pause(timings.snapshotMs)
  const snapshot = finish()
  return style.snapshotCreate === 'object' && snapshot ? json(shownSnapshot(snapshot)) : empty(200, style.nullBodies)
}

function shownSnapshot(snapshot: Snapshot): Record<string, unknown> {
  const frames = snapshot.items.filter((item) => item.mediaType === 'video_frame')
  return {
    snapshot_id: snapshot.id,
    snapshot_name: snapshot.name,
    source_dataset_name: snapshot.sourceDatasetName,
    created_at: naiveTime(snapshot.createdAt),
    created_by: snapshot.createdBy,
    n_images: snapshot.items.length - frames.length,
    n_videos: new Set(frames.map((frame) => frame.filePath.split('/').slice(0, -1).join('/'))).size,
    description: snapshot.description,
    reason: snapshot.reason,
    training_model_id: null,
    training_model_name: null,
    is_current: snapshot.isCurrent,
    is_restoring: snapshot.isRestoring,
  }
}
