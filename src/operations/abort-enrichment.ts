import type { VisualLayer } from '../visual-layer/client.ts'
import { contextState } from '../visual-layer/enrichment.ts'
import { isRejection, unlessRejected } from '../visual-layer/failure.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { seen, until, type Waiting } from '../waiting/until.ts'
import { ownTask } from '../waiting/verdicts/copy.ts'
import type { Plan } from './undo-log.ts'

type Target = Extract<Plan, { kind: 'enrichment' }> & { datasetId: string }

/** What shows of the enrichment: its task, or else what the context of the copy says. */
interface Sight {
  task: Task | undefined
  state: ReturnType<typeof contextState>
  word: string
}

/**
 * Aborts an enrichment: through the context of the enriched dataset or of the one its task is listed on, else through the task. Neither is documented to work in
 * every version, so a rejection is no error: the enrichment is named. Throws if neither its task nor the context of a copy shows that it runs, or if the API cannot be reached.
 *
 * @param onAccepted called as soon as the API accepts the abort
 */
export async function abortEnrichment(
  api: VisualLayer,
  waiting: Waiting,
  { source, datasetId, taskId, earlierTasks, aborting }: Target,
  onAccepted: () => void,
) {
  // The context of a copy is this step's own. That of the source may be that of a later enrichment by someone else.
  const isCopy = datasetId !== source.id
  const look = async (): Promise<Sight> => {
    const list = api.tasks.list({ type: 'ENRICHMENT' }, 0)
    const tasks = (await (isCopy ? unlessRejected(list) : list)) ?? []
    const task = taskId
      ? tasks.find(({ id }) => id === taskId)
      : ownTask({ source, taskIds: new Set(earlierTasks) }, datasetId, tasks)
    if (task) {
      const end = task.state === 'COMPLETED' ? 'applied' : 'failed'
      return { task, state: hasEnded(task) ? end : 'running', word: task.statusWord }
    }
    const word = isCopy ? ((await unlessRejected(api.enrichment.context(datasetId, 0)))?.status ?? 'NEW') : 'NEW'
    return { task, state: contextState(word), word }
  }
  const outcome = async () => {
    const last = await until<Sight>(async () => {
      const now = await look()
      return isOver(now)
        ? { state: 'done', value: now }
        : { state: 'pending', line: 'the abort was accepted; the enrichment task has not ended yet' }
    }, waiting)
    if (last.end === 'failed') throw last.error
    if (last.end === 'out_of_time') {
      const text = `Visual Layer accepted the abort of the enrichment of dataset ${datasetId}, but its task has not ended yet.`
      return { text, settled: false }
    }
    if (last.value.state === 'applied') return alreadyEnded(datasetId, last.value)
    const left = isCopy ? ' Visual Layer may still list the copy; delete it there if you do not need it.' : ''
    return { text: `Aborted the enrichment of dataset ${datasetId}.${left}`, settled: true }
  }
  if (aborting) return outcome()

  const first = await seen<Sight>(waiting, `the enrichment task of dataset ${datasetId}`, async () => {
    const now = await look()
    return now.task || now.state === 'running'
      ? { state: 'done', value: now }
      : { state: 'pending', line: 'the enrichment task is not listed yet' }
  })
  if (isOver(first)) return alreadyEnded(datasetId, first)

  let rejection = 'there is no request for it'
  // A task on the source of a copy may be someone else's: it shows that something runs, and is not aborted.
  const task = isCopy && first.task?.datasetId !== datasetId ? undefined : first.task
  for (const send of await ways(api, task, datasetId)) {
    const change = new OnceOnly<void>(
      {
        what: `abort the enrichment of dataset ${datasetId}`,
        ifUnclear: 'Check the task in the Task Manager of Visual Layer.',
        send,
        look: async () => (isOver(await look()) ? { found: undefined } : 'absent'),
      },
      waiting,
      waiting.onLook,
    )
    try {
      await change.run()
    } catch (error) {
      if (!isRejection(error)) throw error
      rejection = error.apiWords ?? error.message
      continue
    }
    onAccepted()
    return outcome()
  }
  const now = await look()
  if (isOver(now)) return alreadyEnded(datasetId, now)
  return {
    text: `Could not abort the enrichment of dataset ${datasetId} (${rejection}), so it continues in Visual Layer.`,
    settled: true,
  }
}

/** The requests that may abort an enrichment, the surest first. */
async function ways(api: VisualLayer, task: Task | undefined, datasetId: string): Promise<(() => Promise<void>)[]> {
  const found: (() => Promise<void>)[] = []
  for (const id of new Set([datasetId, task?.datasetId ?? datasetId])) {
    const context = await unlessRejected(api.enrichment.context(id, 0))
    const contextId = context && contextState(context.status) === 'running' ? context.id : undefined
    if (contextId !== undefined) found.push(() => api.enrichment.abort(id, contextId))
  }
  return task ? [...found, () => api.tasks.abort(task.id)] : found
}

function isOver({ state }: Sight): boolean {
  return state === 'applied' || state === 'failed'
}

function alreadyEnded(datasetId: string, { word }: Sight) {
  const text = `The enrichment of dataset ${datasetId} had already ended (${word}), so there was nothing to abort.`
  return { text, settled: true }
}
