import * as fields from '../inputs/fields.ts'
import { readDataset } from './facts.ts'
import { operation } from './operation.ts'
import { waitUntilReady } from './wait-until-ready.ts'

/** Waits for a dataset to be READY: how to resume after a step that timed out or did not wait. */
export const wait = operation({
  name: 'wait',
  inputs: { dataset_id: fields.datasetId() },
  outputs: [],
  async run(request, step): Promise<string> {
    const known = await readDataset(step, request.datasetId)
    const dataset = await waitUntilReady(step, known, 'Re-run the job to keep waiting.')
    return `Dataset "${dataset.name}" is ${dataset.statusWord}.`
  },
})
