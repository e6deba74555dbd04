import { existsSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { RunningStep } from './run-action.ts'
import { when } from './scene.ts'
import { PARTS, type SplitScene, splitScene } from './split-scene.ts'

/** Three parts under a cap of 20. */
const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] }

/** Runs a step until one part is whole, and the others that can run, `parts` in all, were started and hang in their downloads. */
async function halfDone(split: SplitScene, inputs = split.inputs, parts = 3): Promise<RunningStep> {
  const { scene } = split
  // Neither is the first whole export fetched, nor the metadata of one with media files, where there is one.
  const skip = inputs['include_images'] === 'true' ? 2 : 1
  scene.emulator.faults.add({ server: 'storage', path: /./, skip, times: Infinity, fault: { kind: 'hang' } })
  const step = await scene.start({ timeout: '60s', ...inputs })
  const storage = () => scene.emulator.requests.filter(({ server }) => server === 'storage').length
  await when(() => storage() >= skip + 2)
  const isHalf = async () => {
    const { whole, started } = await split.keptParts()
    return whole.length === 1 && started.length === parts
  }
  await vi.waitUntil(isHalf, { timeout: 20_000 })
  return step
}

/** Runs the step again, undisturbed. */
async function again(split: SplitScene, inputs: Record<string, string> = {}) {
  split.scene.emulator.faults.clear()
  // Nobody has noted what a killed step masked.
  split.scene.emulator.requests.splice(0)
  return split.scene.succeed({ ...split.inputs, ...inputs })
}

