import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { PARTS, type SplitScene, splitScene } from '../action/split-scene.ts'

/** Three parts under a cap of 20. */
const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] }

/** Resolves once so many parts are whole. */
async function whole(split: SplitScene, count: number): Promise<void> {
  await vi.waitUntil(async () => (await split.keptParts()).whole.length === count, { timeout: 20_000 })
}

describe('an export in parts that is interrupted', () => {
  it('attaches to the export of a part that it had asked for', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { faults } = scene.emulator
    // Two parts come, and the third hangs in its download.
    faults.add({ server: 'storage', path: /./, skip: 2, times: Infinity, fault: { kind: 'hang' } })
    const { errors } = await scene.fail('timed_out', { ...split.inputs, timeout: '12s' })
    expect(errors[0]).toContain('2 of 3 parts')
    expect(errors[0]).toMatch(/part \d: downloading/)
    faults.clear()
    const before = split.starts().length
    const { stdout } = await scene.succeed(split.inputs)
    expect(stdout).toContain('2 parts')
    await split.expectWhole()
    expect(split.starts()).toHaveLength(before)
  })

  it('starts a part again that the service does not know any more', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { faults } = scene.emulator
    faults.add({ server: 'storage', path: /./, skip: 2, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start({ ...split.inputs, timeout: '60s' })
    await whole(split, 2)
    await vi.waitUntil(async () => (await split.keptParts()).started.length === 3, { timeout: 20_000 })
    scene.sound(await step.cancel())
    faults.clear()
    const kept = await split.keptParts()
    const gone = kept.all.find((name) => !kept.whole.includes(name)) ?? ''
    const content = await readFile(path.join(split.outputDir, PARTS, gone, 'content.json'), 'utf8')
    scene.world.exports.splice(0, Infinity, ...scene.world.exports.filter(({ id }) => !content.includes(id)))
    const before = split.starts().length
    await scene.succeed(split.inputs)
    await split.expectWhole()
    expect(split.starts().length - before).toBe(1)
  })

  it('keeps its parts when it is cancelled, and does not use them where the inputs are others', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { faults } = scene.emulator
    faults.add({ server: 'storage', path: /./, skip: 1, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start({ ...split.inputs, timeout: '60s' })
    await whole(split, 1)
    const { outputs, stdout } = scene.sound(await step.cancel())
    expect(outputs['error_code']).toBe('cancelled')
    expect(stdout).toContain('Kept in visual-layer-export: 1 of 3 parts')
    faults.clear()
    const again = await scene.succeed({ ...split.inputs, export_format: 'parquet' })
    expect(again.stdout).toContain('parts of another export')
    await split.expectWhole()
  })

  it('ends at its timeout where no part ever ends, and puts nothing in place', async () => {
    const split = await splitScene(
      { exportCap: 20, timings: { exportMs: 60_000 }, style: { exportRejection: 'rejected_at_start' } },
      SIZES,
    )
    await using scene = split.scene
    const { errors } = await scene.fail('timed_out', { ...split.inputs, timeout: '6s' })
    expect(errors[0]).toContain('0 of 3 parts')
    expect(await split.files()).not.toContain('metadata.json')
  })
})
