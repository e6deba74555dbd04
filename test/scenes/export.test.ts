import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportScene, ZIP } from '../action/export-scene.ts'

describe('export', () => {
  it('downloads, verifies and keeps the very bytes that the storage has', async () => {
    const { scene, dataset, inputs, outputDir, files } = await exportScene()
    await using _ = scene
    const { outputs, summary } = await scene.succeed(inputs)
    const bytes = scene.world.storage.bytes(scene.world.exports[0]?.storageKey ?? '')
    const zip = path.join(outputDir, ZIP)
    expect((await readFile(zip)).equals(bytes)).toBe(true)
    expect(outputs).toMatchObject({
      dataset_id: dataset.id,
      dataset_name: 'cats',
      export_id: scene.world.exports[0]?.id,
      export_path: zip,
      export_dir: outputDir,
      export_size_bytes: String(bytes.length),
      export_sha256: createHash('sha256').update(bytes).digest('hex'),
      media_count: '12',
    })
    expect(outputs['content_digest']).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.parse(outputs['result'] ?? '')).toMatchObject({ media_count: 12, export_size_bytes: bytes.length })
    expect(await files()).toEqual(['manifest.json', ZIP])
    expect(summary).toContain(outputs['export_sha256'])
    expect(JSON.parse(await readFile(path.join(outputDir, 'manifest.json'), 'utf8'))).toMatchObject({
      dataset: { id: dataset.id, name: 'cats' },
      export: { id: outputs['export_id'], selection: null },
      produced_by: { repository: 'octo/cats', run_id: '4242' },
    })
  })

  it('exports a dataset without a name', async () => {
    const { scene, dataset, inputs, outputDir } = await exportScene({}, { name: '' })
    await using _ = scene
    await scene.succeed(inputs)
    const manifest: unknown = JSON.parse(await readFile(path.join(outputDir, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ dataset: { id: dataset.id } })
    expect(manifest).not.toHaveProperty('dataset.name')
  })

  it('unpacks with extract, and keeps no ZIP', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, extract: 'true', include_images: 'true' })
    expect(outputs['export_path'] ?? '').toBe('')
    expect(outputs['export_sha256']).toMatch(/^[0-9a-f]{64}$/)
    expect(Number(outputs['export_size_bytes'])).toBeGreaterThan(0)
    const found = await files()
    expect(found.filter((file) => file.startsWith('images/'))).toHaveLength(12)
    expect(found).toContain('metadata.json')
    expect(found).toContain('manifest.json')
    expect(outputs['media_count']).toBe('12')
  })

  it('gives the same digest for the same data, and another for other data', async () => {
    const { scene, dataset, inputs } = await exportScene()
    await using _ = scene
    const first = await scene.succeed(inputs)
    const second = await scene.succeed({ ...inputs, output_dir: 'second', extract: 'true' })
    expect(second.outputs['content_digest']).toBe(first.outputs['content_digest'])
    expect(second.outputs['export_sha256']).not.toBe(first.outputs['export_sha256'])
    dataset.items = dataset.items.map((item, index) => (index === 0 ? { ...item, labels: ['zebra'] } : item))
    const third = await scene.succeed({ ...inputs, output_dir: 'third' })
    expect(third.outputs['content_digest']).not.toBe(first.outputs['content_digest'])
  })

  it('replaces an earlier export in the same folder, and no other file', async () => {
    const { scene, inputs, files, outputDir } = await exportScene()
    await using _ = scene
    await scene.succeed({ ...inputs, extract: 'true', include_images: 'true' })
    await writeFile(path.join(outputDir, 'notes.txt'), 'mine')
    const { outputs } = await scene.succeed(inputs)
    expect(await files()).toEqual(['manifest.json', 'notes.txt', ZIP])
    expect(outputs['media_count']).toBe('12')
  })

  it('exports parquet, and counts its rows', async () => {
    const { scene, inputs, files } = await exportScene({}, { videos: 2 })
    await using _ = scene
    const parquet = { export_format: 'parquet', extract: 'true', include_images: 'true' }
    const { outputs, summary } = await scene.succeed({ ...inputs, ...parquet })
    expect(outputs['media_count']).toBe('14')
    expect(summary).toContain('14 rows')
    expect(await files()).toContain('metadata.parquet')
  })

  it('exports names of files that hold colons', async () => {
    const { scene, inputs, files } = await exportScene({}, { images: 2, videos: 3 })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, extract: 'true', include_images: 'true' })
    expect(outputs['media_count']).toBe('5')
    const found = await files()
    expect(found.filter((file) => file.startsWith('images/'))).toHaveLength(5)
    expect(found.filter((file) => file.includes(':'))).toEqual([])
  })

  it('fails with the words of an export that FAILED', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.world.next('export', { task: 'FAILED', message: 'the exporter ran out of memory' })
    const { errors, outputs } = await scene.fail('operation_failed', inputs)
    expect(errors[0]).toContain('the exporter ran out of memory')
    expect(outputs['export_id']).toBe(scene.world.exports[0]?.id)
    expect(outputs['export_path'] ?? '').toBe('')
    expect(await files()).toEqual([])
  })

  it.each(['rejected', 'error'] as const)(
    'fails as rejected where it is too large, rejected as %s',
    async (exportRejection) => {
      const { scene, inputs } = await exportScene({ exportCap: 5, style: { exportRejection } })
      await using _ = scene
      const { errors } = await scene.fail('rejected', { ...inputs, split: 'never' })
      expect(errors[0]).toContain('exceeds threshold 5')
      expect(errors[0]).toContain('too large')
    },
  )

  it.each(['rejected', 'error'] as const)('reports that nothing matched, rejected as %s', async (exportRejection) => {
    const { scene, inputs, files } = await exportScene({ style: { exportRejection } })
    await using _ = scene
    const vql = '[{"labels":{"op":"one_of","value":["zebra"]}}]'
    const { errors } = await scene.fail('rejected', { ...inputs, vql })
    expect(errors[0]).toContain('Nothing matched')
    expect(errors[0]).toContain('allow_empty: true')
    const { outputs } = await scene.succeed({ ...inputs, vql, allow_empty: 'true' })
    expect(outputs['media_count']).toBe('0')
    expect(outputs['export_path'] ?? '').toBe('')
    expect(await files()).toEqual([])
  })

  it('does not take a rejection as too large for an empty result', async () => {
    const { scene, inputs } = await exportScene({ exportCap: 5 })
    await using _ = scene
    await scene.fail('rejected', { ...inputs, split: 'never', allow_empty: 'true' })
  })

  it('says how to carry on when the time ends, and a later step does', async () => {
    const { scene, inputs } = await exportScene({ timings: { exportMs: 9_000 } })
    await using _ = scene
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    const id = scene.world.exports[0]?.id ?? ''
    expect(outputs['export_id']).toBe(id)
    expect(errors[0]).toContain('IN_PROGRESS')
    expect(errors[0]).toContain('timeout: 6s')
    expect(errors[0]).toContain(`export_id: ${id}`)
    const later = await scene.succeed({ ...inputs, export_id: id })
    expect(later.outputs).toMatchObject({ export_id: id, media_count: '12' })
    expect(scene.world.exports).toHaveLength(1)
  })

  it('gets over a conflict of which nothing is seen, and over a status that is not available yet', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { faults } = scene.emulator
    faults.add({ method: 'GET', path: /export_context_async$/, fault: { kind: 'status', status: 409 } })
    faults.add({ path: /export_status$/, times: 2, fault: { kind: 'status', status: 404 } })
    const { outputs, stdout } = await scene.succeed(inputs)
    expect(outputs['media_count']).toBe('12')
    expect(stdout).toContain('not available yet')
    expect(scene.world.exports).toHaveLength(1)
  })

  it('returns with the id with wait: false, and downloads nothing', async () => {
    const { scene, inputs, files } = await exportScene({ timings: { exportMs: 60_000 } })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, wait: 'false' })
    expect(outputs['export_id']).toBe(scene.world.exports[0]?.id)
    expect(await files()).toEqual([])
  })

  it('fails where the export of export_id is not there', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const export_id = '0a1b2c3d-0000-4000-8000-000000000000'
    const { errors, outputs } = await scene.fail('not_found', { ...inputs, export_id })
    expect(errors[0]).toContain(export_id)
    expect(outputs['export_id']).toBe(export_id)
    expect(scene.world.exports).toEqual([])
  })

  it('rejects wrong inputs before any request, and a folder outside the workspace', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { errors } = await scene.fail('invalid_input', {
      ...inputs,
      export_format: 'csv',
      vql: 'label = cat',
      output_dir: '../outside',
      retention_days: '0',
    })
    for (const name of ['export_format', 'vql', 'output_dir', 'retention_days']) expect(errors[0]).toContain(name)
    expect(scene.emulator.requests).toEqual([])
  })
})
