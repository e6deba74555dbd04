import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { until, type Waiting } from '../waiting/until.ts'

const TYPE = 'DATASET_CREATION'

/**
 * Aborts the creation of a dataset on the server; answers in a sentence what came of it. Only dataset creations can be aborted;
 * docs.visual-layer.com, task manager API. The task may not be listed yet: it is looked for as long as `waiting` lasts.
 *
 * Throws where the task did not show or the API could not be reached.
 */
export async function abortCreation(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<string> {
  const read = async () => (await api.tasks.list({ datasetId, type: TYPE }, 0))[0]
  const found = await until<Task>(async () => {
    const task = await read()
    return task ? { state: 'done', value: task } : { state: 'pending', line: 'the creation task is not listed yet' }
  }, waiting)
  if (found.end === 'failed') throw found.error
  if (found.end === 'out_of_time') {
    throw found.lastFault ?? new Error(`the creation task of dataset ${datasetId} did not show in the task list`)
  }
  const task = found.value
  if (hasEnded(task)) {
    return `The creation of dataset ${datasetId} had already ended (${task.statusWord}); nothing was left to abort.`
  }
  const change = new OnceOnly<void>(
    {
      what: `abort task ${task.id}`,
      send: () => api.tasks.abort(task.id),
      async look() {
        const now = await read()
        return now && hasEnded(now) ? { found: undefined } : 'absent'
      },
    },
    waiting,
    waiting.onLook,
  )
  try {
    await change.run()
    return `The creation of dataset ${datasetId} was aborted in Visual Layer. The dataset itself may still be listed there; delete it if it is not wanted.`
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.outcome.status !== 409) throw error
    return `The creation of dataset ${datasetId} could no longer be aborted: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`
  }
}
