import { Rejection } from './http/reply.ts'
import type { Dataset, DatasetStatus, MediaItem, Outcome, Snapshot } from './model.ts'
import { isTerminal, openTask, runWork } from './work.ts'
import type { World } from './world.ts'

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

/** Aborts the enrichment of a dataset. @throws Rejection 404 for another context, 409 where nothing runs */
export function abortEnrichment(world: World, dataset: Dataset, contextId: string): void {
  if (dataset.enrichment.contextId !== contextId) throw new Rejection(404, `Enrichment context ${contextId} not found`)
  const task = world.tasks.find(
    (one) => one.type === 'ENRICHMENT' && one.subject === dataset && !isTerminal(one.status),
  )
  if (!task) throw new Rejection(409, 'No enrichment is running')
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
