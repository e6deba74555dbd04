import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import type { Waiting } from '../waiting/until.ts'
import { abortCreation, seen } from './abort-creation.ts'
import { datasetRemoval } from './remove-dataset.ts'

/**
 * Undoes a creation from files that was cancelled; answers in a sentence what came of it. A draft is deleted, since no data is
 * lost with it: the files are still where they came from. Where processing has begun, that is aborted instead.
 *
 * Throws where the API could not be reached, or where the creation could not be found.
 */
export async function deleteDraft(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<string> {
  const missing = (error: unknown) => error instanceof RequestFailure && error.outcome.status === 404
  const draft = await api.datasets.get(datasetId).catch((error: unknown) => {
    if (missing(error)) return undefined
    throw error
  })
  if (!draft) return `The draft dataset ${datasetId} is not there any more; nothing was left to delete.`
  if (draft.status !== 'DRAFT') return abortCreation(api, waiting, datasetId)
  const { change } = await datasetRemoval(api, waiting, datasetId)
  try {
    await change.run()
    return `The draft dataset ${datasetId}, whose upload was cancelled, was deleted in Visual Layer.`
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.outcome.transient) throw error
    return `The draft dataset ${datasetId}, whose upload was cancelled, is left behind: Visual Layer does not let it be deleted (${error.apiWords ?? error.message}). Delete it there.`
  }
}

/**
 * Undoes a creation whose reply was never seen, so that its id is not known: that of the one dataset of this name that is not
 * among `earlier`. Where several are, none is touched.
 */
export async function deleteUnnamedDraft(
  api: VisualLayer,
  waiting: Waiting,
  name: string,
  earlier: ReadonlySet<string>,
): Promise<string> {
  const [only, ...others] = await seen<string[]>(waiting, `a draft dataset "${name}"`, async () => {
    const added = (await api.datasets.list(0)).filter((dataset) => dataset.name === name && !earlier.has(dataset.id))
    return added.length > 0
      ? { state: 'done', value: added.map(({ id }) => id) }
      : { state: 'pending', line: 'no draft is listed yet' }
  })
  if (only === undefined || others.length > 0) {
    return `Several new datasets are named "${name}" (${[only, ...others].join(', ')}); none was deleted, since it cannot be told which is this step's.`
  }
  return deleteDraft(api, waiting, only)
}
