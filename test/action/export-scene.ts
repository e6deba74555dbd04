import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Dataset } from '../emulator/model.ts'
import type { DatasetSeed } from '../emulator/world.ts'
import { Scene } from './scene.ts'

/** The name that the ZIP of an export has where no other is asked for. */
export const ZIP = 'visual-layer-export.zip'

export interface ExportScene {
  scene: Scene
  dataset: Dataset
  /** An export of the dataset without an artifact. */
  inputs: Record<string, string>
  /** The folder that the export lands in. */
  outputDir: string
  /** What lies in the folder, relative to it; nothing where there is none. */
  files: () => Promise<string[]>
}

/** A scene with one dataset to export. */
export async function exportScene(
  settings?: Parameters<typeof Scene.open>[0],
  seed: Partial<DatasetSeed> = {},
): Promise<ExportScene> {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', images: 12, ...seed })
  const outputDir = path.join(scene.job.workspace, 'visual-layer-export')
  return {
    scene,
    dataset,
    inputs: { operation: 'export', dataset_id: dataset.id, upload_artifact: 'false' },
    outputDir,
    async files() {
      const entries = await readdir(outputDir, { recursive: true, withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.relative(outputDir, path.join(entry.parentPath, entry.name)))
        .sort()
    },
  }
}