describe.concurrent('an export in parts that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('continues with the rest after %s', async (signal) => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const step = await halfDone(split)
    const stopped = await step.cancel(signal)
    if (signal !== 'SIGKILL') {
      scene.sound(stopped)
      expect(stopped.outputs['error_code']).toBe('cancelled')
      expect(stopped.summary).toContain('Kept in visual-layer-export: 1 of 3 parts')
    }
    const before = split.starts().length
    const { stdout } = await again(split)
    expect(stdout).toContain('1 part is already on disk')
    await split.expectWhole()
    // Those that were running are attached to.
    expect(split.starts()).toHaveLength(before)
  })

  it('continues with the rest after its timeout, and says how', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const step = await halfDone(split, { ...split.inputs, timeout: '9s' })
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('timed_out')
    expect(errors[0]).toContain('Kept in visual-layer-export: 1 of 3 parts')
    expect(errors[0]).toContain('timeout')
    const before = split.starts().length
    await again(split)
    await split.expectWhole()
    expect(split.starts()).toHaveLength(before)
  })

  it('continues with the rest where it has media files: only the metadata is asked for again', async () => {
    const split = await splitScene({ imagesCap: 20 }, SIZES)
    await using _ = split.scene
    const inputs = { ...split.inputs, include_images: 'true' }
    await (await halfDone(split, inputs)).cancel('SIGKILL')
    const before = split.starts().length
    await again(split, inputs)
    await split.expectWhole()
    expect(split.starts().slice(before)).toMatchObject([{ items: 53, includeImages: false }])
  })

  it('continues with a giant cluster that was divided by its media', async () => {
    const split = await splitScene({ exportCap: 20 }, { clusterSizes: [53] })
    await using _ = split.scene
    const inputs = { ...split.inputs, export_format: 'parquet' }
    await (await halfDone(split, inputs)).cancel('SIGKILL')
    const before = split.starts().length
    await again(split, inputs)
    await split.expectWhole()
    expect(split.starts()).toHaveLength(before)
  })

  it('continues with a shard', async () => {
    const split = await splitScene({}, { clusterSizes: Array.from({ length: 20 }, () => 5) })
    await using scene = split.scene
    // Each request has room for a few clusters only, so that the slice is in parts without any rejection of its size.
    scene.world.options.selectionLimitBytes = 450
    const inputs = { ...split.inputs, shard: '1/2' }
    await (await halfDone(split, inputs, 4)).cancel('SIGKILL')
    const before = split.starts().length
    const { stdout } = await again(split, inputs)
    expect(stdout).toContain('already on disk')
    expect(await split.ids()).toHaveLength(50)
    expect(split.accepted().reduce((sum, { items = 0 }) => sum + items, 0)).toBe(50)
    expect(
      split
        .starts()
        .slice(before)
        .filter(({ rejected }) => rejected).length,
    ).toBeLessThanOrEqual(2)
  })

  it('starts an export again that the service does not know any more', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    await (await halfDone(split)).cancel('SIGKILL')
    const { whole } = await split.keptParts()
    const content = await readFile(path.join(split.outputDir, PARTS, whole[0] ?? '', 'content.json'), 'utf8')
    const before = split.starts().length
    scene.world.exports.splice(0, Infinity, ...scene.world.exports.filter(({ id }) => content.includes(id)))
    await again(split)
    await split.expectWhole()
    expect(split.starts()).toHaveLength(before + 2)
  })

  it('fetches a part again whose files changed, from the export that there is', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using _ = split.scene
    await (await halfDone(split)).cancel('SIGKILL')
    const { whole } = await split.keptParts()
    await truncate(path.join(split.outputDir, PARTS, whole[0] ?? '', 'files', 'metadata.json'), 100)
    const before = split.starts().length
    const { stdout } = await again(split)
    expect(stdout).not.toContain('already on disk')
    await split.expectWhole()
    expect(split.starts()).toHaveLength(before)
  })

  const CHANGES: [string, (split: SplitScene) => Promise<Record<string, string>>, string][] = [
    [
      'items were added to the dataset',
      async ({ dataset }) => {
        const [item] = dataset.items
        if (item) dataset.items = [...dataset.items, { ...item, mediaId: '11111111-2222-4333-8444-555555555555' }]
        return {}
      },
      'the dataset has changed since',
    ],
    [
      'items were removed from the dataset',
      async ({ dataset }) => {
        dataset.items = dataset.items.slice(1)
        return {}
      },
      'the dataset has changed since',
    ],
    ['the inputs are others', async () => ({ export_format: 'parquet' }), 'parts of another export'],
    [
      'a day has gone by',
      async ({ outputDir }) => {
        const file = path.join(outputDir, PARTS, 'plan.json')
        const plan = await readFile(file, 'utf8')
        await writeFile(
          file,
          plan.replace(/"created_at":(\d+)/, (_, at) => `"created_at":${Number(at) - 86_400_000}`),
        )
        return {}
      },
      'more than a day old',
    ],
  ]
  it.each(CHANGES)('starts afresh, and says so, where %s', async (_, change, words) => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    await (await halfDone(split)).cancel('SIGKILL')
    const inputs = await change(split)
    const before = split.accepted().length
    const { stdout } = await again(split, inputs)
    expect(stdout).toContain(words)
    await split.expectWhole()
    expect(split.accepted().length - before).toBe(3)
    // Of what the interrupted run had learned nothing is believed.
    expect(scene.requests('POST', /export_entities_async$/).length).toBeLessThanOrEqual(4)
  })

  it('continues where it exports a snapshot, from another clone of it', async () => {
    const split = await splitScene({ exportCap: 20 }, { ...SIZES, snapshots: ['golden'] })
    await using scene = split.scene
    const inputs = { ...split.inputs, snapshot_name: 'golden' }
    const killed = await (await halfDone(split, inputs)).cancel('SIGKILL')
    scene.emulator.faults.clear()
    await scene.post(inputs, killed.state)
    const before = scene.world.exportStarts.length
    await again(split, inputs)
    expect((await split.ids()).toSorted()).toEqual(split.dataset.items.map(({ mediaId }) => mediaId).toSorted())
    // The exports of the first clone went with it.
    expect(scene.world.exportStarts.length - before).toBe(2)
  })

  it.each(['json', 'parquet'])('continues when it is killed while its parts are merged: %s', async (format) => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const coco = format === 'json' ? { extract: 'true', coco: 'true' } : {}
    const inputs = { ...split.inputs, ...coco, include_images: 'true', export_format: format }
    const step = await scene.start(inputs)
    await step.logged(/merging the parts/)
    await step.cancel('SIGKILL')
    const before = split.accepted().length
    const isInPlace = existsSync(path.join(split.outputDir, 'manifest.json'))
    await again(split, inputs)
    await split.expectWhole()
    expect(split.accepted().length - before).toBe(isInPlace ? 3 : 0)
  })
})
