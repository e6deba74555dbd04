import { randomUUID } from 'node:crypto'
import { makeClusters, makeMedia } from './media-items.ts'
import type {
  Dataset,
  DatasetStatus,
  ExportStart,
  ExportTask,
  MediaItem,
  Model,
  OperationKind,
  Outcome,
  Role,
  Snapshot,
  Task,
  TaskStatus,
  TaskType,
} from './model.ts'
import type { EmulatorOptions } from './options.ts'
import type { Content, Storage } from './storage.ts'
import type { Timeline } from './timeline.ts'
import { startClone, startEnrichment } from './operations.ts'
import { isTerminal, openTask } from './work.ts'

export interface SnapshotSeed {
  name?: string
  description?: string
  /** `manual` unless given. */
  reason?: string
  createdAt?: Date
  createdBy?: string
  /** The saved content; the dataset's present one unless given. */
  items?: readonly MediaItem[]
}

export interface DatasetSeed {
  name: string
  images?: number
  videos?: number
  clusters?: number
  /** How many items each cluster holds, in place of `images` and `clusters`; 0 is a cluster that is listed with no items. */
  clusterSizes?: readonly number[]
  /** Items more, in no cluster. */
  unclustered?: number
  /** READY unless given. */
  status?: DatasetStatus
  /** Beside the first one (`reason: 'creation'`), oldest first; the last one is current. */
  snapshots?: (string | SnapshotSeed)[]
  /** E-mail of the owner; the emulator's own user unless given. */
  owner?: string
  /** What the emulator's own user may do with it; `owner` unless given. */
  role?: Role
  snapshotSupport?: boolean
  items?: readonly MediaItem[]
}

/** Everything that the service knows. Tests seed it, look at it, and decide how the next operations end. */
export class World {
  readonly options: EmulatorOptions
  readonly timeline: Timeline
  readonly storage: Storage
  /** E-mail of the owner of the API key. */
  readonly user = 'ci@example.org'
  readonly stranger = 'someone.else@example.org'
  readonly datasets: Dataset[] = []
  readonly tasks: Task[] = []
  /** The models on offer for every dataset. */
  readonly models: Model[] = [
    model('vl_image_captioner_v00', 'VL-Image-Captioner', 'CAPTION_IMAGES'),
    model('vl_image_captioner_v01', 'VL-Image-Captioner-2', 'CAPTION_IMAGES'),
    model('vl_object_detector_v00', 'VL-Object-Detector', 'OBJECT_DETECTION'),
    {
      ...model('vl_object_captioner_v00', 'VL-Object-Captioner', 'CAPTION_OBJECTS'),
      dependencies: ['OBJECT_DETECTION'],
    },
    { ...model('vl_image_tagger_v00', 'VL-Image-Tagger', 'IMAGE_TAGGING'), status: 'Coming Soon' },
  ]
  readonly exports: ExportTask[] = []
  /** Every export that was asked for, rejected ones too, in the order they came. */
  readonly exportStarts: ExportStart[] = []
  private readonly outcomes = new Map<OperationKind, Outcome[]>()
  private readonly archives = new Map<string, Content>()
  private lastTransaction = 1000

  constructor(options: EmulatorOptions, timeline: Timeline, storage: Storage) {
    this.options = options
    this.timeline = timeline
    this.storage = storage
  }

