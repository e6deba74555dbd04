import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ZipFile } from 'yazl'
import { type ApiCall, callsOf } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { isRecord } from './http/reply.ts'
import type { Dataset, DatasetStatus } from './model.ts'

let emulator: Emulator
let call: ApiCall

beforeEach(async () => {
  emulator = await startEmulator({ bucketImages: 7 })
  call = callsOf(emulator)
})

afterEach(async () => {
  await emulator.stop()
})

function form(
  fields: Record<string, string>,
  files: [field: string, name: string, content: Buffer | string][] = [],
): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  for (const [field, name, content] of files)
    data.append(field, new Blob([Uint8Array.from(Buffer.from(content))]), name)
  return data
}

async function until(dataset: Dataset | undefined, status: DatasetStatus): Promise<void> {
  await vi.waitFor(() => expect(dataset?.status).toBe(status), { interval: 5, timeout: 5000 })
}

describe('creation from a bucket', () => {
  const create = async (path: string) =>
    await call('POST', '/dataset', form({ dataset_name: 'New', bucket_path: path }))

  it('moves from INDEXING to READY with a first snapshot', async () => {
    expect(await create('s3://bucket/prefix/')).toMatchObject({ status: 200, body: { dataset_id: expect.any(String) } })
    const [dataset] = emulator.world.datasets
    expect(dataset?.status).toBe('INDEXING')
    await until(dataset, 'READY')
    expect(dataset).toMatchObject({ items: { length: 7 }, snapshots: [{ reason: 'creation', isCurrent: true }] })
    expect((await call('GET', `/datasets/${dataset?.id}/creation-status`)).body).toEqual({
      status: 'READY',
      progress: 100,
    })
  })

  it('ends in ERROR where nothing is there, at once where access is denied', async () => {
    await create('s3://bucket/missing/')
    const [dataset] = emulator.world.datasets
    await until(dataset, 'ERROR')
    expect((await call('GET', `/dataset/${dataset?.id}`)).body).toMatchObject({
      status_new: 'ERROR',
      fatal_error_msg: expect.stringContaining('No media found'),
    })
    expect((await call('GET', '/tasks')).body).toMatchObject({ tasks: [{ status: 'FAILED' }] })
    expect(await create('s3://forbidden/')).toMatchObject({ status: 500, body: { detail: expect.any(String) } })
    expect(emulator.world.datasets).toHaveLength(1)
  })

  it('wants both fields, and takes them urlencoded too', async () => {
    expect(await call('POST', '/dataset', form({ dataset_name: 'x' }))).toMatchObject({ status: 400 })
    expect(await call('POST', '/dataset', {})).toMatchObject({ status: 422 })
    emulator.options.style.createReply = 'id'
    const response = await fetch(`${emulator.url}/api/v1/dataset`, {
      method: 'POST',
      headers: { authorization: `Bearer ${emulator.token()}` },
      body: new URLSearchParams({ dataset_name: 'Plain & simple', bucket_path: 's3://b/' }),
    })
    expect(await response.json()).toEqual({ id: emulator.world.datasets[0]?.id })
    expect(emulator.world.datasets[0]?.name).toBe('Plain & simple')
  })
})

