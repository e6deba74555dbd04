import type { OperationInputs } from './operation-inputs.ts'
import { addMedia, type AddMediaRequest } from './operations/add-media.ts'
import { clone, type CloneRequest } from './operations/clone.ts'
import { createFromFiles, type CreateFromFilesRequest } from './operations/create-from-files.ts'
import { createFromS3, type CreateFromS3Request } from './operations/create-from-s3.ts'
import { deleteDataset, type DeleteDatasetRequest } from './operations/delete-dataset.ts'
import { deleteSnapshot, type DeleteSnapshotRequest } from './operations/delete-snapshot.ts'
import { enrich, type EnrichRequest } from './operations/enrich.ts'
import { exportDataset, type ExportRequest } from './operations/export.ts'
import { listSnapshots, type ListSnapshotsRequest } from './operations/list-snapshots.ts'
import { pruneSnapshots, type PruneSnapshotsRequest } from './operations/prune-snapshots.ts'
import { restore, type RestoreRequest } from './operations/restore.ts'
import { snapshot, type SnapshotRequest } from './operations/snapshot.ts'
import { updateSnapshot, type UpdateSnapshotRequest } from './operations/update-snapshot.ts'
import { wait, type WaitRequest } from './operations/wait.ts'

/** What a step is asked to do, distinguished by `operation`. */
export type OperationRequest =
  | CreateFromS3Request
  | CreateFromFilesRequest
  | AddMediaRequest
  | SnapshotRequest
  | RestoreRequest
  | CloneRequest
  | EnrichRequest
  | ExportRequest
  | ListSnapshotsRequest
  | UpdateSnapshotRequest
  | DeleteSnapshotRequest
  | PruneSnapshotsRequest
  | WaitRequest
  | DeleteDatasetRequest

export type OperationName = OperationRequest['operation']

/** The operations on offer. A new one is a file next to these and an entry here. */
export const OPERATIONS: { [Name in OperationName]: OperationInputs<Extract<OperationRequest, { operation: Name }>> } =
  {
    'create-from-s3': createFromS3,
    'create-from-files': createFromFiles,
    'add-media': addMedia,
    snapshot,
    restore,
    clone,
    enrich,
    export: exportDataset,
    'list-snapshots': listSnapshots,
    'update-snapshot': updateSnapshot,
    'delete-snapshot': deleteSnapshot,
    'prune-snapshots': pruneSnapshots,
    wait,
    'delete-dataset': deleteDataset,
  }
