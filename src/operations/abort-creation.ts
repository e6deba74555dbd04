import type { Clock } from '../clock.ts'
import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { hasEnded } from '../visual-layer/tasks.ts'

const MOST_LOOKS = 6
const BETWEEN_LOOKS_MS = 400

/**
 * Aborts the creation of a dataset on the server; answers in a sentence what came of it. Only dataset creations can be aborted;
 * docs.visual-layer.com, task manager API. The task may not be listed yet: it is looked for a few times.
 *
 * Throws where the task did not show or the API could not be reached.
 */
export async function abortCreation(api: VisualLayer, clock: Clock, datasetId: string): Promise<string> {
  for (let looks = 1; ; looks += 1) {
    const [task] = await api.tasks.list({ datasetId, type: 'DATASET_CREATION' })
    if (task && hasEnded(task))
      return `The creation of dataset ${datasetId} had already ended (${task.statusWord}); nothing was left to abort.`
    if (task) {
      try {
        await api.tasks.abort(task.id)
        return `The creation of dataset ${datasetId} was aborted in Visual Layer. The dataset itself is still listed there; delete it if it is not wanted.`
      } catch (error) {
        if (!(error instanceof RequestFailure) || error.outcome.status !== 409) throw error
        return `The creation of dataset ${datasetId} could no longer be aborted: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`
      }
    }
    if (looks >= MOST_LOOKS) throw new Error(`the creation task of dataset ${datasetId} did not show in the task list`)
    await clock.sleep(BETWEEN_LOOKS_MS)
  }
}
