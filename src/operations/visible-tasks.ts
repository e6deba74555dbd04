import { RequestFailure } from '../visual-layer/failure.ts'
import type { Task } from '../visual-layer/tasks.ts'
import type { Step } from './step.ts'

/**
 * The tasks that this account may see. A task list that is refused is no reason to give up: the status of the dataset and of its
 * snapshots tell as well, only less surely.
 */
export async function visibleTasks(
  step: Step,
  filter: { datasetId?: string; type?: string },
  retries?: number,
): Promise<Task[]> {
  try {
    return await step.api.tasks.list(filter, retries)
  } catch (error) {
    const refused = error instanceof RequestFailure && !error.outcome.transient && error.code !== 'unauthorized'
    if (!refused) throw error
    step.reporter.warning(
      `The task list could not be read (${error.message}). The step goes by the status of the dataset alone.`,
    )
    return []
  }
}
