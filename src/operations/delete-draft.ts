import type { VisualLayer } from '../visual-layer/client.ts'
import { isMissing, RequestFailure } from '../visual-layer/failure.ts'
import type { Waiting } from '../waiting/until.ts'
import { abortCreation } from './abort-creation.ts'
import { datasetRemoval } from './remove-dataset.ts'

/**
 * Undoes a creation from files that was cancelled; returns a sentence about the result. A draft is deleted, since no data is
 * lost with it: the files are still where they came from. Where processing has begun, that is aborted instead.
 *
 * Throws where the API could not be reached, or where the creation could not be found.
 */
export async function deleteDraft(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<string> {
  const draft = await api.datasets.get(datasetId).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (!draft) return `The draft dataset ${datasetId} no longer exists, so there was nothing to delete.`
  if (draft.status !== 'DRAFT') return abortCreation(api, waiting, datasetId)
  const { change } = await datasetRemoval(api, waiting, datasetId)
  try {
    await change.run()
    return `Deleted the draft dataset ${datasetId}, because its upload was canceled.`
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.outcome.transient) throw error
    return `Could not delete the draft dataset ${datasetId}, whose upload was canceled: ${error.apiWords ?? error.message}. Delete it in Visual Layer.`
  }
}