describe('creation from files', () => {
  async function draft(): Promise<{ dataset: Dataset; path: string }> {
    await call('GET', '/ingestion/new_dataset?dataset_name=Files')
    const dataset = emulator.world.datasets.at(-1)
    if (!dataset) throw new Error('no dataset')
    const { body } = await call('GET', `/ingestion/${dataset.id}/data_files`)
    return { dataset, path: `/ingestion/${dataset.id}/data_files/${isRecord(body) ? Number(body['trans_id']) : ''}` }
  }

  it('takes the field files only, and no archives or other formats', async () => {
    const { path } = await draft()
    expect(await call('POST', path, form({}, [['files[]', 'a.png', 'a']]))).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'files'] }] },
    })
    expect(await call('POST', path, form({}, [['files', 'a.zip', 'a']]))).toMatchObject({ status: 400 })
    expect(await call('POST', path, form({}, [['files', 'a.txt', 'a']]))).toMatchObject({ status: 400 })
    expect(await call('POST', path, form({}, [['files', 'sub/ü "1".png', 'bytes']]))).toMatchObject({
      status: 202,
      text: '',
    })
  })

  it('keeps the very bytes, and processes an open transaction once', async () => {
    const { dataset, path } = await draft()
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index % 7 === 0 ? 13 : index % 256)))
    const process = path.replace('data_files', 'process_files')
    expect((await call('POST', process)).status).toBe(400)
    await call(
      'POST',
      path,
      form({}, [
        ['files', 'a.png', bytes],
        ['files', 'b.png', '\r\n--'],
      ]),
    )
    await call('POST', path, form({}, [['files', 'a.png', 'again']]))
    expect(dataset.status).toBe('DRAFT')
    expect((await call('POST', process)).status).toBe(202)
    expect((await call('POST', process)).status).toBe(409)
    expect((await call('POST', path, form({}, [['files', 'late.png', 'x']]))).status).toBe(409)
    await until(dataset, 'READY')
    expect(dataset.items.map((item) => item.fileName)).toEqual(['a.png', 'b.png', 'a.png'])
    expect(dataset.items[0]?.bytes?.equals(bytes)).toBe(true)
    expect(dataset.items[1]?.bytes?.toString()).toBe('\r\n--')
  })

  it('knows its datasets and transactions, and opens another at each ask', async () => {
    const first = await draft()
    expect((await call('GET', `/ingestion/${first.dataset.id}/data_files`)).body).not.toEqual({
      trans_id: Number(first.path.split('/').at(-1)),
    })
    expect(first.dataset.transactions.size).toBe(2)
    expect((await call('POST', `${first.path}9`, form({}, [['files', 'a.png', 'a']]))).status).toBe(404)
    expect((await call('GET', '/ingestion/new_dataset')).status).toBe(400)
  })
})

describe('adding media', () => {
  let dataset: Dataset
  let path: string
  beforeEach(() => {
    dataset = emulator.world.addDataset({ name: 'Demo', images: 2 })
    path = `/dataset/${dataset.id}/add_media`
  })

  it('goes by READ ONLY to PARTIAL INDEX, and by reindex to READY', async () => {
    expect((await call('POST', `/dataset/${dataset.id}/reindex`)).status).toBe(409)
    expect(await call('POST', path, form({}, [['files', 'a.png', 'a']]))).toMatchObject({ status: 202, text: '' })
    expect(await call('POST', path, form({}, [['files', 'b.png', 'b']]))).toMatchObject({
      status: 409,
      body: { detail: 'Operation MEDIA_ADDITION is blocked while a MEDIA_ADDITION task is running' },
    })
    expect(dataset.status).toBe('READ ONLY')
    await until(dataset, 'PARTIAL INDEX')
    expect(dataset.items).toHaveLength(3)
    expect((await call('POST', `/dataset/${dataset.id}/reindex`)).status).toBe(202)
    await until(dataset, 'READY')
  })

  it('comes straight back with auto_reindex, and leaves a revision where the style says so', async () => {
    emulator.options.style.automaticRevisions = true
    await call('POST', path, form({ auto_reindex: 'true', s3_uri: 's3://bucket/more/' }))
    await until(dataset, 'READY')
    expect(dataset.items).toHaveLength(9)
    expect(dataset.snapshots.map((snapshot) => [snapshot.reason, snapshot.items.length])).toEqual([
      ['creation', 2],
      ['media_addition', 2],
    ])
  })

  it('unpacks archives, and fails on broken ones', async () => {
    const zip = new ZipFile()
    for (const name of ['a.png', 'sub/b.jpg', 'notes.txt']) zip.addBuffer(Buffer.from(name), name)
    zip.end()
    const archives: [string, Buffer][] = [
      ['in.zip', await buffer(zip.outputStream)],
      ['in.tar', tar(['a.png', 'sub/b.jpg', 'notes.txt'])],
      ['in.tar.gz', gzipSync(tar(['a.png', 'sub/b.jpg']))],
    ]
    for (const [index, [name, bytes]] of archives.entries()) {
      expect((await call('POST', path, form({ auto_reindex: 'true' }, [['archive', name, bytes]]))).status).toBe(202)
      await until(dataset, 'READY')
      expect(dataset.items.slice(2 + index * 2).map((item) => item.fileName)).toEqual(['a.png', 'b.jpg'])
    }
    await call('POST', path, form({}, [['archive', 'in.tar', 'no tar at all'.repeat(100)]]))
    await until(dataset, 'ERROR')
    expect(dataset.fatalError).toContain('in.tar')
  })

  it('wants exactly one usable source', async () => {
    const both = form({ s3_uri: 's3://bucket/x/' }, [['files', 'a.png', 'a']])
    const wrong = [
      form({}),
      both,
      form({ s3_uri: 'bucket/x' }),
      form({ s3_uri: 's3://b/missing' }),
      form({}, [['archive', 'a.rar', 'a']]),
      form({}, [['files', 'a.txt', 'a']]),
    ]
    for (const body of wrong)
      expect(await call('POST', path, body)).toMatchObject({ status: 400, body: { detail: expect.any(String) } })
    expect(await call('POST', path, form({ auto_reindex: 'maybe', s3_uri: 's3://b/' }))).toMatchObject({ status: 422 })
    expect(dataset.status).toBe('READY')
  })
})

