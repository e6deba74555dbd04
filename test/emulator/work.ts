import { randomUUID } from 'node:crypto'
import { Refusal } from './http/reply.ts'
import type {
  Dataset,
  DatasetStatus,
  MediaItem,
  OperationKind,
  Outcome,
  Snapshot,
  Task,
  TaskStatus,
  TaskType,
} from './model.ts'
import type { World } from './world.ts'

export function isTerminal(status: TaskStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'ABORTED'
}

/** What a retry of a task runs again, and which run of a task is the present one. */
const runs = new WeakMap<Task, { restart: () => void; current: symbol }>()

export function openTask(
  world: World,
  options: { type: TaskType; subject: Dataset; shownUnder?: Dataset; snapshot?: Snapshot; createdBy: string },
): Task {
  const task: Task = {
    id: randomUUID(),
    type: options.type,
    subject: options.subject,
    shownUnder: options.shownUnder ?? options.subject,
    snapshot: options.snapshot,
    status: 'INITIALIZING',
    statusMessage: 'Initializing',
    progress: 0,
    error: undefined,
    startTime: new Date(),
    endTime: undefined,
    createdBy: options.createdBy,
    committing: false,
  }
  world.tasks.push(task)
  world.timeline.begin(task)
  return task
}

/**
 * 409 where the dataset is busy or in the wrong state, in the words of docs.visual-layer.com/api-reference.
 * @throws Refusal 409
 */
export function requireIdle(world: World, dataset: Dataset, operation: string, allowed: DatasetStatus[]): void {
  // A dataset stays READY while a model is trained on it (docs: task manager).
  const running = world.tasks.find(
    (task) => task.subject === dataset && !isTerminal(task.status) && task.type !== 'MODEL_TRAINING',
  )
  if (running) throw new Refusal(409, `Operation ${operation} is blocked while a ${running.type} task is running`)
  if (allowed.includes(dataset.status)) return
  const words = allowed.join(' or ')
  throw new Refusal(409, `Operation ${operation} requires dataset status ${words}; the dataset is ${dataset.status}`)
}

/** Restore, clone and remove are disabled on a snapshot while it is being cloned. @throws Refusal 409 */
export function requireNoClone(world: World, snapshot: Snapshot, operation: string): void {
  const cloning = world.tasks.some(
    (task) => task.type === 'SNAPSHOT_CLONE' && task.snapshot === snapshot && !isTerminal(task.status),
  )
  if (cloning) throw new Refusal(409, `Operation ${operation} is blocked while a SNAPSHOT_CLONE task is running`)
}

/** Runs a task of `ms` milliseconds through its states; `finish` changes the dataset at the same moment as the task ends. */
function runWork(
  world: World,
  task: Task,
  work: {
    kind: OperationKind
    ms: () => number
    /** Decided from the start, such as by a bucket that is not there; else what the test has queued. */
    outcome?: Outcome | undefined
    begin?: () => void
    finish: (status: TaskStatus, outcome: Outcome) => void
  },
): void {
  const { timeline } = world
  const current = Symbol('run')
  runs.set(task, { restart: () => runWork(world, task, work), current })
  timeline.change(task, {
    status: 'INITIALIZING',
    progress: 0,
    error: undefined,
    endTime: undefined,
    committing: false,
  })
  work.begin?.()
  const ms = work.ms()
  const at = (share: number, body: () => void) => {
    timeline.after(ms * share, () => {
      if (!isTerminal(task.status) && runs.get(task)?.current === current) body()
    })
  }
  for (const share of [0.1, 0.4, 0.7, 0.9]) {
    at(share, () => {
      timeline.change(task, {
        status: 'RUNNING',
        statusMessage: 'Running',
        progress: share * 100,
        committing: share >= 0.9,
      })
      if (task.subject.status === 'INDEXING') timeline.change(task.subject, { progress: share * 100 })
    })
  }
  at(1, () => {
    const outcome = work.outcome ?? world.takeOutcome(work.kind)
    const status = outcome.task ?? 'COMPLETED'
    const error = status === 'COMPLETED' ? undefined : (outcome.message ?? `The ${task.type} task failed`)
    timeline.change(task, { status, progress: 100, error, statusMessage: error ?? 'Done', endTime: new Date() })
    work.finish(status, outcome)
  })
}

/** Aborts a creation. @throws Refusal 400 for another type of task, 409 when it is over or being committed */
export function abortTask(world: World, task: Task): void {
  if (task.type !== 'DATASET_CREATION') throw new Refusal(400, `A ${task.type} task cannot be aborted`)
  if (isTerminal(task.status)) throw new Refusal(409, `The task is already ${task.status}`)
  if (task.committing) throw new Refusal(409, 'The task is in its commit phase and can no longer be aborted')
  world.timeline.change(task, { status: 'ABORTED', statusMessage: 'Aborted by user', endTime: new Date() })
  world.timeline.change(task.subject, { status: 'ERROR', fatalError: 'Dataset creation was aborted' })
}