  /** A dataset as if it had been there for long: no lag hides it. */
  addDataset(seed: DatasetSeed): Dataset {
    const { images = 8, videos = 0, clusters = 4, clusterSizes, unclustered } = seed
    const made = clusterSizes
      ? makeClusters({ sizes: clusterSizes, videos, unclustered })
      : { items: makeMedia({ images, videos, clusters, unclustered }), emptyClusters: [] }
    const dataset = this.newDataset({
      name: seed.name,
      status: seed.status ?? 'READY',
      items: seed.items ?? made.items,
      createdBy: seed.owner ?? this.user,
      createdAt: new Date(Date.now() - 86_400_000),
    })
    dataset.emptyClusters = seed.items ? [] : made.emptyClusters
    dataset.role = seed.role ?? (seed.owner === undefined ? 'owner' : 'editor')
    dataset.members = [{ email: dataset.createdBy, role: 'owner' }]
    if (seed.owner !== undefined) dataset.members.push({ email: this.user, role: dataset.role })
    dataset.snapshotSupport = seed.snapshotSupport ?? true
    if (dataset.status !== 'DRAFT' && dataset.snapshotSupport) {
      this.addSnapshot(dataset, { reason: 'creation', createdAt: dataset.createdAt, createdBy: dataset.createdBy })
      for (const entry of seed.snapshots ?? []) {
        this.addSnapshot(dataset, typeof entry === 'string' ? { name: entry } : entry)
      }
    }
    for (const entity of [dataset, ...dataset.snapshots]) this.timeline.settle(entity)
    return dataset
  }

  newDataset(options: {
    name: string
    status: DatasetStatus
    items?: readonly MediaItem[]
    createdBy?: string
    createdAt?: Date
    sourceType?: Dataset['sourceType']
    sourceUri?: string
    sourceDatasetId?: string
    listed?: boolean
  }): Dataset {
    const createdBy = options.createdBy ?? this.user
    const dataset: Dataset = {
      id: randomUUID(),
      name: options.name,
      description: '',
      status: options.status,
      progress: options.status === 'DRAFT' || options.status === 'INDEXING' ? 0 : 100,
      fatalError: options.status === 'ERROR' ? 'The dataset could not be processed' : undefined,
      sourceType: options.sourceType ?? 'BUCKET',
      sourceUri: options.sourceUri,
      sourceDatasetId: options.sourceDatasetId,
      createdAt: options.createdAt ?? new Date(),
      updatedAt: undefined,
      createdBy,
      role: 'owner',
      members: [{ email: createdBy, role: 'owner' }],
      snapshotSupport: true,
      listed: options.listed ?? true,
      deleted: false,
      items: options.items ?? [],
      emptyClusters: [],
      snapshots: [],
      transactions: new Map(),
      enrichment: { contextId: randomUUID(), status: 'NEW', models: {} },
    }
    this.datasets.push(dataset)
    this.timeline.begin(dataset)
    return dataset
  }

  /** A new snapshot of the dataset's content, current from now on. */
  addSnapshot(dataset: Dataset, seed: SnapshotSeed = {}): Snapshot {
    const id = randomUUID()
    const snapshot: Snapshot = {
      id,
      // The vendor's own sample shows the first eight characters of the id.
      name: seed.name ?? `${dataset.name}_snapshot_${id.slice(0, 8)}`,
      sourceDatasetName: dataset.name,
      createdAt: seed.createdAt ?? new Date(),
      createdBy: seed.createdBy ?? this.user,
      description: seed.description ?? '',
      reason: seed.reason ?? 'manual',
      isCurrent: false,
      isRestoring: false,
      deleted: false,
      items: seed.items ?? dataset.items,
    }
    dataset.snapshots.push(snapshot)
    this.timeline.begin(snapshot)
    this.makeCurrent(dataset, snapshot)
    return snapshot
  }

  /** One snapshot of a dataset is current, never two. */
  makeCurrent(dataset: Dataset, snapshot: Snapshot): void {
    for (const other of dataset.snapshots) {
      if (other.isCurrent && other !== snapshot) this.timeline.change(other, { isCurrent: false })
    }
    this.timeline.change(snapshot, { isCurrent: true })
  }

  newTransaction(dataset: Dataset): number {
    this.lastTransaction += 1
    dataset.transactions.set(this.lastTransaction, { id: this.lastTransaction, files: [], open: true })
    return this.lastTransaction
  }

