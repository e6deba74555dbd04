import { expect } from 'vitest'
import type { Scene } from './scene.ts'

/** What a step of a scene is asked for, and how to see what came of it on the server. */
interface Subject {
  inputs: Record<string, string>
  /** Ids of all that the request has made so far. */
  made: () => string[]
  /** Holds the outputs of a step that succeeded against what is there. */
  expectNamed: (outputs: Record<string, string>) => void
}

export interface Change {
  method: 'POST'
  /** Of the request that changes something. */
  path: RegExp
  prepare: (scene: Scene) => Subject
}

/** Every request of the action that changes something and must take effect once. */
export const changes: Record<string, Change> = {
  create: {
    method: 'POST',
    path: /\/dataset$/,
    prepare({ world }) {
      const made = () => world.datasets.map(({ id }) => id)
      return {
        inputs: { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' },
        made,
        expectNamed(outputs) {
          expect(made()).toContain(outputs['dataset_id'])
          expect(world.dataset(outputs['dataset_id'] ?? '').status).toBe('READY')
        },
      }
    },
  },
  snapshot: {
    method: 'POST',
    path: /\/snapshot$/,
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats', snapshots: ['nightly'] })
      const before = new Set(dataset.snapshots)
      const made = () => dataset.snapshots.filter((snapshot) => !before.has(snapshot)).map(({ id }) => id)
      return {
        inputs: { operation: 'snapshot', dataset_id: dataset.id, snapshot_name: 'nightly' },
        made,
        expectNamed(outputs) {
          expect(made()).toContain(outputs['snapshot_id'])
          expect(dataset.status).toBe('READY')
        },
      }
    },
  },
  'safety snapshot': {
    method: 'POST',
    path: /\/snapshot$/,
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
      const before = new Set(dataset.snapshots)
      const made = () => dataset.snapshots.filter((snapshot) => !before.has(snapshot)).map(({ id }) => id)
      return {
        inputs: { operation: 'restore', dataset_id: dataset.id, snapshot_name: 'nightly' },
        made,
        expectNamed(outputs) {
          expect(made()).toContain(outputs['safety_snapshot_id'])
          expect(dataset.snapshots.find(({ isCurrent }) => isCurrent)?.name).toBe('nightly')
        },
      }
    },
  },
  restore: {
    method: 'POST',
    path: /\/restore$/,
    prepare({ world }) {
      const dataset = world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
      const older = world.runTask({ datasetId: dataset.id, type: 'SNAPSHOT_RESTORE', status: 'COMPLETED' })
      world.timeline.settle(older)
      const before = new Set(world.tasks)
      const made = () => world.tasks.filter((task) => !before.has(task)).map(({ id }) => id)
      return {
        inputs: {
          operation: 'restore',
          dataset_id: dataset.id,
          snapshot_name: 'nightly',
          safety_snapshot: 'false',
        },
        made,
        expectNamed(outputs) {
          expect(made()).toContain(outputs['task_id'])
          expect(dataset.snapshots.find(({ isCurrent }) => isCurrent)?.name).toBe('nightly')
          expect(dataset.status).toBe('READY')
        },
      }
    },
  },
  clone: {
    method: 'POST',
    path: /\/clone$/,
    prepare({ world }) {
      const source = world.addDataset({ name: 'cats', snapshots: ['nightly'] })
      world.addDataset({ name: 'cats (cloned)' })
      const before = new Set(world.datasets)
      const made = () => world.datasets.filter((dataset) => !before.has(dataset)).map(({ id }) => id)
      return {
        inputs: { operation: 'clone', dataset_id: source.id, snapshot_name: 'nightly' },
        made,
        expectNamed(outputs) {
          expect(made()).toContain(outputs['dataset_id'])
          expect(world.dataset(outputs['dataset_id'] ?? '').status).toBe('READY')
        },
      }
    },
  },
  enrich: enriching('copy'),
  'enrich in place': enriching('in_place'),
}

function enriching(style: 'copy' | 'in_place'): Change {
  return {
    method: 'POST',
    path: /\/enrich_dataset$/,
    prepare({ world }) {
      world.options.style.enrichment = style
      const source = world.addDataset({ name: 'cats' })
      world.addDataset({ name: 'cats (enriched)' })
      const made = () => world.tasks.filter(({ type }) => type === 'ENRICHMENT').map(({ subject }) => subject.id)
      return {
        inputs: { operation: 'enrich', dataset_id: source.id, models: 'vl_image_captioner_v00' },
        made,
        expectNamed(outputs) {
          expect(made()).toContain(outputs['dataset_id'])
          expect(outputs['dataset_id'] === source.id).toBe(style === 'in_place')
          const { status, enrichment } = world.dataset(outputs['dataset_id'] ?? '')
          expect(status).toBe('READY')
          expect(enrichment.models).toEqual({ CAPTION_IMAGES: 'vl_image_captioner_v00' })
        },
      }
    },
  }
}
