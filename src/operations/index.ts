import type { OperationRequest } from '../inputs/operations-table.ts'
import { addMedia } from './add-media.ts'
import { clone } from './clone.ts'
import { createFromFiles } from './create-from-files.ts'
import { createFromS3 } from './create-from-s3.ts'
import { deleteDataset } from './delete-dataset.ts'
import { deleteSnapshot } from './delete-snapshot.ts'
import { enrich } from './enrich.ts'
import { exportDataset } from './export/export.ts'
import { listSnapshots } from './list-snapshots.ts'
import { pruneSnapshots } from './prune-snapshots.ts'
import { restore } from './restore.ts'
import { snapshot } from './snapshot.ts'
import type { Step } from './step.ts'
import { updateSnapshot } from './update-snapshot.ts'
import { wait } from './wait.ts'

/** Runs the operation that a request names; answers in a sentence what was done. */
export function perform(request: OperationRequest, step: Step): Promise<string> {
  switch (request.operation) {
    case 'create-from-s3':
      return createFromS3(request, step)
    case 'create-from-files':
      return createFromFiles(request, step)
    case 'add-media':
      return addMedia(request, step)
    case 'snapshot':
      return snapshot(request, step)
    case 'restore':
      return restore(request, step)
    case 'clone':
      return clone(request, step)
    case 'enrich':
      return enrich(request, step)
    case 'export':
      return exportDataset(request, step)
    case 'list-snapshots':
      return listSnapshots(request, step)
    case 'update-snapshot':
      return updateSnapshot(request, step)
    case 'delete-snapshot':
      return deleteSnapshot(request, step)
    case 'prune-snapshots':
      return pruneSnapshots(request, step)
    case 'wait':
      return wait(request, step)
    case 'delete-dataset':
      return deleteDataset(request, step)
  }
}
