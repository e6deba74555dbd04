import { z } from 'zod'
import { normalWord } from './datasets.ts'
import { count, datasetIdentifier, parseStamp, requiredIdentifier, shownProgress, text } from './fields.ts'
import type { ApiRequest, Http } from './http.ts'

/** The status of a task. `QUEUED` waits for its turn; unknown words count as `RUNNING` until `end_time` is set. */
export type TaskState = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'ABORTED'

export interface Task {
  id: string
  datasetId: string
  datasetName: string
  /** Upper case with underscores: `SNAPSHOT_RESTORE`. */
  type: string
  state: TaskState
  /** The status as the API spelled it, for people. */
  statusWord: string
  /** From 0 to below 100, for display only. */
  progress: number | undefined
  /** The API's own words on how it goes, or why it failed. */
  words: string | undefined
  startedAt: number | undefined
}

/** The largest documented page. */
const PAGE_SIZE = 50
const MOST_PAGES = 40

function taskState(word: string, ended: boolean): TaskState {
  switch (normalWord(word)) {
    case 'COMPLETED':
    case 'SUCCEEDED':
    case 'DONE':
      return 'COMPLETED'
    case 'FAILED':
    case 'ERROR':
    case 'REJECTED':
      return 'FAILED'
    case 'ABORTED':
    case 'CANCELLED':
    case 'CANCELED':
      return 'ABORTED'
    case 'PENDING':
    case 'QUEUED':
      return 'QUEUED'
    default:
      // A word that is not known is not an end, unless the task has an end.
      return ended && !/RUNNING|INITIALIZING|PROGRESS/.test(normalWord(word)) ? 'FAILED' : 'RUNNING'
  }
}

const taskReply = z
  .looseObject({
    task_id: requiredIdentifier,
    dataset_id: datasetIdentifier,
    dataset_name: text,
    task_type: text,
    status: text,
    status_message: text,
    error_message: text,
    progress_percentage: count,
    start_time: text,
    end_time: text,
  })
  .transform(
    (reply): Task => ({
      id: reply.task_id,
      datasetId: reply.dataset_id ?? '',
      datasetName: reply.dataset_name ?? '',
      type: normalWord(reply.task_type ?? ''),
      state: taskState(reply.status ?? '', (reply.end_time ?? '') !== ''),
      statusWord: reply.status ?? '(none)',
      progress: shownProgress(reply.progress_percentage),
      words: reply.error_message || reply.status_message || undefined,
      startedAt: parseStamp(reply.start_time),
    }),
  )

const taskPage = z.union([
  z.looseObject({ tasks: z.array(taskReply), total: count }),
  z.array(taskReply).transform((tasks) => ({ tasks, total: tasks.length })),
])

/** Whether a dataset cannot be used while the task runs. Models are trained and validated on a dataset that stays READY. */
export function isBlocking(task: Task): boolean {
  return !hasEnded(task) && !/TRAIN|VALIDAT/.test(task.type)
}

/** Whether a task is over, well or not. */
export function hasEnded(task: Task): boolean {
  return task.state === 'COMPLETED' || task.state === 'FAILED' || task.state === 'ABORTED'
}

/** The task manager; docs.visual-layer.com, task manager API. No call reads one task: lists are read, and IDs compared. */
export class Tasks {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /**
   * All tasks of a dataset, or of a type, as far back as the API keeps them (14 days). The filters are applied here again, in
   * case a server drops one silently.
   */
  async list(filter: { datasetId?: string; type?: string }, retries?: number): Promise<Task[]> {
    const found = new Map<string, Task>()
    let seen = 0
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const request: ApiRequest = {
        what: 'list the tasks',
        method: 'GET',
        path: 'tasks',
        query: {
          dataset_id: filter.datasetId,
          task_type: filter.type,
          sort_by: 'start_time',
          sort_order: 'desc',
          page: String(page),
          page_size: String(PAGE_SIZE),
        },
      }
      const { tasks, total } = await this.#http.read(request, taskPage, retries)
      seen += tasks.length
      for (const task of tasks) found.set(task.id, task)
      if (tasks.length < PAGE_SIZE || (total !== undefined && seen >= total)) break
    }
    return [...found.values()].filter(
      (task) =>
        (filter.datasetId === undefined || task.datasetId === filter.datasetId) &&
        (filter.type === undefined || task.type === filter.type),
    )
  }

  /** Aborts a dataset creation, the only kind that can be. One attempt; 409 where it has ended or is being committed. */
  async abort(taskId: string): Promise<void> {
    await this.#http.send({ what: `abort task ${taskId}`, method: 'POST', path: `tasks/${taskId}/abort` })
  }
}
