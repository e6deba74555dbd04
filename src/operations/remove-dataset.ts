import type { VisualLayer } from '../visual-layer/client.ts'
import { isMissing, RequestFailure } from '../visual-layer/failure.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { until, type Waiting } from '../waiting/until.ts'

/** The deletion of one dataset, and how to see that it took effect. */
export interface DatasetRemoval {
  change: OnceOnly<void>
  isGone: () => Promise<boolean>
  /** The list showed the dataset before the deletion. */
  wasListed: boolean
}

/**
 * Prepares the deletion of a dataset. It is gone when it cannot be read any longer, or has left the list that showed it before.
 *
 * @param retries of the list; 0 in a wait
 */
export async function datasetRemoval(
  api: VisualLayer,
  waiting: Waiting,
  datasetId: string,
  retries?: number,
): Promise<DatasetRemoval> {
  const isListed = async (most?: number) => (await api.datasets.list(most)).some((dataset) => dataset.id === datasetId)
  // Not every dataset is in the list: only one that was there can be seen to leave it.
  const wasListed = await isListed(retries)
  const isGone = async () => {
    try {
      await api.datasets.get(datasetId, 0)
    } catch (error) {
      if (isMissing(error)) return true
      throw error
    }
    return wasListed && !(await isListed(0))
  }
  const change = new OnceOnly<void>(
    {
      what: `delete dataset ${datasetId}`,
      ifUnclear: 'Check in Visual Layer whether the dataset is still there. If it is, re-run the job.',
      send: () => api.datasets.delete(datasetId),
      look: async () => ((await isGone()) ? { found: undefined } : 'absent'),
    },
    waiting,
    waiting.onLook,
  )
  return { change, isGone, wasListed }
}

/**
 * Deletes a dataset of ours and sees it gone. A 409 is retried: a clone may not be deletable while it is being made. A dataset that
 * is not found counts as deleted only after a while, since one that was just made may not be visible yet.
 *
 * Throws if the API rejects it, cannot be reached, or still shows the dataset when the time of `waiting` ends.
 */
export async function removeDataset(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<void> {
  const { clock, deadline } = waiting
  const startedAt = clock.now()
  const patience = patienceMs(deadline.remainingMs())
  let removal: DatasetRemoval | undefined
  let accepted = false
  const ended = await until<void>(async () => {
    removal ??= await datasetRemoval(api, waiting, datasetId, 0)
    try {
      if (!accepted) await removal.change.run()
      accepted = true
    } catch (error) {
      const busy = error instanceof RequestFailure && error.outcome.status === 409
      if (busy) return { state: 'pending', line: `dataset ${datasetId} cannot be deleted yet` }
      if (!isMissing(error)) throw error
      if (removal.wasListed || clock.now() - startedAt >= patience) return { state: 'done', value: undefined }
      return { state: 'pending', line: `dataset ${datasetId} is not visible yet` }
    }
    if (await removal.isGone()) return { state: 'done', value: undefined }
    return { state: 'pending', line: `dataset ${datasetId} is still there` }
  }, waiting)
  if (ended.end === 'failed') throw ended.error
  if (ended.end === 'out_of_time') throw ended.lastFault ?? new Error(ended.lastLine)
}