  /**
   * Someone else's task. While `blocking` (the default) the dataset is READ ONLY and comes back to READY at the end;
   * either way it blocks what a running task blocks. Without `durationMs` it runs until `finishTask`.
   */
  runTask(seed: {
    datasetId: string
    type: TaskType
    durationMs?: number
    blocking?: boolean
    status?: TaskStatus
    createdBy?: string
  }): Task {
    const dataset = this.dataset(seed.datasetId)
    const task = openTask(this, { type: seed.type, subject: dataset, createdBy: seed.createdBy ?? this.stranger })
    this.timeline.change(task, { status: seed.status ?? 'RUNNING' })
    if (isTerminal(task.status)) {
      this.timeline.change(task, { endTime: new Date() })
      return task
    }
    if (seed.blocking ?? true) this.timeline.change(dataset, { status: 'READ ONLY' })
    if (seed.durationMs !== undefined) this.timeline.after(seed.durationMs, () => this.finishTask(task.id))
    return task
  }

  /** Ends a task of `runTask`; its dataset is READY again if it was READ ONLY. */
  finishTask(taskId: string, status: 'COMPLETED' | 'FAILED' | 'ABORTED' = 'COMPLETED'): void {
    const task = this.tasks.find((candidate) => candidate.id === taskId)
    if (!task) throw new Error(`no task ${taskId}`)
    if (isTerminal(task.status)) return
    this.timeline.change(task, { status, endTime: new Date(), progress: 100 })
    if (task.subject.status === 'READ ONLY') this.timeline.change(task.subject, { status: 'READY' })
  }

  /** Someone else clones at the same time: the same name, another dataset. */
  strangerClone(datasetId: string, snapshotId: string): Dataset {
    const dataset = this.dataset(datasetId)
    const snapshot = dataset.snapshots.find((candidate) => candidate.id === snapshotId)
    if (!snapshot) throw new Error(`no snapshot ${snapshotId}`)
    return startClone(this, dataset, snapshot, this.stranger)
  }

  /** Someone else enriches at the same time. Returns the dataset that is enriched. */
  strangerEnrichment(datasetId: string, models: Record<string, unknown>): Dataset {
    return startEnrichment(this, this.dataset(datasetId), models, this.stranger)
  }

  /** Someone else's snapshot, there at once and current. */
  strangerSnapshot(datasetId: string, seed: SnapshotSeed = {}): Snapshot {
    return this.addSnapshot(this.dataset(datasetId), { createdBy: this.stranger, ...seed })
  }

  /** The live dataset. @throws Error where there is none */
  dataset(id: string): Dataset {
    const dataset = this.datasets.find((candidate) => candidate.id === id)
    if (!dataset) throw new Error(`no dataset ${id}`)
    return dataset
  }

  /** How the next operation of this kind shall end; several calls queue up. */
  next(kind: OperationKind, outcome: Outcome): void {
    this.outcomes.set(kind, [...(this.outcomes.get(kind) ?? []), outcome])
  }

  takeOutcome(kind: OperationKind): Outcome {
    return this.outcomes.get(kind)?.shift() ?? {}
  }

  /** The export's archive shall be these bytes: of the next export that completes, or of one by its id, done or not. */
  replaceArchive(exportId: string, content: Content): void {
    const key = this.exports.find((candidate) => candidate.id === exportId)?.storageKey
    if (key === undefined) this.archives.set(exportId, content)
    else this.storage.put(key, content)
  }

  takeArchive(exportId: string): Content | undefined {
    const key = this.archives.has(exportId) ? exportId : 'next'
    const content = this.archives.get(key)
    this.archives.delete(key)
    return content
  }

  /** Every storage link given so far stops working; a new look at the export gives a fresh one. */
  expireLinks(): void {
    this.storage.expireLinks()
  }
}

function model(id: string, name: string, type: string): Model {
  return { id, name, type, status: 'Active', vendor: 'Visual Layer', description: '', dependencies: null }
}
