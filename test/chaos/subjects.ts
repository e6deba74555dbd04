import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Scene } from '../action/scene.ts'
import type { Dataset } from '../emulator/model.ts'

/** What a step of a scene is asked for, and what must hold on the server and on disk once it has succeeded. */
interface Subject {
  inputs: Record<string, string>
  /** What does not hold, in words; empty if the work was done. */
  missing: (outputs: Record<string, string>) => string[] | Promise<string[]>
  /** How often the change was made on the server, for a change that must be made at most once. */
  made?: () => number
}

type Prepare = (scene: Scene) => Subject | Promise<Subject>

/** What is claimed, and what was seen in its place, if anything else was. */
function differs(what: string, seen: unknown, wanted: unknown): string[] {
  return seen === wanted ? [] : [`${what} is ${String(seen)}, not ${String(wanted)}`]
}

async function withImages(scene: Scene, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${index}.jpg`)
  await mkdir(path.join(scene.job.workspace, 'images'), { recursive: true })
  for (const name of names) await writeFile(path.join(scene.job.workspace, 'images', name), name)
  return names
}

function current(dataset: Dataset): string | undefined {
  return dataset.snapshots.find(({ isCurrent }) => isCurrent)?.name
}

function ready(scene: Scene, id: string | undefined): string[] {
  const dataset = scene.world.datasets.find((one) => one.id === id)
  return dataset ? differs('the status', dataset.status, 'READY') : [`there is no dataset ${id}`]
}

const nightly: Prepare = ({ world }) => {
  const dataset = world.addDataset({ name: 'cats', snapshots: ['nightly'] })
  const before = dataset.snapshots.length
  return {
    inputs: { operation: 'snapshot', dataset_id: dataset.id, snapshot_name: 'checkpoint' },
    made: () => dataset.snapshots.length - before,
    missing: ({ snapshot_id: id }) => differs('snapshot_id', id, dataset.snapshots.at(-1)?.id),
  }
}

function restoring(safety: boolean): Prepare {
  return ({ world }) => {
    const dataset = world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    const before = dataset.snapshots.length
    return {
      inputs: {
        operation: 'restore',
        dataset_id: dataset.id,
        snapshot_name: 'nightly',
        safety_snapshot: String(safety),
      },
      made: () =>
        Math.max(
          dataset.snapshots.length - before,
          world.tasks.filter(({ type, subject }) => type === 'SNAPSHOT_RESTORE' && subject === dataset).length,
        ),
      missing: ({ safety_snapshot_id: id = '' }) => [
        ...differs('the current snapshot', current(dataset), 'nightly'),
        ...differs('the status', dataset.status, 'READY'),
        ...(safety ? differs('the safety snapshot', id, dataset.snapshots.at(-1)?.id) : []),
      ],
    }
  }
}

function exporting(inputs: Record<string, string>, images = 12): Prepare {
  return (scene) => {
    const dataset = scene.world.addDataset({ name: 'cats', images, snapshots: ['golden'] })
    const live = dataset.items.length
    if (inputs['snapshot_name'] !== undefined) dataset.items = dataset.items.slice(0, 5)
    return {
      inputs: { operation: 'export', dataset_id: dataset.id, artifact_name: 'nightly', ...inputs },
      async missing(outputs) {
        const wrong = differs('media_count', outputs['media_count'], String(live))
        const { export_path: zip = '' } = outputs
        if (zip !== '') {
          const bytes = await readFile(zip)
          const sha256 = createHash('sha256').update(bytes).digest('hex')
          wrong.push(...differs('the SHA-256 of the file', sha256, outputs['export_sha256']))
        }
        if (inputs['upload_artifact'] !== 'false') {
          const digests = scene.emulator.artifacts.stored.map(({ digest }) => digest)
          wrong.push(...differs('the artifact', digests.join(), outputs['artifact_digest']))
        }
        return wrong
      },
    }
  }
}

function enriching(style: 'copy' | 'in_place'): Prepare {
  return ({ world }) => {
    world.options.style.enrichment = style
    const source = world.addDataset({ name: 'cats' })
    return {
      inputs: { operation: 'enrich', dataset_id: source.id, models: 'vl_image_captioner_v00' },
      made: () => world.tasks.length,
      missing: ({ dataset_id: id = '' }) => {
        const enriched = world.datasets.find((one) => one.id === id)
        const model = enriched?.enrichment.models['CAPTION_IMAGES']
        return [
          ...differs('enriched in place', id === source.id, style === 'in_place'),
          ...differs('the status', enriched?.status, 'READY'),
          ...differs('the model', model, 'vl_image_captioner_v00'),
        ]
      },
    }
  }
}

const pruning: Prepare = ({ world }) => {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000)
  const names = ['n-40', 'n-30', 'n-20', 'n-10']
  const dataset = world.addDataset({
    name: 'cats',
    snapshots: [...names.map((name) => ({ name, createdAt: ago(Number(name.slice(2))) })), 'now'],
  })
  return {
    inputs: { operation: 'prune-snapshots', dataset_id: dataset.id, keep_last: '1', name_prefix: 'n-' },
    missing: () => {
      const left = dataset.snapshots.filter(({ deleted, name }) => !deleted && name.startsWith('n-'))
      return differs('what is left', left.map(({ name }) => name).join(), 'n-10')
    },
  }
}

/** Every operation, as a workflow would run it. */
export const subjects: Record<string, Prepare> = {
  'create-from-s3': (scene) => ({
    inputs: { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' },
    made: () => scene.world.datasets.length,
    missing: ({ dataset_id: id }) => ready(scene, id),
  }),
  'create-from-files': async (scene) => {
    const names = await withImages(scene, 7)
    return {
      inputs: { operation: 'create-from-files', dataset_name: 'pets', files: 'images/*' },
      made: () => scene.world.datasets.length,
      missing: ({ dataset_id: id }) => {
        const dataset = scene.world.datasets.find((one) => one.id === id)
        const there = [...new Set(dataset?.items.map(({ fileName }) => fileName))].sort()
        return [...ready(scene, id), ...differs('what was uploaded', there.join(), names.sort().join())]
      },
    }
  },
  'add-media': async (scene) => {
    await withImages(scene, 3)
    const dataset = scene.world.addDataset({ name: 'cats', images: 4 })
    return {
      inputs: { operation: 'add-media', dataset_id: dataset.id, files: 'images/*' },
      made: () => (dataset.items.length - 4) / 3,
      missing: () => [...ready(scene, dataset.id), ...differs('the number of items', dataset.items.length, 7)],
    }
  },
  snapshot: nightly,
  restore: restoring(true),
  'restore without a safety snapshot': restoring(false),
  clone: (scene) => {
    const source = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    const before = scene.world.datasets.length
    return {
      inputs: { operation: 'clone', dataset_id: source.id, snapshot_name: 'nightly' },
      made: () => scene.world.datasets.length - before,
      missing: ({ dataset_id: id }) => (id === source.id ? ['dataset_id is that of the source'] : ready(scene, id)),
    }
  },
  enrich: enriching('copy'),
  'enrich in place': enriching('in_place'),
  export: exporting({}),
  'export, unpacked': exporting({ extract: 'true', include_images: 'true', upload_artifact: 'false' }),
  'export of a snapshot': exporting({ snapshot_name: 'golden', upload_artifact: 'false' }),
  'delete-dataset': (scene) => {
    const dataset = scene.world.addDataset({ name: 'old' })
    return {
      inputs: { operation: 'delete-dataset', dataset_id: dataset.id, confirm_dataset_name: 'old' },
      missing: () => differs('deleted', dataset.deleted, true),
    }
  },
  'delete-snapshot': ({ world }) => {
    const dataset = world.addDataset({ name: 'cats', snapshots: ['old', 'new'] })
    const [, old] = dataset.snapshots
    return {
      inputs: { operation: 'delete-snapshot', dataset_id: dataset.id, snapshot_name: 'old' },
      missing: () => differs('deleted', old?.deleted, true),
    }
  },
  'update-snapshot': ({ world }) => {
    const dataset = world.addDataset({ name: 'cats', snapshots: ['old'] })
    const [, old] = dataset.snapshots
    return {
      inputs: {
        operation: 'update-snapshot',
        dataset_id: dataset.id,
        snapshot_id: old?.id ?? '',
        snapshot_name: 'renamed',
      },
      missing: () => differs('the name', old?.name, 'renamed'),
    }
  },
  'prune-snapshots': pruning,
  wait: (scene) => {
    const dataset = scene.world.addDataset({ name: 'cats' })
    // Nobody can wait for work that began a moment ago and is not visible yet.
    scene.world.options.lags.statusMs = 0
    scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT', durationMs: 300 })
    return {
      inputs: { operation: 'wait', dataset_id: dataset.id },
      missing: () => ready(scene, dataset.id),
    }
  },
}
