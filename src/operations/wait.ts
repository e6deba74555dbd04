import type { WaitRequest } from '../inputs/operations/wait.ts'
import { readyVerdict } from '../waiting/verdicts/dataset.ts'
import { aboutDataset } from './facts.ts'
import type { Step } from './step.ts'
import { waitFor } from './waits.ts'

/** Waits for a dataset to be READY: how a step that ran out of time, or did not wait, is carried on. */
export async function wait(request: WaitRequest, step: Step): Promise<string> {
  const { datasetId } = request
  aboutDataset(step, await step.api.datasets.get(datasetId))
  const dataset = await waitFor(
    step,
    { awaited: `dataset ${datasetId} to be READY`, carryOn: 'Run the step again to wait on.' },
    async () => {
      const now = await step.api.datasets.get(datasetId, 0)
      step.reporter.output('dataset_status', now.statusWord)
      return readyVerdict(now)
    },
  )
  return `Dataset "${dataset.name}" is ${dataset.statusWord}.`
}
