import { ActionError } from '../../errors.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import type { Look } from '../until.ts'
import { datasetError, datasetLine } from './dataset.ts'

export interface SnapshotSighting {
  /** Ours, where the list shows it. */
  snapshot: Snapshot | undefined
  dataset: Dataset
  /** The response to the request named the snapshot: it was made, and a list without it is merely late. */
  named: boolean
  /** The dataset was seen busy since the request. */
  seenBusy: boolean
  /** Since the request was accepted, in ms. */
  sinceMs: number
  /** How long a list may lag, in ms. */
  patienceMs: number
}

/**
 * A snapshot counts when the list shows it and the dataset is READY. If the API accepted without naming one, a READY may still be
 * the old one: then it counts once the snapshot is the current state, or the dataset was busy in between. `gone`: the API named it,
 * and the list had time to show it and does not, since someone else may delete it at once.
 */
export function snapshotVerdict(seen: SnapshotSighting): Look<Snapshot | 'gone'> {
  const { snapshot, dataset } = seen
  if (dataset.status === 'ERROR') {
    return { state: 'failed', error: datasetError(dataset, 'while its snapshot was being created') }
  }
  const ready = dataset.status === 'READY'
  if (snapshot && ready && (seen.named || snapshot.isCurrent || seen.seenBusy))
    return { state: 'done', value: snapshot }
  if (!snapshot && ready && seen.named && seen.sinceMs >= seen.patienceMs) return { state: 'done', value: 'gone' }
  if (!snapshot && ready && !seen.named && seen.sinceMs >= seen.patienceMs) {
    return {
      state: 'failed',
      error: new ActionError(
        'operation_failed',
        `Visual Layer accepted the request, but dataset ${dataset.id} is READY again and does not list the snapshot.`,
        { todo: 'Visual Layer could not create the snapshot. Re-run the job.' },
      ),
    }
  }
  const line = `${snapshot ? 'snapshot listed' : 'snapshot not listed yet'}, ${datasetLine(dataset)}`
  return { state: 'pending', line, phase: `${snapshot !== undefined} ${dataset.status}` }
}
