import type { Dataset } from '../../src/visual-layer/datasets.ts'
import type { ExportTask } from '../../src/visual-layer/exports.ts'
import { networkFailure, type RequestFailure, statusFailure } from '../../src/visual-layer/failure.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'

/** A readable id: `id(7)` ends in 7. */
export function id(number: number): string {
  return `0a1b2c3d-4e5f-1789-abcd-${String(number).padStart(12, '0')}`
}

export const SOURCE = id(1)

export function dataset(over: Partial<Dataset> = {}): Dataset {
  const status = over.status ?? 'READY'
  return {
    id: SOURCE,
    name: 'Cats',
    status,
    statusWord: status.replace('_', ' '),
    progress: undefined,
    images: 10,
    videos: 0,
    objects: undefined,
    fatalError: undefined,
    sourceDatasetId: undefined,
    createdAt: undefined,
    sourceUri: undefined,
    ...over,
  }
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    id: id(100),
    name: 'nightly',
    description: '',
    reason: 'manual',
    createdBy: 'ci@example.org',
    createdAtText: '2026-01-01T00:00:00.000001',
    createdAt: Date.UTC(2026, 0, 1),
    images: 10,
    videos: 0,
    isCurrent: false,
    isRestoring: false,
    ...over,
  }
}

export function task(over: Partial<Task> = {}): Task {
  const state = over.state ?? 'RUNNING'
  return {
    id: id(200),
    datasetId: SOURCE,
    datasetName: 'Cats',
    type: 'SNAPSHOT_RESTORE',
    state,
    statusWord: state,
    progress: undefined,
    words: undefined,
    startedAt: undefined,
    ...over,
  }
}

export function exportTask(over: Partial<ExportTask> = {}): ExportTask {
  const state = over.state ?? 'RUNNING'
  return {
    id: id(300),
    state,
    statusWord: state,
    progress: undefined,
    entities: undefined,
    words: undefined,
    link: undefined,
    ...over,
  }
}

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}

/** The request may have arrived; its reply did not. */
export function lostReply(): RequestFailure {
  return networkFailure('ask', 'host', withCode('read ECONNRESET', 'ECONNRESET'))
}

/** The request cannot have arrived. */
export function neverSent(): RequestFailure {
  return networkFailure('ask', 'host', withCode('connect ECONNREFUSED', 'ECONNREFUSED'))
}

/** A reply with this status and the API's own words. */
export function rejected(status: number, words = `words of ${status}`, retryAfterMs?: number): RequestFailure {
  return statusFailure('ask', status, words, true, retryAfterMs)
}
