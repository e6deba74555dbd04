import type { OperationInputs } from './operation-inputs.ts'
import { clone, type CloneRequest } from './operations/clone.ts'
import { createFromS3, type CreateFromS3Request } from './operations/create-from-s3.ts'
import { exportDataset, type ExportRequest } from './operations/export.ts'
import { restore, type RestoreRequest } from './operations/restore.ts'
import { snapshot, type SnapshotRequest } from './operations/snapshot.ts'
import { wait, type WaitRequest } from './operations/wait.ts'

/** What a step is asked to do, told apart by `operation`. */
export type OperationRequest =
  | CreateFromS3Request
  | SnapshotRequest
  | RestoreRequest
  | CloneRequest
  | ExportRequest
  | WaitRequest

export type OperationName = OperationRequest['operation']

/** The operations on offer. A new one is a file beside these and an entry here. */
export const OPERATIONS: { [Name in OperationName]: OperationInputs<Extract<OperationRequest, { operation: Name }>> } =
  {
    'create-from-s3': createFromS3,
    snapshot,
    restore,
    clone,
    export: exportDataset,
    wait,
  }

/** Operations that the action is to have and this version refuses. */
export const NOT_OFFERED: readonly string[] = [
  'create-from-files',
  'add-media',
  'list-snapshots',
  'update-snapshot',
  'delete-snapshot',
  'prune-snapshots',
  'delete-dataset',
]
