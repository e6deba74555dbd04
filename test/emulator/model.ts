export type DatasetStatus = 'DRAFT' | 'INDEXING' | 'READ ONLY' | 'PARTIAL INDEX' | 'READY' | 'ERROR'

export type TaskType =
  | 'DATASET_CREATION'
  | 'MEDIA_ADDITION'
  | 'REINDEX'
  | 'ENRICHMENT'
  | 'CUSTOM_METADATA'
  | 'MODEL_TRAINING'
  | 'SNAPSHOT_RESTORE'
  | 'SNAPSHOT_CLONE'

export type TaskStatus = 'PENDING' | 'INITIALIZING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'ABORTED'

export type Role = 'owner' | 'editor' | 'viewer'

interface Issue {
  type: 'blur' | 'duplicates' | 'outliers'
  confidence: number
}

export interface MediaItem {
  mediaId: string
  mediaType: 'image' | 'video_frame'
  fileName: string
  /** Unique in its dataset. Those of video frames hold colons, as real ones do. */
  filePath: string
  /** '' where it is in none. */
  clusterId: string
  uniqueness: number
  labels: string[]
  issues: Issue[]
  objects: string[]
  tags: string[]
  caption: string | undefined
  /** Seconds into the video. */
  frameTimestamp: number | undefined
  /** The very bytes that were uploaded; absent ones are made when an export needs them. */
  bytes: Buffer | undefined
}

export interface Snapshot {
  id: string
  name: string
  sourceDatasetName: string
  createdAt: Date
  createdBy: string
  description: string
  reason: string
  isCurrent: boolean
  isRestoring: boolean
  deleted: boolean
  /** The saved content. */
  items: readonly MediaItem[]
}

interface UploadedFile {
  name: string
  bytes: Buffer
}

export interface Transaction {
  id: number
  files: UploadedFile[]
  open: boolean
}

export interface Dataset {
  id: string
  name: string
  description: string
  status: DatasetStatus
  /** 0 to 100; stays at 100 through READ ONLY, as the vendor's own sample shows. */
  progress: number
  fatalError: string | undefined
  sourceType: 'BUCKET' | 'VL'
  sourceUri: string | undefined
  sourceDatasetId: string | undefined
  createdAt: Date
  updatedAt: Date | undefined
  createdBy: string
  /** What the emulator's own user may do here. */
  role: Role
  members: { email: string; role: Role }[]
  snapshotSupport: boolean
  /** False until a clone is through: the inventory shows it only then. */
  listed: boolean
  deleted: boolean
  items: readonly MediaItem[]
  /** Ids of clusters that are listed although nothing is in them. */
  emptyClusters: readonly string[]
  /** Oldest first. */
  snapshots: Snapshot[]
  transactions: Map<number, Transaction>
  /** What was applied, or is being applied: `enrichment_models` by type. */
  enrichment: { contextId: string; status: string; models: Record<string, unknown> }
}

/** A model on offer, as the list shows it. */
export interface Model {
  id: string
  name: string
  type: string
  status: 'Active' | 'Coming Soon'
  vendor: string
  description: string
  dependencies: string[] | null
}

export interface Task {
  id: string
  type: TaskType
  /** The dataset that the work changes. */
  subject: Dataset
  /** The dataset that the list shows it under. */
  shownUnder: Dataset
  /** The snapshot that is restored or cloned. */
  snapshot: Snapshot | undefined
  status: TaskStatus
  statusMessage: string
  progress: number | undefined
  error: string | undefined
  startTime: Date
  endTime: Date | undefined
  createdBy: string
  /** In the commit phase nothing can be aborted. */
  committing: boolean
}

type ExportStatus = 'INIT' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'REJECTED'

export interface ExportTask {
  id: string
  dataset: Dataset
  createdAt: Date
  status: ExportStatus
  progress: number
  entitiesCount: number
  resultMessage: string | undefined
  fileName: string
  format: 'json' | 'parquet'
  includeImages: boolean
  /** The state exported: what the dataset held when the export began. */
  items: readonly MediaItem[]
  /** Key in the storage, once the archive is there. */
  storageKey: string | undefined
}

/** An export that was asked for. */
export interface ExportStart {
  datasetId: string
  /** Of the export that was started; absent where the request was rejected without one. */
  exportId: string | undefined
  /** By `export_entities_async`. */
  selective: boolean
  /** Absent where the proxy did not let the body through. */
  items: number | undefined
  includeImages: boolean
  rejected: boolean
}

/** What a test decides about the next operation of a kind; whatever is absent goes as usual. */
export interface Outcome {
  task?: 'COMPLETED' | 'FAILED' | 'ABORTED'
  message?: string
  datasetStatus?: DatasetStatus
  /** False: the end is told, the content stays as it was. */
  effect?: boolean
}

export type OperationKind =
  | 'create'
  | 'process'
  | 'snapshot'
  | 'restore'
  | 'clone'
  | 'enrich'
  | 'export'
  | 'addMedia'
  | 'reindex'
