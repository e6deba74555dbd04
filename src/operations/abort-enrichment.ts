import type { VisualLayer } from '../visual-layer/client.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { seen, until, type Waiting } from '../waiting/until.ts'

export const ENRICHMENT = 'ENRICHMENT'

/** What came of an abort, for people. `settled: false` if it is not known to have ended. */
interface Aborted {
  text: string
  settled: boolean
}

/** The enrichment to abort: its dataset, and the tasks that were there before it. */
interface Target {
  sourceId: string
  datasetId: string
  earlierTasks: readonly string[]
}

/**
 * Aborts an enrichment: through the context of the enriched dataset or of the one its task is listed on, else through the task. Neither is documented to work in
 * every version, so a refusal is no error: the enrichment is named. Throws if its task does not show or the API cannot be reached.
 */
export async function abortEnrichment(api: VisualLayer, waiting: Waiting, target: Target): Promise<Aborted> {
  const { sourceId, datasetId, earlierTasks } = target
  const read = async () =>
    (await api.tasks.list({ type: ENRICHMENT }, 0)).find(
      (task) => !earlierTasks.includes(task.id) && [datasetId, sourceId].includes(task.datasetId.toLowerCase()),
    )
  const task = await seen<Task>(waiting, `the enrichment task of dataset ${datasetId}`, async () => {
    const found = await read()
    return found ? { state: 'done', value: found } : { state: 'pending', line: 'the enrichment task is not listed yet' }
  })
  if (hasEnded(task)) return { text: alreadyEnded(datasetId, task), settled: true }

  let refusal = ''
  for (const send of await ways(api, task, datasetId)) {
    const change = new OnceOnly<void>(
      {
        what: `abort the enrichment of dataset ${datasetId}`,
        ifUnclear: 'Check the task in the Task Manager of Visual Layer.',
        send,
        look: async () => ((await isOver(read)) ? { found: undefined } : 'absent'),
      },
      waiting,
      waiting.onLook,
    )
    try {
      await change.run()
      return await outcome(waiting, target, read)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refusal = error.apiWords ?? error.message
    }
  }
  return {
    text: `Could not abort the enrichment of dataset ${datasetId} (${refusal}), so it continues in Visual Layer.`,
    settled: true,
  }
}

/** Contexts in which nothing runs, such as that of an earlier enrichment of the source. */
const IDLE = /^NEW$|COMPLETE|DONE|READY|FAIL|ERROR|ABORT|CANCEL/

/** The requests that may abort an enrichment, the surest first. */
async function ways(api: VisualLayer, task: Task, datasetId: string): Promise<(() => Promise<void>)[]> {
  const found: (() => Promise<void>)[] = []
  for (const id of new Set([datasetId, task.datasetId.toLowerCase()])) {
    const context = await api.enrichment.context(id, 0).catch((error: unknown) => {
      if (!isRefusal(error)) throw error
    })
    const contextId = context?.id
    if (contextId !== undefined && !IDLE.test(context?.status ?? ''))
      found.push(() => api.enrichment.abort(id, contextId))
  }
  return [...found, () => api.tasks.abort(task.id)]
}

function isRefusal(error: unknown): error is RequestFailure {
  return error instanceof RequestFailure && !error.outcome.transient && error.code !== 'unauthorized'
}

async function isOver(read: () => Promise<Task | undefined>): Promise<boolean> {
  const task = await read()
  return task !== undefined && hasEnded(task)
}

/** What the task shows once the abort was accepted. */
async function outcome(
  waiting: Waiting,
  { datasetId, sourceId }: Target,
  read: () => Promise<Task | undefined>,
): Promise<Aborted> {
  const ended = await until<Task>(async () => {
    const task = await read()
    return task && hasEnded(task)
      ? { state: 'done', value: task }
      : { state: 'pending', line: 'the abort was accepted; the enrichment task has not ended yet' }
  }, waiting)
  if (ended.end === 'failed') throw ended.error
  if (ended.end === 'out_of_time') {
    const text = `Visual Layer accepted the abort of the enrichment of dataset ${datasetId}, but its task has not ended yet.`
    return { text, settled: false }
  }
  if (ended.value.state === 'COMPLETED') return { text: alreadyEnded(datasetId, ended.value), settled: true }
  const left =
    datasetId === sourceId ? '' : ' Visual Layer may still list the copy; delete it there if you do not need it.'
  return { text: `Aborted the enrichment of dataset ${datasetId}.${left}`, settled: true }
}

function alreadyEnded(datasetId: string, task: Task): string {
  return `The enrichment of dataset ${datasetId} had already ended (${task.statusWord}), so there was nothing to abort.`
}
