import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ApiCall, called, callsOf } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import type { Dataset } from './model.ts'

let emulator: Emulator
let call: ApiCall
let dataset: Dataset
/** Path of the dataset's snapshots. */
let snapshots: string

beforeEach(async () => {
  emulator = await startEmulator()
  call = callsOf(emulator)
  dataset = emulator.world.addDataset({ name: 'Demo', images: 10, snapshots: ['before', 'now'] })
  snapshots = `/dataset/${dataset.id}/snapshot`
})

afterEach(async () => {
  await emulator.stop()
})

const blocked = (operation: string, task: string) => ({
  status: 409,
  body: { detail: `Operation ${operation} is blocked while a ${task} task is running` },
})

function snapshotId(index: number): string {
  const snapshot = dataset.snapshots[index]
  if (!snapshot) throw new Error(`no snapshot ${index}`)
  return snapshot.id
}

async function until(check: () => void): Promise<void> {
  await vi.waitFor(check, { interval: 5, timeout: 5000 })
}

describe('tokens', () => {
  const seconds = () => Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  function token(claims: object = {}, header: object = {}, secret = emulator.apiSecret): string {
    const signed = `${part({ alg: 'HS256', typ: 'JWT', kid: emulator.apiKey, ...header })}.${part({
      sub: emulator.apiKey,
      iss: 'sdk',
      iat: seconds(),
      exp: seconds() + 60,
      ...claims,
    })}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const list = async (authorization?: string) =>
    await called(await fetch(`${emulator.url}/api/v1/datasets`, { headers: authorization ? { authorization } : {} }))

  it('takes the documented token', async () => {
    expect((await list(`Bearer ${token()}`)).status).toBe(200)
  })

  it.each([
    ['no token', () => undefined],
    ['another scheme', () => `Basic ${token()}`],
    ['what is no token', () => 'Bearer abc'],
    ['another secret', () => `Bearer ${token({}, {}, 'guessed')}`],
    ['no signature at all', () => `Bearer ${token({}, { alg: 'none' })}`],
    ['another key', () => `Bearer ${token({}, { kid: 'other' })}`],
    ['another subject', () => `Bearer ${token({ sub: 'other' })}`],
    ['another issuer', () => `Bearer ${token({ iss: 'me' })}`],
    ['an end in the past', () => `Bearer ${token({ exp: seconds() })}`],
    ['a clock that runs ahead', () => `Bearer ${token({ iat: seconds() + 5 })}`],
    ['times that are no integers', () => `Bearer ${token({ iat: Date.now() / 1000 - 0.5 })}`],
  ])('rejects %s with 401', async (_what, authorization) => {
    const answer = await list(authorization())
    expect(answer).toMatchObject({ status: 401, body: { detail: expect.any(String) } })
  })

  it('asks for none when self-hosted', async () => {
    emulator.options.auth = 'none'
    expect((await list()).status).toBe(200)
  })
})

describe('snapshots', () => {
  it('makes one current, newest first, and READ ONLY in the meantime', async () => {
    emulator.options.timings.snapshotMs = 150
    const creating = call('POST', snapshots, { name: 'mine' })
    await until(() => expect(dataset.status).toBe('READ ONLY'))
    expect(await call('POST', snapshots, {})).toMatchObject({ status: 409 })
    expect(await creating).toMatchObject({ status: 200, body: { snapshot_name: 'mine', is_current: true } })
    expect((await call('GET', snapshots)).body).toMatchObject([
      { snapshot_name: 'mine', is_current: true },
      { snapshot_name: 'now', is_current: false },
      { snapshot_name: 'before', is_current: false },
      { reason: 'creation', is_current: false },
    ])
    expect(dataset.status).toBe('READY')
  })

  it('names an unnamed one after the dataset and itself', async () => {
    const { body } = await call('POST', snapshots, {})
    expect(body).toMatchObject({ snapshot_name: `Demo_snapshot_${snapshotId(3).slice(0, 8)}`, description: '' })
  })

  it('is blocked while a task runs, whether or not the status shows it', async () => {
    const task = emulator.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT', blocking: false })
    expect(await call('POST', snapshots, {})).toMatchObject(blocked('SNAPSHOT_CREATE', 'ENRICHMENT'))
    emulator.world.finishTask(task.id)
    expect((await call('POST', snapshots, {})).status).toBe(200)
  })

  it('restores the content, with a task, READ ONLY and is_restoring on the way', async () => {
    emulator.options.timings.restoreMs = 500
    const saved = dataset.items
    emulator.world.timeline.change(dataset, { items: saved.slice(3) })
    emulator.world.timeline.change(dataset, { status: 'PARTIAL INDEX' })
    expect(await call('POST', `${snapshots}/${snapshotId(1)}/restore`)).toMatchObject({ status: 202, text: '' })
    expect((await call('GET', `/dataset/${dataset.id}`)).body).toMatchObject({ status_new: 'READ ONLY', progress: 100 })
    expect((await call('GET', snapshots)).body).toMatchObject([{}, { snapshot_name: 'before', is_restoring: true }, {}])
    expect(await call('POST', `${snapshots}/current/restore`)).toMatchObject(
      blocked('SNAPSHOT_RESTORE', 'SNAPSHOT_RESTORE'),
    )
    await until(() => expect(dataset.status).toBe('READY'))
    expect(dataset.items).toEqual(saved)
    expect((await call('GET', snapshots)).body).toMatchObject([
      { is_current: false },
      { snapshot_name: 'before', is_current: true, is_restoring: false },
      { is_current: false },
    ])
    expect((await call('GET', `/tasks?dataset_id=${dataset.id}&task_type=SNAPSHOT_RESTORE`)).body).toMatchObject({
      tasks: [{ status: 'COMPLETED', dataset_status: 'READY', end_time: expect.stringMatching(/Z$/) }],
      total: 1,
    })
  })

  it.each(['DRAFT', 'INDEXING', 'READ ONLY'] as const)('rejects create, restore and clone when %s', async (status) => {
    emulator.world.timeline.change(dataset, { status })
    for (const path of ['', `/${snapshotId(0)}/restore`, `/${snapshotId(0)}/clone`]) {
      const answer = await call('POST', snapshots + path, {})
      expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining(status) } })
    }
  })

  it('clones into a new dataset, listed at the end, and leaves the source alone', async () => {
    emulator.options.timings.cloneMs = 500
    const path = `${snapshots}/${snapshotId(1)}`
    expect(await call('POST', `${path}/clone`)).toMatchObject({ status: 202, text: '' })
    expect(dataset.status).toBe('READY')
    for (const [method, end] of [
      ['POST', '/restore'],
      ['POST', '/clone'],
      ['DELETE', ''],
    ] as const) {
      expect(await call(method, path + end)).toMatchObject({ status: 409 })
    }
    expect((await call('POST', snapshots, { name: 'meanwhile' })).status).toBe(200)
    expect((await call('GET', '/tasks?task_type=SNAPSHOT_CLONE')).body).toMatchObject({
      tasks: [{ dataset_name: 'Demo (cloned)', dataset_id: expect.not.stringMatching(dataset.id) }],
    })
    const clone = emulator.world.datasets[1]
    await until(() => expect(clone?.status).toBe('READY'))
    expect(clone).toMatchObject({ sourceDatasetId: dataset.id, items: dataset.items, snapshots: [{ reason: 'clone' }] })
  })

  it('hides a clone from the inventory until it is done', async () => {
    emulator.options.timings.cloneMs = 60_000
    const clone = emulator.world.strangerClone(dataset.id, snapshotId(0))
    expect((await call('GET', '/datasets')).body).toHaveLength(1)
    expect((await call('GET', `/dataset/${clone.id}`)).body).toMatchObject({ status_new: 'READ ONLY' })
    expect((await call('GET', '/tasks')).body).toMatchObject({ tasks: [{ created_by: emulator.world.stranger }] })
    const restore = `${snapshots}/${snapshotId(0)}/restore`
    expect(await call('POST', restore)).toMatchObject(blocked('SNAPSHOT_RESTORE', 'SNAPSHOT_CLONE'))
    expect((await call('DELETE', `/dataset/${clone.id}`)).status).toBe(200)
    expect((await call('POST', restore)).status).toBe(202)
  })

  it('updates, deletes softly, and keeps the current one', async () => {
    const before = `${snapshots}/${snapshotId(1)}`
    expect(await call('PATCH', before, { description: 'kept' })).toMatchObject({
      status: 200,
      body: { description: 'kept' },
    })
    expect(await call('PATCH', before, {})).toMatchObject({ status: 422, body: { detail: [{ loc: ['body'] }] } })
    expect(await call('DELETE', `${snapshots}/${snapshotId(2)}`)).toMatchObject({ status: 409 })
    expect(await call('DELETE', before)).toMatchObject({ status: 200, text: '' })
    expect((await call('GET', snapshots)).body).toHaveLength(2)
    expect((await call('POST', `${before}/restore`)).status).toBe(404)
  })

  it('asks for rights and for snapshot support', async () => {
    const viewed = emulator.world.addDataset({ name: 'Viewed', owner: 'a@example.org', role: 'viewer' })
    expect((await call('POST', `/dataset/${viewed.id}/snapshot`, {})).status).toBe(403)
    expect((await call('GET', `/dataset/${viewed.id}/snapshot`)).status).toBe(200)
    const old = emulator.world.addDataset({ name: 'Old', snapshotSupport: false })
    expect((await call('GET', `/dataset/${old.id}/snapshot`)).status).toBe(403)
  })

  it('ends as a test decides', async () => {
    emulator.world.next('restore', { task: 'FAILED', message: 'disk on fire' })
    await call('POST', `${snapshots}/${snapshotId(0)}/restore`)
    await until(() => expect(dataset).toMatchObject({ status: 'ERROR', fatalError: 'disk on fire' }))
    emulator.world.next('restore', { effect: false })
    await call('POST', `${snapshots}/${snapshotId(0)}/restore`)
    await until(() => expect(dataset.status).toBe('READY'))
    expect(dataset.snapshots.map((snapshot) => snapshot.isCurrent)).toEqual([false, false, true])
    emulator.world.next('snapshot', { task: 'FAILED', message: 'no room' })
    expect(await call('POST', snapshots, {})).toMatchObject({ status: 500, body: { detail: 'no room' } })
  })
})

describe('tasks', () => {
  it('pages, sorts and filters', async () => {
    for (let count = 0; count < 7; count++) {
      emulator.world.runTask({ datasetId: dataset.id, type: count < 5 ? 'REINDEX' : 'ENRICHMENT', status: 'COMPLETED' })
    }
    expect((await call('GET', '/tasks?page=2&page_size=5')).body).toMatchObject({
      tasks: [{}, {}],
      total: 7,
      page: 2,
      page_size: 5,
    })
    expect((await call('GET', '/tasks?task_type=ENRICHMENT&dataset_name=dem')).body).toMatchObject({ total: 2 })
    expect((await call('GET', '/tasks?sort_by=task_type&sort_order=asc')).body).toMatchObject({
      tasks: [{ task_type: 'ENRICHMENT' }, {}, {}, {}, {}, {}, {}],
    })
    expect(
      (await call('GET', `/tasks?start_time_from=${new Date(Date.now() + 60_000).toISOString()}`)).body,
    ).toMatchObject({ total: 0 })
    expect((await call('GET', '/tasks/filters')).body).toMatchObject({ task_types: ['ENRICHMENT', 'REINDEX'] })
  })

  it.each(['page_size=4', 'page_size=51', 'page=0', 'page=x', 'sort_by=color', 'dataset_id=1'])(
    'rejects %s',
    async (query) => {
      const name = query.split('=')[0]
      expect(await call('GET', `/tasks?${query}`)).toMatchObject({
        status: 422,
        body: { detail: [{ loc: ['query', name] }] },
      })
    },
  )

  it('aborts a creation, and that alone; retries it', async () => {
    emulator.options.timings.createMs = 60_000
    const form = new FormData()
    form.set('dataset_name', 'New')
    form.set('bucket_path', 's3://bucket/')
    expect((await call('POST', '/dataset', form)).status).toBe(200)
    const [task] = emulator.world.tasks
    expect(await call('POST', `/tasks/${task?.id}/retry`)).toMatchObject({ status: 400 })
    expect(await call('POST', `/tasks/${task?.id}/abort`)).toMatchObject({ status: 200, body: { status: 'ABORTED' } })
    expect(await call('POST', `/tasks/${task?.id}/abort`)).toMatchObject({ status: 409 })
    expect(task?.subject.status).toBe('ERROR')
    emulator.options.timings.createMs = 20
    expect(await call('POST', `/tasks/${task?.id}/retry`)).toMatchObject({
      status: 200,
      body: { status: 'INITIALIZING' },
    })
    await until(() => expect(task?.subject.status).toBe('READY'))
    const other = emulator.world.runTask({ datasetId: dataset.id, type: 'REINDEX' })
    expect(await call('POST', `/tasks/${other.id}/abort`)).toMatchObject({ status: 400 })
  })

  it('does not abort in the commit phase', async () => {
    const task = emulator.world.runTask({ datasetId: dataset.id, type: 'DATASET_CREATION' })
    emulator.world.timeline.change(task, { committing: true })
    expect(await call('POST', `/tasks/${task.id}/abort`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('commit') },
    })
  })
})

describe('views that lag', () => {
  it('show a new thing later, and an old state for a while', async () => {
    Object.assign(emulator.options.lags, { taskListMs: 60_000, snapshotListMs: 60_000, statusMs: 60_000 })
    await call('POST', snapshots, { name: 'late' })
    await call('POST', `${snapshots}/${snapshotId(0)}/restore`)
    expect((await call('GET', '/tasks')).body).toMatchObject({ total: 0 })
    expect((await call('GET', snapshots)).body).toMatchObject([{ snapshot_name: 'now', is_current: true }, {}, {}])
    expect((await call('GET', `/dataset/${dataset.id}`)).body).toMatchObject({ status_new: 'READY' })
    Object.assign(emulator.options.lags, { taskListMs: 50, snapshotListMs: 50, statusMs: 50 })
    await vi.waitFor(async () => expect((await call('GET', '/tasks')).body).toMatchObject({ total: 1 }), {
      interval: 20,
      timeout: 10_000,
    })
    await vi.waitFor(async () => expect((await call('GET', snapshots)).body).toHaveLength(4), {
      interval: 20,
      timeout: 10_000,
    })
  })
})