describe('datasets', () => {
  it('show their status in each of the ways that the docs leave open', async () => {
    const dataset = emulator.world.addDataset({ name: 'Demo', status: 'PARTIAL INDEX' })
    const shown = async () => (await call('GET', `/dataset/${dataset.id}`)).body
    expect(await shown()).toMatchObject({ status_new: 'PARTIAL INDEX', status: 'READY' })
    emulator.options.style.statusSpelling = 'underscore'
    emulator.options.style.statusField = 'status'
    expect(await shown()).toMatchObject({ status: 'PARTIAL_INDEX' })
    expect(await shown()).not.toHaveProperty('status_new')
    emulator.options.style.statusField = 'status_new'
    expect(await shown()).not.toHaveProperty('status')
  })

  it('go with their running tasks when deleted, unless one may only look', async () => {
    const dataset = emulator.world.addDataset({ name: 'Demo' })
    const viewed = emulator.world.addDataset({ name: 'Viewed', owner: 'a@example.org', role: 'viewer' })
    const task = emulator.world.runTask({ datasetId: dataset.id, type: 'REINDEX' })
    expect((await call('DELETE', `/dataset/${viewed.id}`)).status).toBe(403)
    expect((await call('DELETE', `/dataset/${dataset.id}`)).status).toBe(200)
    expect((await call('GET', `/dataset/${dataset.id}`)).status).toBe(404)
    expect((await call('GET', '/datasets')).body).toMatchObject([{ id: viewed.id }])
    expect(task.status).toBe('ABORTED')
    expect((await call('GET', '/dataset/not-a-uuid')).status).toBe(422)
  })

  it('are shared', async () => {
    const dataset = emulator.world.addDataset({ name: 'Demo' })
    expect(await call('PUT', `/manage/${dataset.id}/invite`, { grant_to_user_email: 'b@example.org' })).toMatchObject({
      status: 200,
      body: null,
    })
    expect((await call('GET', `/manage/${dataset.id}/share`)).body).toEqual([
      { email: 'ci@example.org', role: 'owner' },
      { email: 'b@example.org', role: 'viewer' },
    ])
  })
})

describe('npm run emulator', () => {
  it('prints a command that works, and ends on SIGTERM', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('serve.ts', import.meta.url))])
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
    await vi.waitFor(() => expect(printed).toContain('snapshot_name: before-relabel'), {
      timeout: 10_000,
      interval: 20,
    })
    const command = /^curl .*$/m.exec(printed)?.[0] ?? ''
    const { stdout } = await promisify(execFile)('bash', ['-c', `${command} -s`])
    expect(JSON.parse(stdout)).toMatchObject({ display_name: 'street-scenes', status_new: 'READY', n_images: 40 })
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})

function tar(names: string[]): Buffer {
  const blocks = names.flatMap((name) => {
    const content = Buffer.from(`content of ${name}`)
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(content.length.toString(8).padStart(11, '0'), 124)
    header.write('ustar\0', 257)
    return [header, content, Buffer.alloc(512 - content.length)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
