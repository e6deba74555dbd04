import type { OperationRequest } from '../inputs/operations-table.ts'
import { clone } from './clone.ts'
import { createFromS3 } from './create-from-s3.ts'
import { exportDataset } from './export.ts'
import { restore } from './restore.ts'
import { snapshot } from './snapshot.ts'
import type { Step } from './step.ts'
import { wait } from './wait.ts'

/** Runs the operation that a request names; answers in a sentence what was done. */
export function perform(request: OperationRequest, step: Step): Promise<string> {
  switch (request.operation) {
    case 'create-from-s3':
      return createFromS3(request, step)
    case 'snapshot':
      return snapshot(request, step)
    case 'restore':
      return restore(request, step)
    case 'clone':
      return clone(request, step)
    case 'export':
      return exportDataset(request, step)
    case 'wait':
      return wait(request, step)
  }
}
