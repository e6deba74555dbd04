import { isRefusal, RequestFailure } from '../visual-layer/failure.ts'
import type { Task } from '../visual-layer/tasks.ts'
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
    if (!isRefusal(error) && !isPage) throw error
    without.add(step)
    const todo = 'The step relies only on the status of the dataset and its snapshots.'
    step.reporter.warning(`Could not read the task list of Visual Layer: ${error.message}`, { todo })
    return []
  }
}
