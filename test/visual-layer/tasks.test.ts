import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasEnded, type TaskState } from '../../src/visual-layer/tasks.ts'
import { Loopback, rejection } from './loopback.ts'
import { id, SOURCE, task } from './samples.ts'

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

function row(over: object = {}): object {
  return {
    task_id: id(200),
    dataset_id: SOURCE,
    dataset_name: 'Cats',
    dataset_status: 'READ_ONLY',
    created_by: 'ci@example.org',
    task_type: 'SNAPSHOT_RESTORE',
    status: 'RUNNING',
    status_message: 'restoring',
    progress_percentage: 40,
    error_message: null,
    start_time: '2026-01-02T03:04:05Z',
    end_time: null,
    ...over,
  }
}

const page = (tasks: object[], total = tasks.length) => ({ json: { tasks, total, page: 1, page_size: 50 } })

describe('the list of tasks', () => {
  it('is read as documented', async () => {
    loopback.answers(page([row()]))
    expect(await loopback.client().tasks.list({ datasetId: SOURCE, type: 'SNAPSHOT_RESTORE' })).toEqual([
      {
        id: id(200),
        datasetId: SOURCE,
        datasetName: 'Cats',
        type: 'SNAPSHOT_RESTORE',
        state: 'RUNNING',
        statusWord: 'RUNNING',
        progress: 40,
        words: 'restoring',
        startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      },
    ])
    const query = new URL(loopback.received[0]?.url ?? '', loopback.origin).searchParams
    expect(Object.fromEntries(query)).toMatchObject({ dataset_id: SOURCE, task_type: 'SNAPSHOT_RESTORE', page: '1' })
    expect(Number(query.get('page_size'))).toBeGreaterThanOrEqual(5)
    expect(Number(query.get('page_size'))).toBeLessThanOrEqual(50)
  })

  it('is also read from a bare list, and from rows that tell little', async () => {
    loopback.answers({
      json: [{ task_id: id(200) }, row({ error_message: 'out of memory', progress_percentage: null })],
    })
    expect(await loopback.client().tasks.list({})).toMatchObject([
      { id: id(200), words: 'out of memory', progress: undefined },
    ])
    loopback.answers({ json: [{ task_id: id(201), dataset_id: 7, status: 3, end_time: {} }] })
    expect(await loopback.client().tasks.list({})).toMatchObject([
      { id: id(201), datasetId: '7', datasetName: '', type: '', state: 'RUNNING', statusWord: '(none)' },
    ])
  })

  it('reads every page, and a task that moved to the next page in the meantime only once', async () => {
    const all = Array.from({ length: 120 }, (_, n) => row({ task_id: id(1_000 + n) }))
    loopback.answers(page(all.slice(0, 50), 120), page(all.slice(49, 99), 121), page(all.slice(99), 121))
    const tasks = await loopback.client().tasks.list({})
    expect(new Set(tasks.map((one) => one.id)).size).toBe(120)
    expect(tasks).toHaveLength(120)
    expect(loopback.received.map(({ url }) => new URL(url, loopback.origin).searchParams.get('page'))).toEqual([
      '1',
      '2',
      '3',
    ])
  })

  it('asks for no page beyond the last, nor without end where the count is wrong', async () => {
    const full = Array.from({ length: 50 }, (_, n) => row({ task_id: id(1_000 + n) }))
    loopback.answers(page(full, 50))
    await loopback.client().tasks.list({})
    expect(loopback.received).toHaveLength(1)
    loopback.answers(page(full, 1_000_000))
    expect(await loopback.client().tasks.list({})).toHaveLength(50)
    expect(loopback.received.length).toBeLessThan(100)
  })

  it('holds to its filters where the server drops them', async () => {
    loopback.answers(
      page([
        row({ task_id: id(1) }),
        row({ task_id: id(2), dataset_id: id(9) }),
        row({ task_id: id(3), task_type: 'REINDEX' }),
        row({ task_id: id(4), dataset_id: SOURCE.toUpperCase(), task_type: 'snapshot restore' }),
      ]),
    )
    const tasks = await loopback.client().tasks.list({ datasetId: SOURCE, type: 'SNAPSHOT_RESTORE' })
    expect(tasks.map((one) => one.id)).toEqual([id(1), id(4)])
    expect(tasks.map((one) => one.datasetId)).toEqual([SOURCE, SOURCE])
  })

  it.each([null, {}, { tasks: null }, { tasks: [{ status: 'RUNNING' }] }, 'none', [null]])(
    'is not read from %j',
    async (json) => {
      loopback.answers({ json })
      expect(await rejection(loopback.client({ retryLimit: 0 }).tasks.list({}))).toMatchObject({
        code: 'unexpected_reply',
        outcome: { wrongShape: true },
      })
    },
  )
})

describe('the status of a task', () => {
  const ended = '2026-01-02T04:00:00Z'
  it.each<[string, string | null, TaskState]>([
    ['INITIALIZING', null, 'RUNNING'],
    ['RUNNING', null, 'RUNNING'],
    ['Running', ended, 'RUNNING'],
    ['IN PROGRESS', ended, 'RUNNING'],
    ['PENDING', null, 'QUEUED'],
    ['Queued', null, 'QUEUED'],
    ['COMPLETED', ended, 'COMPLETED'],
    ['Completed', null, 'COMPLETED'],
    ['FAILED', ended, 'FAILED'],
    ['REJECTED', ended, 'FAILED'],
    ['ERROR', null, 'FAILED'],
    ['ABORTED', null, 'ABORTED'],
    ['Cancelled', ended, 'ABORTED'],
    ['CANCELED', null, 'ABORTED'],
    ['POLISHING', null, 'RUNNING'],
    ['EXPIRED', ended, 'FAILED'],
  ])('%s, ended %s, is %s', async (word, end, state) => {
    loopback.answers(page([row({ status: word, end_time: end })]))
    expect(await loopback.client().tasks.list({})).toMatchObject([{ state, statusWord: word }])
  })

  it('is an end, or is none', () => {
    const states: TaskState[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'ABORTED']
    expect(states.map((state) => hasEnded(task({ state })))).toEqual([false, false, true, true, true])
  })
})

it('an abort is one request, and bears any reply', async () => {
  for (const answer of [{ json: row({ status: 'ABORTED' }) }, { body: '' }, { json: null }]) {
    loopback.answers(answer)
    await loopback.client().tasks.abort(id(200))
  }
  expect(new Set(loopback.received.map(({ method, url }) => `${method} ${url}`))).toEqual(
    new Set([`POST /api/v1/tasks/${id(200)}/abort`]),
  )
  loopback.answers({ status: 409, json: { detail: 'in the commit phase' } })
  expect(await rejection(loopback.client().tasks.abort(id(200)))).toMatchObject({ code: 'conflict' })
})
