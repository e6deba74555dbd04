import type { WaitRequest } from '../inputs/operations/wait.ts'
import { readDataset } from './facts.ts'
import type { Step } from './step.ts'
import { waitUntilReady } from './wait-until-ready.ts'

/** Waits for a dataset to be READY: how a step that ran out of time, or did not wait, is carried on. */
export async function wait(request: WaitRequest, step: Step): Promise<string> {
  const known = await readDataset(step, request.datasetId)
  const dataset = await waitUntilReady(step, known, 'Re-run the job to keep waiting.')
  return `Dataset "${dataset.name}" is ${dataset.statusWord}.`
}
