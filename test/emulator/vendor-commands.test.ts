import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Emulator, startEmulator } from './emulator.ts'
import { idIn, parsed, uuid, type VendorShell, vendorShell } from './vendor-shell.ts'

let emulator: Emulator
let shell: VendorShell

beforeAll(async () => {
  emulator = await startEmulator({
    timings: { createMs: 20, processMs: 20, snapshotMs: 5, restoreMs: 20, cloneMs: 20 },
  })
  shell = await vendorShell(emulator)
})

afterAll(async () => {
  await emulator.stop()
  await shell.remove()
})

async function untilReady(id: string): Promise<void> {
  await vi.waitFor(() => expect(emulator.world.dataset(id).status).toBe('READY'), { interval: 5, timeout: 10_000 })
}

describe('create a dataset from S3', () => {
  it('creates, then moves from INDEXING to READY', async () => {
    const created = await shell.run(String.raw`curl -X POST \
  -H "Authorization: Bearer <jwt>" \
  -F "dataset_name=my_dataset" \
  -F "bucket_path=s3://my-bucket/images/" \
  "https://app.visual-layer.com/api/v1/dataset"`)
    expect(created.status).toBe(200)
    expect(parsed(created)).toEqual({ dataset_id: uuid })
    const id = idIn(created, 'dataset_id')
    await untilReady(id)

    const status = await shell.run(
      String.raw`curl -H "Authorization: Bearer <jwt>" \
  "https://app.visual-layer.com/api/v1/dataset/<dataset_id>"`,
      { '<dataset_id>': id },
    )
    expect(status.status).toBe(200)
    expect(parsed(status)).toMatchObject({ id, display_name: 'my_dataset', status_new: 'READY', progress: 100 })
  })
})

describe('create a dataset from local files', () => {
  it('goes through the four steps', async () => {
    const created = await shell.run(String.raw`curl -H "Authorization: Bearer <jwt>" \
"https://app.visual-layer.com/api/v1/ingestion/new_dataset?dataset_name=My+Dataset"`)
    expect(created.status).toBe(200)
    expect(parsed(created)).toEqual({ dataset_id: uuid })
    const ids: Record<string, string> = { '<dataset_id>': idIn(created, 'dataset_id') }
    const draft = emulator.world.dataset(idIn(created, 'dataset_id'))
    expect(draft).toMatchObject({ name: 'My Dataset', status: 'DRAFT' })

    const opened = await shell.run(
      String.raw`curl -H "Authorization: Bearer <jwt>" \
"https://app.visual-layer.com/api/v1/ingestion/<dataset_id>/data_files"`,
      ids,
    )
    expect(opened.status).toBe(200)
    expect(parsed(opened)).toEqual({ trans_id: expect.any(Number) })
    ids['<transaction_id>'] = idIn(opened, 'trans_id')

    const few = await shell.run(
      String.raw`curl -X POST \
-H "Authorization: Bearer <jwt>" \
-F "files=@/path/to/image1.jpg" \
-F "files=@/path/to/image2.jpg" \
-F "files=@/path/to/image3.jpg" \
"https://app.visual-layer.com/api/v1/ingestion/<dataset_id>/data_files/<transaction_id>"`,
      ids,
    )
    expect(few.status).toBe(202)
    for (const batch of ['-F "files=@image_001.jpg" -F "files=@image_002.jpg"', '-F "files=@image_051.jpg"']) {
      const answer = await shell.run(
        String.raw`curl -X POST \
-H "Authorization: Bearer <jwt>" \
${batch} \
"https://app.visual-layer.com/api/v1/ingestion/<dataset_id>/data_files/<transaction_id>"`,
        ids,
      )
      expect(answer.status).toBe(202)
    }

    const started = await shell.run(
      String.raw`curl -X POST \
-H "Authorization: Bearer <jwt>" \
"https://app.visual-layer.com/api/v1/ingestion/<dataset_id>/process_files/<transaction_id>"`,
      ids,
    )
    expect(started.status).toBe(202)
    await untilReady(draft.id)
    expect(draft.items.map((item) => item.bytes?.toString())).toEqual([
      'bytes of path/to/image1.jpg',
      'bytes of path/to/image2.jpg',
      'bytes of path/to/image3.jpg',
      'bytes of image_001.jpg',
      'bytes of image_002.jpg',
      'bytes of image_051.jpg',
    ])

    const status = await shell.run(
      String.raw`curl -H "Authorization: Bearer <jwt>" \
"https://app.visual-layer.com/api/v1/dataset/<dataset_id>"`,
      ids,
    )
    expect(parsed(status)).toMatchObject({ status_new: 'READY', n_images: 6 })
  })
})

describe('snapshots, by the methods, paths and codes that the page lists', () => {
  const at = (rest: string) => `"https://app.visual-layer.com/api/v1/dataset/<dataset_id>/snapshot${rest}"`
  const auth = '-H "Authorization: Bearer <jwt>"'
  const json = '-H "Content-Type: application/json"'

  it('lists, creates, updates, restores, clones and deletes', async () => {
    const source = emulator.world.addDataset({ name: 'Snapshots', snapshots: ['older'] })
    const ids: Record<string, string> = { '<dataset_id>': source.id, '<older>': source.snapshots[1]?.id ?? '' }

    const created = await shell.run(
      `curl -X POST ${auth} ${json} -d '{"name": "checkpoint", "description": "why"}' ${at('')}`,
      ids,
    )
    expect(created.status).toBe(200)
    expect(parsed(created)).toEqual({
      snapshot_id: uuid,
      snapshot_name: 'checkpoint',
      source_dataset_name: 'Snapshots',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
      created_by: 'ci@example.org',
      n_images: 8,
      n_videos: 0,
      description: 'why',
      reason: 'manual',
      training_model_id: null,
      training_model_name: null,
      is_current: true,
      is_restoring: false,
    })
    ids['<new>'] = idIn(created, 'snapshot_id')

    const listed = await shell.run(`curl ${auth} ${at('')}`, ids)
    expect(listed.status).toBe(200)
    expect(parsed(listed)).toMatchObject([
      { snapshot_name: 'checkpoint', is_current: true },
      { snapshot_name: 'older', is_current: false },
      { reason: 'creation', is_current: false },
    ])

    const updated = await shell.run(`curl -X PATCH ${auth} ${json} -d '{"name": "renamed"}' ${at('/<new>')}`, ids)
    expect(updated.status).toBe(200)
    expect(parsed(updated)).toMatchObject({ snapshot_name: 'renamed', description: 'why' })

    expect(await shell.run(`curl -X POST ${auth} ${at('/<older>/restore')}`, ids)).toEqual({ status: 202, text: '' })
    await untilReady(source.id)
    expect(source.snapshots.find((snapshot) => snapshot.isCurrent)?.name).toBe('older')

    expect(await shell.run(`curl -X POST ${auth} ${at('/<new>/clone')}`, ids)).toEqual({ status: 202, text: '' })
    const clone = emulator.world.datasets.find((one) => one.name === 'Snapshots (cloned)')
    await untilReady(clone?.id ?? '')

    expect(await shell.run(`curl -X DELETE ${auth} ${at('/<new>')}`, ids)).toEqual({ status: 200, text: '' })
    expect((await shell.run(`curl -X DELETE ${auth} ${at('/<older>')}`, ids)).status).toBe(409)
  })
})
