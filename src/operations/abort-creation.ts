import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { type Look, until, type Waiting } from '../waiting/until.ts'

const TYPE = 'DATASET_CREATION'

/**
 * Aborts the creation of a dataset on the server; answers in a sentence what came of it. Only dataset creations can be aborted;
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
    return `The creation of dataset ${datasetId} was aborted in Visual Layer. The dataset itself may still be listed there; delete it if it is not wanted.`
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.outcome.status !== 409) throw error
    return `The creation of dataset ${datasetId} could no longer be aborted: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`
  }
}

/**
 * Aborts a creation whose reply was never seen, so that its id is not known: that of the one dataset of this name that is not
 * among `earlier`. Where several are, none is touched.
 */
export async function abortUnnamedCreation(
  api: VisualLayer,
  waiting: Waiting,
  name: string,
  earlier: ReadonlySet<string>,
): Promise<string> {
  const [only, ...others] = await seen<string[]>(waiting, `a creation of dataset "${name}"`, async () => {
    const ids = await creationsNamed(api, name, 0)
    const added = [...ids].filter((id) => !earlier.has(id))
    return added.length > 0 ? { state: 'done', value: added } : { state: 'pending', line: 'no creation is listed yet' }
  })
  if (only === undefined || others.length > 0) {
    return `Several new datasets are named "${name}" (${[only, ...others].join(', ')}); none was aborted, since it cannot be told which is this step's.`
  }
  return abortCreation(api, waiting, only)
}

/** Ids of the datasets that are called `name` or are being created under it. Names are not unique. */
async function creationsNamed(api: VisualLayer, name: string, retries?: number): Promise<Set<string>> {
  const datasets = await api.datasets.list(retries)
  const tasks = await api.tasks.list({ type: TYPE }, retries)
  return new Set([
    ...datasets.filter((dataset) => dataset.name === name).map((dataset) => dataset.id),
    ...tasks.filter((task) => task.datasetName === name && task.datasetId !== '').map((task) => task.datasetId),
  ])
}

function alreadyEnded(datasetId: string, task: Task): string {
  return `The creation of dataset ${datasetId} had already ended (${task.statusWord}); nothing was left to abort.`
}

/** What the lists come to show, in the time there is. */
export async function seen<T>(waiting: Waiting, what: string, probe: () => Promise<Look<T>>): Promise<T> {
  const ended = await until(probe, waiting)
  switch (ended.end) {
    case 'done':
      return ended.value
    case 'failed':
      throw ended.error
    case 'out_of_time':
      throw ended.lastFault ?? new Error(`${what} did not show in the lists of Visual Layer`)
  }
}
