import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ZipFile } from 'yazl'
import { systemClock } from '../../src/clock.ts'
import { exportScene, ZIP } from '../action/export-scene.ts'

afterEach(() => void vi.restoreAllMocks())

async function jsonIn(...place: string[]): Promise<unknown> {
  return JSON.parse(await readFile(path.join(...place), 'utf8'))
}

/** An archive of an export that holds no record. */
async function emptyExport(): Promise<Buffer> {
  const zip = new ZipFile()
  zip.addBuffer(Buffer.from('{"info":{},"media_items":[]}'), 'metadata.json')
  zip.end()
  return buffer(zip.outputStream)
}

describe('an export', { concurrent: false }, () => {
  it('goes up as the ZIP that was downloaded, and its manifest says whence it is', async () => {
    const { scene, dataset, inputs, files, outputDir } = await exportScene()
    await using _ = scene
    const { outputs, summary } = await scene.succeed({ ...inputs, upload_artifact: 'true', compression_level: '0' })
    expect(outputs).toMatchObject({ media_count: '12', artifact_name: ZIP, error_code: '' })
    expect(outputs['artifact_digest']).toBe(outputs['export_sha256'])
    expect(await files()).toEqual(['manifest.json', ZIP])
    expect(await jsonIn(outputDir, 'manifest.json')).toMatchObject({
      dataset: { id: dataset.id, name: 'cats' },
      export: { id: outputs['export_id'], selection: null },
      produced_by: { repository: 'octo/cats', run_id: '4242' },
    })
    expect(summary).toContain('the whole dataset &#40;json, without media files&#41;')
  })

  it('goes up as a folder once it is unpacked, with the rows of its table counted', async () => {
    const { scene, inputs, outputDir } = await exportScene({}, { videos: 2 })
    await using _ = scene
    const { outputs, summary } = await scene.succeed({
      ...inputs,
      export_format: 'parquet',
      include_images: 'true',
      extract: 'true',
      upload_artifact: 'true',
      retention_days: '3',
    })
    expect(outputs).toMatchObject({ export_dir: outputDir, artifact_name: 'visual-layer-export' })
    expect(outputs).not.toHaveProperty('export_path')
    expect(Number(outputs['media_count'])).toBeGreaterThan(12)
    expect(summary).toContain('14 rows')
    expect(summary).toContain('parquet, with media files')
  })

  it('says what was selected, in the summary and in the manifest', async () => {
    const { scene, dataset, inputs, outputDir } = await exportScene()
    await using _ = scene
    const [first, second, third] = dataset.items
    const selection = {
      media_ids: `${second?.mediaId}`,
      cluster_ids: `${first?.clusterId}`,
      exclude_media_ids: `${first?.mediaId}`,
    }
    const chosen = await scene.succeed({ ...inputs, ...selection })
    expect(chosen.summary).toContain('1 media, 1 clusters, less 1 media')
    expect(await jsonIn(outputDir, 'manifest.json')).toMatchObject({
      export: { selection: { media_ids: [second?.mediaId], exclude_media_ids: [first?.mediaId] } },
    })
    const vql = JSON.stringify([{ labels: { op: 'one_of', value: third?.labels ?? [] } }])
    const matched = await scene.succeed({ ...inputs, vql, entity_type: 'OBJECTS' })
    expect(matched.summary).toContain('the matches of the VQL filter')
    expect(await jsonIn(outputDir, 'manifest.json')).toMatchObject({ export: { entity_type: 'OBJECTS' } })
    const started = await scene.succeed({ ...inputs, wait: 'false' })
    const exportId = started.outputs['export_id'] ?? ''
    expect(started.stdout).toContain(`export_id: ${exportId}`)
    expect(started.outputs).not.toHaveProperty('media_count')
    const attached = await scene.succeed({ ...inputs, export_id: exportId })
    expect(attached.stdout).toContain('none is started')
    expect(attached.outputs).toMatchObject({ export_id: exportId, media_count: '12' })
    expect(await jsonIn(outputDir, 'manifest.json')).toMatchObject({ export: { selection: { export_id: exportId } } })
  })

  it('that contains no record is an error, unless allow_empty takes it', async () => {
    const { scene, dataset, inputs, files } = await exportScene()
    await using _ = scene
    scene.world.replaceArchive('next', await emptyExport())
    const { errors } = await scene.fail('rejected', inputs)
    expect(errors[0]).toContain('it contains no records')
    scene.world.replaceArchive('next', await emptyExport())
    const taken = await scene.succeed({ ...inputs, allow_empty: 'true' })
    expect(taken.outputs['media_count']).toBe('0')
    const before = await files()
    dataset.items = []
    const nothing = await scene.succeed({ ...inputs, allow_empty: 'true', fail_if: 'size_bytes > 0' })
    expect(nothing.outputs).toMatchObject({ media_count: '0', content_digest: taken.outputs['content_digest'] })
    expect(nothing.summary).toContain('Nothing matched')
    expect(await files()).toEqual(before)
    expect((await scene.fail('rejected', inputs)).errors[0]).toContain('allow_empty: true')
  })

  it('waits through a conflict of which nothing is seen, or fails at once with on_conflict: fail', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { faults } = scene.emulator
    const busy = { method: 'GET', path: /export_context_async$/, fault: { kind: 'status', status: 409 } } as const
    faults.add(busy)
    // It is not known everywhere at once.
    faults.add({ path: /export_status$/, times: 2, fault: { kind: 'status', status: 404 } })
    const { stdout } = await scene.succeed(inputs)
    expect(stdout).toContain('nothing appears to be running')
    expect(stdout).toContain('the status of the export is not available yet')
    faults.add(busy)
    const { errors } = await scene.fail('conflict', { ...inputs, on_conflict: 'fail' })
    expect(errors[0]).toContain('on_conflict: wait')
  })

  it('fails when the export fails, names it, and leaves nothing', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.world.next('export', { task: 'FAILED', message: 'worker lost' })
    const { errors, outputs } = await scene.fail('operation_failed', inputs)
    expect(errors[0]).toContain('worker lost')
    expect(outputs['export_id']).toBe(scene.world.exports[0]?.id)
    expect(await files()).toEqual([])
  })

  it('says how to fetch it later when the time ends', async () => {
    const { scene, inputs } = await exportScene({ timings: { exportMs: 60_000 } })
    await using _ = scene
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '2s' })
    expect(errors[0]).toContain(`export_id: ${outputs['export_id']}`)
  })

  it('fails before anything is asked for where the dataset cannot be read', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const unknown = '00000000-0000-4000-8000-000000000000'
    const { outputs, summary } = await scene.fail('not_found', { ...inputs, dataset_id: unknown })
    expect(outputs['dataset_id']).toBe(unknown)
    expect(summary).toContain(unknown)
    expect(scene.world.exportStarts).toEqual([])
  })
})

