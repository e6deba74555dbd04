import type { Dataset } from '../visual-layer/datasets.ts'
import { isBlocking } from '../visual-layer/tasks.ts'
import { patienceMs } from '../waiting/pace.ts'
import { readyVerdict } from '../waiting/verdicts/dataset.ts'
import { namedDataset } from './facts.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitFor } from './waits.ts'

const REINDEX =
  'PARTIAL INDEX does not become READY by itself: start the reindex in Visual Layer, or add media with auto_reindex: true.'

/** Waits until a dataset that this step did not make is READY, and the work that is seen on it has ended. */
export async function waitUntilReady(step: Step, known: Dataset, carryOn: string): Promise<Dataset> {
  const { id: datasetId } = known
  const patience = patienceMs(step.deadline.remainingMs())
  let readySince: number | undefined
  const phase = { awaited: `${namedDataset(known)} to be READY`, carryOn }
  return waitFor(step, phase, async () => {
    const dataset = await step.api.datasets.get(datasetId, 0)
    phase.carryOn = dataset.status === 'PARTIAL_INDEX' ? `${REINDEX} ${carryOn}` : carryOn
    step.reporter.output('dataset_status', dataset.statusWord)
    const unended = (await visibleTasks(step, { datasetId }, 0)).find(isBlocking)
    readySince = dataset.status === 'READY' ? (readySince ?? step.clock.now()) : undefined
    return readyVerdict(dataset, unended, step.clock.now() - (readySince ?? step.clock.now()), patience)
  })
}