/** Runs an ended creation again, with what was uploaded. @throws Refusal 400 where the task is not retryable */
export function retryTask(task: Task): void {
  const run = runs.get(task)
  if (!run || task.type !== 'DATASET_CREATION' || !['FAILED', 'ABORTED'].includes(task.status)) {
    throw new Refusal(400, 'The task is not retryable')
  }
  run.restart()
}

/** INDEXING, then READY with a first snapshot; or ERROR where `failure` says why. */
export function startCreation(
  world: World,
  dataset: Dataset,
  options: { kind: 'create' | 'process'; items: readonly MediaItem[]; failure?: string | undefined },
): void {
  const { timings } = world.options
  const task = openTask(world, { type: 'DATASET_CREATION', subject: dataset, createdBy: dataset.createdBy })
  runWork(world, task, {
    kind: options.kind,
    ms: () => (options.kind === 'create' ? timings.createMs : timings.processMs),
    outcome: failed(options.failure),
    begin: () => world.timeline.change(dataset, { status: 'INDEXING', progress: 0, fatalError: undefined }),
    finish(status, outcome) {
      if (status !== 'COMPLETED') return fail(world, dataset, outcome)
      world.timeline.change(dataset, { items: options.items, progress: 100, updatedAt: new Date() })
      world.addSnapshot(dataset, { reason: 'creation', createdBy: dataset.createdBy })
      world.timeline.change(dataset, { status: outcome.datasetStatus ?? 'READY' })
    },
  })
}

/** READ ONLY while it runs, then READY with the snapshot's content, that snapshot current. */
export function startRestore(world: World, dataset: Dataset, snapshot: Snapshot): void {
  const task = openTask(world, { type: 'SNAPSHOT_RESTORE', subject: dataset, snapshot, createdBy: world.user })
  runWork(world, task, {
    kind: 'restore',
    ms: () => world.options.timings.restoreMs,
    begin() {
      world.timeline.change(snapshot, { isRestoring: true })
      world.timeline.change(dataset, { status: 'READ ONLY' })
    },
    finish(status, outcome) {
      world.timeline.change(snapshot, { isRestoring: false })
      if (status !== 'COMPLETED') return fail(world, dataset, outcome)
      if (outcome.effect ?? true) {
        world.timeline.change(dataset, { items: snapshot.items })
        world.makeCurrent(dataset, snapshot)
      }
      settle(world, dataset, outcome.datasetStatus ?? 'READY')
    },
  })
}

/** A new dataset from the snapshot; the inventory lists it once it is done. Gives it back at once. */
export function startClone(world: World, source: Dataset, snapshot: Snapshot, createdBy: string): Dataset {
  const clone = world.newDataset({
    name: `${source.name} (cloned)`,
    status: 'READ ONLY',
    createdBy,
    sourceType: source.sourceType,
    sourceDatasetId: source.id,
    listed: false,
  })
  const shownUnder = world.options.style.cloneTaskDataset === 'source' ? source : clone
  const task = openTask(world, { type: 'SNAPSHOT_CLONE', subject: clone, shownUnder, snapshot, createdBy })
  runWork(world, task, {
    kind: 'clone',
    ms: () => world.options.timings.cloneMs,
    finish(status, outcome) {
      world.timeline.change(clone, { listed: true })
      if (status !== 'COMPLETED') return fail(world, clone, outcome)
      world.timeline.change(clone, { items: snapshot.items })
      world.addSnapshot(clone, { reason: 'clone', createdBy })
      settle(world, clone, outcome.datasetStatus ?? 'READY')
    },
  })
  return clone
}

/**
 * Applies models to a copy, which the inventory lists once it is done, or to the source itself, as the style says; the source is READ
 * ONLY meanwhile. Gives back the dataset that is enriched at once.
 */