describe('the bytes of an export', { concurrent: false }, () => {
  it('that are no archive are not kept', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.world.replaceArchive('next', Buffer.from('PK but no more'))
    await scene.fail('corrupt_download', { ...inputs, extract: 'true' })
    expect(await files()).toEqual([])
  })

  it('come by a fresh link where the first has expired', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, fault: { kind: 'status', status: 403 } })
    await scene.succeed(inputs)
    const signatures = scene.emulator.requests
      .filter(({ server }) => server === 'storage')
      .map(({ query }) => query['X-Amz-Signature'])
    expect(new Set(signatures).size).toBe(2)
  })

  it('cannot come where the link has expired and no other is given', async () => {
    const { scene, inputs, files } = await exportScene({ linkLifetimeMs: 0 })
    await using _ = scene
    const status = { method: 'GET', path: /export_status$/ }
    const step = await scene.start(inputs)
    await step.logged(/Downloading and verifying/)
    const gone = JSON.stringify({ id: scene.world.exports[0]?.id, status: 'IN_PROGRESS', progress: 0.5 })
    scene.emulator.faults.add({ ...status, times: Infinity, fault: { kind: 'body', text: gone } })
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code'], errors[0]).toBe('operation_failed')
    expect(errors[0]).toContain('provides no new one (IN_PROGRESS)')
    expect(await files()).toEqual([])
  })

  it('can be fetched later where the storage host fails, and the message says how', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    const { errors, outputs } = await scene.fail('server_error', { ...inputs, max_retries: '0' })
    expect(errors[0]).toContain(`export_id: ${outputs['export_id']}`)
  })

  it.each([
    ['true', 'unpacked'],
    ['false', 'verified'],
  ])('are told of while they come: extract %s', async (extract, verb) => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    // Six seconds go by between two looks at the clock, so that whatever is told now and then is told each time.
    let now = 0
    vi.spyOn(systemClock, 'now').mockImplementation(() => (now += 6_000))
    const step = { ...inputs, extract, include_images: 'true', timeout: '100h', request_timeout: '1h' }
    const { stdout } = await scene.succeed(step)
    expect(stdout).not.toContain('(100%)')
    expect(stdout).toMatch(/downloaded \d[^\n]* of \d/)
    expect(stdout).toMatch(new RegExp(`, ${verb} \\d[^\\n]* of \\d`))
  })

  it('stay where they are when the artifact cannot be uploaded', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({
      server: 'artifacts',
      path: /./,
      times: Infinity,
      fault: { kind: 'status', status: 403 },
    })
    const { outputs } = await scene.fail('artifact_failed', { ...inputs, upload_artifact: 'true' })
    expect(outputs['export_path']).toContain(ZIP)
    expect(await files()).toContain(ZIP)
  })

  it('are no artifact on a server of GitHub Enterprise, which is told', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const env = { GITHUB_SERVER_URL: 'https://github.acme.example' }
    const { outputs, summary } = await scene.succeed({ ...inputs, upload_artifact: 'true' }, env)
    expect(outputs).not.toHaveProperty('artifact_id')
    expect(summary).toContain('No artifact was uploaded')
  })
})

describe('an export to a folder that is in use', { concurrent: false }, () => {
  it('takes the place of an earlier one and leaves other files', async () => {
    const { scene, inputs, files, outputDir } = await exportScene()
    await using _ = scene
    await scene.succeed({ ...inputs, extract: 'true', include_images: 'true' })
    await writeFile(path.join(outputDir, 'notes.txt'), 'mine')
    await scene.succeed(inputs)
    expect(await files()).toEqual(['manifest.json', 'notes.txt', ZIP])
  })
})
