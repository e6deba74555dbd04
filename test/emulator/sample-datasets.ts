import type { Dataset } from './model.ts'
import type { World } from './world.ts'

/** The datasets to play with: one with snapshots and videos, a small one, and one whose index is not complete. */
export function addSampleDatasets(world: World): { street: Dataset; birds: Dataset; halfDone: Dataset } {
  return {
    street: world.addDataset({
      name: 'street-scenes',
      images: 40,
      videos: 8,
      clusters: 6,
      snapshots: [{ name: 'before-relabel', description: 'kept by hand' }, 'after-relabel'],
    }),
    birds: world.addDataset({ name: 'birds', images: 12 }),
    halfDone: world.addDataset({ name: 'half-done', images: 5, status: 'PARTIAL INDEX' }),
  }
}
