import type { Dataset } from '../visual-layer/datasets.ts'
import { isBlocking } from '../visual-layer/tasks.ts'
import { patienceMs } from '../waiting/pace.ts'
import { readyVerdict } from '../waiting/verdicts/dataset.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitFor } from './waits.ts'

/** Waits until a dataset that this step did not make is READY, and the work that is seen on it has ended. */
export async function waitUntilReady(step: Step, datasetId: string, carryOn: string): Promise<Dataset> {
  const patience = patienceMs(step.deadline.remainingMs())
  let readySince: number | undefined
  return waitFor(step, { awaited: `dataset ${datasetId} to be READY`, carryOn }, async () => {
    const dataset = await step.api.datasets.get(datasetId, 0)
    step.reporter.output('dataset_status', dataset.statusWord)
    const unended = (await visibleTasks(step, { datasetId }, 0)).find(isBlocking)
    readySince = dataset.status === 'READY' ? (readySince ?? step.clock.now()) : undefined
    return readyVerdict(dataset, unended, step.clock.now() - (readySince ?? step.clock.now()), patience)
  })
}