export function startEnrichment(
  world: World,
  source: Dataset,
  models: Record<string, unknown>,
  createdBy: string,
): Dataset {
  const { style, timings } = world.options
  const applied = { ...source.enrichment.models, ...models }
  let enriched = source
  if (style.enrichment === 'copy') {
    enriched = world.newDataset({
      name: `${source.name} (enriched)`,
      status: 'READ ONLY',
      createdBy,
      sourceType: source.sourceType,
      sourceDatasetId: source.id,
      listed: false,
    })
  } else saveRevision(world, source, 'enrichment')
  const { contextId } = enriched.enrichment
  const shownUnder = style.enrichTaskDataset === 'source' ? source : enriched
  const task = openTask(world, { type: 'ENRICHMENT', subject: enriched, shownUnder, createdBy })
  runWork(world, task, {
    kind: 'enrich',
    ms: () => timings.enrichMs,
    begin() {
      world.timeline.change(source, { status: 'READ ONLY' })
      enriched.enrichment = { contextId, status: 'IN_PROGRESS', models: applied }
    },
    finish(status, outcome) {
      world.timeline.change(enriched, { listed: true })
      if (enriched !== source) settle(world, source, 'READY')
      enriched.enrichment.status = status
      if (status !== 'COMPLETED') return fail(world, enriched, outcome)
      if (enriched !== source) {
        world.timeline.change(enriched, { items: source.items })
        world.addSnapshot(enriched, { reason: 'creation', createdBy })
      }
      settle(world, enriched, outcome.datasetStatus ?? 'READY')
    },
  })
  return enriched
}

/** Aborts the enrichment of a dataset. @throws Refusal 404 for another context, 409 where nothing runs */
export function abortEnrichment(world: World, dataset: Dataset, contextId: string): void {
  if (dataset.enrichment.contextId !== contextId) throw new Refusal(404, `Enrichment context ${contextId} not found`)
  const task = world.tasks.find(
    (one) => one.type === 'ENRICHMENT' && one.subject === dataset && !isTerminal(one.status),
  )
  if (!task) throw new Refusal(409, 'No enrichment is running')
  world.timeline.change(task, { status: 'ABORTED', statusMessage: 'Aborted by user', endTime: new Date() })
  dataset.enrichment.status = 'ABORTED'
  const source = world.datasets.find(({ id }) => id === dataset.sourceDatasetId)
  if (world.options.style.enrichment === 'in_place' || !source) return settle(world, dataset, 'READY')
  settle(world, source, 'READY')
  world.timeline.change(dataset, { status: 'ERROR', fatalError: 'The enrichment was aborted', listed: true })
}

/** READ ONLY, then PARTIAL INDEX, or READY with `autoReindex`. */
export function startMediaAddition(
  world: World,
  dataset: Dataset,
  options: { items: readonly MediaItem[]; autoReindex: boolean; failure?: string | undefined },
): void {
  saveRevision(world, dataset, 'media_addition')
  const task = openTask(world, { type: 'MEDIA_ADDITION', subject: dataset, createdBy: world.user })
  runWork(world, task, {
    kind: 'addMedia',
    ms: () => world.options.timings.addMediaMs,
    outcome: failed(options.failure),
    begin: () => world.timeline.change(dataset, { status: 'READ ONLY' }),
    finish(status, outcome) {
      if (status !== 'COMPLETED') return fail(world, dataset, outcome)
      if (outcome.effect ?? true) world.timeline.change(dataset, { items: [...dataset.items, ...options.items] })
      settle(world, dataset, outcome.datasetStatus ?? (options.autoReindex ? 'READY' : 'PARTIAL INDEX'))
    },
  })
}

/** READ ONLY, INDEXING, READY. */
export function startReindex(world: World, dataset: Dataset): void {
  saveRevision(world, dataset, 'reindex')
  const task = openTask(world, { type: 'REINDEX', subject: dataset, createdBy: world.user })
  runWork(world, task, {
    kind: 'reindex',
    ms: () => world.options.timings.reindexMs,
    begin() {
      world.timeline.change(dataset, { status: 'READ ONLY' })
      world.timeline.after(world.options.timings.reindexMs / 2, () => {
        if (!isTerminal(task.status)) world.timeline.change(dataset, { status: 'INDEXING' })
      })
    },
    finish(status, outcome) {
      if (status !== 'COMPLETED') return fail(world, dataset, outcome)
      settle(world, dataset, outcome.datasetStatus ?? 'READY')
    },
  })
}

function failed(message: string | undefined): Outcome | undefined {
  return message === undefined ? undefined : { task: 'FAILED', message }
}

/** The automatic revision that the vendor's snapshot page tells of, where the style asks for it. */
function saveRevision(world: World, dataset: Dataset, reason: string): void {
  if (world.options.style.automaticRevisions) world.addSnapshot(dataset, { reason })
}

function settle(world: World, dataset: Dataset, status: DatasetStatus): void {
  world.timeline.change(dataset, { status, progress: 100, fatalError: undefined, updatedAt: new Date() })
}

function fail(world: World, dataset: Dataset, outcome: Outcome): void {
  const status = outcome.datasetStatus ?? 'ERROR'
  const fatalError = status === 'ERROR' ? (outcome.message ?? 'The operation failed') : undefined
  world.timeline.change(dataset, { status, fatalError, updatedAt: new Date() })
}
