import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { OnceOnly } from '../waiting/once.ts'
import { until, type Waiting } from '../waiting/until.ts'

/** The deletion of one dataset, and how to see that it has taken effect. */
export interface DatasetRemoval {
  change: OnceOnly<void>
  isGone: () => Promise<boolean>
}

/** Prepares the deletion of a dataset. It is gone when it cannot be read any more, or has left the list that showed it before. */
export async function datasetRemoval(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<DatasetRemoval> {
  const isListed = async (retries?: number) =>
    (await api.datasets.list(retries)).some((dataset) => dataset.id.toLowerCase() === datasetId)
  // Not every dataset is in the list: only one that was there can be seen to leave it.
  const wasListed = await isListed()
  const isGone = async () => {
    try {
      await api.datasets.get(datasetId, 0)
    } catch (error) {
      if (error instanceof RequestFailure && error.outcome.status === 404) return true
      throw error
    }
    return wasListed && !(await isListed(0))
  }
  const change = new OnceOnly<void>(
    {
      what: `delete dataset ${datasetId}`,
      send: () => api.datasets.delete(datasetId),
      look: async () => ((await isGone()) ? { found: undefined } : 'absent'),
    },
    waiting,
    waiting.onLook,
  )
  return { change, isGone }
}

/**
 * Deletes a dataset of ours, and sees it gone; one that is not there any more needs no deleting. Throws where the API refuses,
 * cannot be reached, or still shows the dataset when the time of `waiting` is over.
 */
export async function removeDataset(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<void> {
  const { change, isGone } = await datasetRemoval(api, waiting, datasetId)
  try {
    await change.run()
  } catch (error) {
    if (error instanceof RequestFailure && error.outcome.status === 404) return
    throw error
  }
  const ended = await until<void>(async () => {
    if (await isGone()) return { state: 'done', value: undefined }
    return { state: 'pending', line: `dataset ${datasetId} is still there` }
  }, waiting)
  if (ended.end === 'failed') throw ended.error
  if (ended.end === 'out_of_time') throw ended.lastFault ?? new Error('it was still there when the time was over')
}
