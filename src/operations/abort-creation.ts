import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { seen, type Waiting } from '../waiting/until.ts'

const TYPE = 'DATASET_CREATION'

/**
 * Aborts the creation of a dataset on the server; returns a sentence about the result. Only dataset creations can be aborted;
 * docs.visual-layer.com, task manager API. The task may not be listed yet: it is looked for as long as `waiting` lasts.
 *
 * Throws where the task did not show or the API could not be reached.
 */
export async function abortCreation(api: VisualLayer, waiting: Waiting, datasetId: string): Promise<string> {
  const read = async () => (await api.tasks.list({ datasetId, type: TYPE }, 0))[0]
  const task = await seen<Task>(waiting, `the creation task of dataset ${datasetId}`, async () => {
    const found = await read()
    return found ? { state: 'done', value: found } : { state: 'pending', line: 'the creation task is not listed yet' }
  })
  if (hasEnded(task)) return alreadyEnded(datasetId, task)
  const change = new OnceOnly<Task>(
    {
      what: `abort task ${task.id}`,
      ifUnclear: 'Check the task in the Task Manager of Visual Layer, and abort it there if it is still running.',
      async send() {
        await api.tasks.abort(task.id)
        return { ...task, state: 'ABORTED' }
      },
      async look() {
        const now = await read()
        return now && hasEnded(now) ? { found: now } : 'absent'
      },
    },
    waiting,
    waiting.onLook,
  )
  try {
    const ended = await change.run()
    if (ended.state !== 'ABORTED') return alreadyEnded(datasetId, ended)
    return `Aborted the creation of dataset ${datasetId}. Visual Layer may still list the dataset; delete it there if you do not need it.`
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.outcome.status !== 409) throw error
    return `Could not abort the creation of dataset ${datasetId}: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`
  }
}

function alreadyEnded(datasetId: string, task: Task): string {
  return `The creation of dataset ${datasetId} had already ended (${task.statusWord}), so there was nothing to abort.`
}
