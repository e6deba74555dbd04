import { describe } from '../errors.ts'
import { isRejection, RequestFailure } from '../visual-layer/failure.ts'
import type { Task } from '../visual-layer/tasks.ts'
import { settlingMs } from '../waiting/pace.ts'
import { until } from '../waiting/until.ts'
import type { Step } from './step.ts'

/** Steps whose task list turned out to be unreadable. */
const without = new WeakSet<Step>()

/**
 * The tasks that this account may see. A task list that is rejected, or that an older self-hosted server does not have (it answers
 * with its web page), is no reason to give up: the status of the dataset and of its snapshots show it as well, only less surely.
 *
 * @param retries 0 in a wait, where the next look is the retry
 */
export async function visibleTasks(
  step: Step,
  filter: { datasetId?: string; type?: string },
  retries?: number,
): Promise<Task[]> {
  if (without.has(step)) return []
  try {
    return await step.api.tasks.list(filter, retries)
  } catch (error) {
    // A web page that stayed one however often it was asked is a rejection, too.
    const isPage = error instanceof RequestFailure && error.code === 'unexpected_reply' && retries !== 0
    if (!isRejection(error) && !isPage) throw error
    without.add(step)
    const todo = 'The step relies only on the status of the dataset and its snapshots.'
    step.reporter.warning(`Could not read the task list of Visual Layer: ${error.message}`, { todo })
    return []
  }
}

/** Sets `task_id` where the list shows the task within a moment; a step that does not wait can do without, whatever the reason. */
export async function nameTask(step: Step, find: () => Promise<Task | undefined>): Promise<void> {
  await until<void>(
    async () => {
      const task = await find()
      if (!task) return { state: 'pending', line: 'task not listed yet' }
      step.reporter.output('task_id', task.id)
      return { state: 'done', value: undefined }
    },
    step.waiting,
    settlingMs(step.deadline.remainingMs()),
  ).catch((error: unknown) => {
    step.signal.throwIfAborted()
    step.reporter.info(`Could not look for the task, so task_id is not set: ${describe(error)}.`)
  })
}
