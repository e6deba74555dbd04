import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { EmulatorSettings } from '../emulator/options.ts'
import { Scene } from './scene.ts'

export const pets = { operation: 'create-from-files', dataset_name: 'pets', files: 'images/**' }

/** A scene whose workspace holds files, each with its own name as its content. */
export async function withFiles(names: readonly string[], settings?: EmulatorSettings): Promise<Scene> {
  const scene = await Scene.open(settings)
  for (const name of names) {
    const file = path.join(scene.job.workspace, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, name)
  }
  return scene
}

export function images(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `images/${String(index).padStart(4, '0')}.jpg`)
}

/** The names of all files in all transactions of the one dataset, in the order of their names. */
export function uploaded({ world }: Scene): string[] {
  const [dataset] = world.datasets
  return [...(dataset?.transactions.values() ?? [])].flatMap(({ files }) => files.map(({ name }) => name)).sort()
}
