import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import type { Fault } from '../emulator/http/faults.ts'
import { failureOf } from '../failure-of.ts'
import { nightly, TOKEN, usePreviousRuns } from './previous-runs.ts'

const runs = usePreviousRuns()

describe('a fault of GitHub', () => {
  beforeEach(() => {
    runs.now.github.addRun({ artifacts: [nightly] })
  })

  it('is explained where the permission is missing', async () => {
    runs.now.github.permission = 'none'
    const error = await failureOf(runs.now.find())
    expect(error).toMatchObject({ code: 'forbidden', apiWords: 'Resource not accessible by integration' })
    expect(error.todo).toContain('actions: read')
    expect(runs.now.paths()).toHaveLength(1)
  })

  it('is explained where the token is not accepted', async () => {
    expect(await failureOf(runs.now.find({ token: 'of-nobody' }))).toMatchObject({ code: 'unauthorized' })
  })

  it.each<[string, RegExp, Fault]>([
    ['a lost connection', /runs\/\d+$/, { kind: 'resetBefore' }],
    ['a reply that is lost', /workflows/, { kind: 'resetAfter' }],
    ['a reply that breaks off', /artifacts$/, { kind: 'resetMid', afterBytes: 10 }],
    ['half a reply', /artifacts$/, { kind: 'truncate' }],
    ['a page in place of a reply', /workflows/, { kind: 'html200', effect: false }],
    ['a server error', /zip$/, { kind: 'status', status: 502, body: 'Bad gateway' }],
    ['a link to nowhere', /zip$/, { kind: 'status', status: 302, headers: { location: 'ftp://elsewhere/x' } }],
  ])('is made good: %s', async (_case, path, what) => {
    runs.now.fault(path, what, 2)
    expect(await runs.now.find()).toMatchObject({ kind: 'found' })
    expect(runs.now.pauses).toHaveLength(2)
  })

  it('is waited out for as long as GitHub asks', async () => {
    runs.now.fault(/workflows/, { kind: 'status', status: 429, headers: { 'retry-after': '17' }, body: '{}' })
    expect(await runs.now.find()).toMatchObject({ kind: 'found' })
    expect(runs.now.pauses).toEqual([17_000])
  })

  it('is not waited out where GitHub asks for an hour', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.round(Date.now() / 1000) + 3600) }
    runs.now.fault(/workflows/, { kind: 'status', status: 403, headers, body: '{"message":"API rate limit exceeded"}' })
    expect(await failureOf(runs.now.find())).toMatchObject({
      code: 'server_error',
      apiWords: 'API rate limit exceeded',
    })
    expect(runs.now.pauses).toEqual([])
  })

  it.each<[string, Fault]>([
    ['network', { kind: 'resetBefore' }],
    ['server_error', { kind: 'status', status: 500, body: '{}' }],
    ['unexpected_reply', { kind: 'body', text: '{"total_count":"many"}' }],
  ])('ends as %s when it stays', async (code, what) => {
    runs.now.fault(/artifacts$/, what, Number.POSITIVE_INFINITY)
    expect((await failureOf(runs.now.find())).code).toBe(code)
    expect(runs.now.pauses).toHaveLength(3)
  })

  it.each<[string, Fault]>([
    ['never comes', { kind: 'hang' }],
    ['comes too slowly', { kind: 'slow', bytesPerSecond: 50 }],
  ])('is a reply that %s', async (_case, what) => {
    runs.now.fault(/runs\/\d+$/, what, 2)
    const impatient: Clock = {
      ...runs.now.clock,
      sleep: async (ms, signal) => (ms === 100 ? systemClock.sleep(ms, signal) : runs.now.clock.sleep(ms, signal)),
    }
    expect(await failureOf(runs.now.find({ requestTimeoutMs: 100, maxRetries: 1, clock: impatient }))).toMatchObject({
      code: 'network',
      message: expect.stringContaining('no response within 0.1 s'),
    })
    expect(runs.now.pauses).toHaveLength(1)
  })
})

describe('the search', () => {
  it('ends at once, with the reason of its signal', async () => {
    const controller = new AbortController()
    runs.now.fault(/runs\/\d+$/, { kind: 'hang' })
    const work = failureOf(runs.now.find({ signal: controller.signal }))
    await vi.waitUntil(() => runs.now.paths().length > 0)
    controller.abort(new ActionError('cancelled', 'enough'))
    expect((await work).code).toBe('cancelled')
    const late = AbortSignal.abort(new ActionError('timed_out', 'late'))
    expect((await failureOf(runs.now.find({ signal: late }))).code).toBe('timed_out')
    expect(runs.now.paths()).toHaveLength(1)
  })

  it('shows the token to GitHub alone, and writes it nowhere', async () => {
    runs.now.github.addRun({ artifacts: [nightly] })
    runs.now.fault(/workflows/, { kind: 'status', status: 500, body: '{}' })
    const found = await runs.now.find()
    expect(JSON.stringify(found)).not.toContain(TOKEN)
    expect(runs.now.step.lines.filter((line) => line.includes(TOKEN))).toEqual([])
    const told = runs.now.emulator.requests.filter(({ headers }) => headers.authorization?.includes(TOKEN))
    expect(told.every(({ server }) => server === 'github')).toBe(true)
    expect(told).toHaveLength(runs.now.emulator.requests.length)
  })

  it('asks for no more than it needs', async () => {
    runs.now.github.addRun({ artifacts: [nightly] })
    await runs.now.find()
    expect(runs.now.paths().map((path) => path.replaceAll(/\d+/g, '0'))).toEqual([
      '/repos/octo/cats/actions/runs/0',
      '/repos/octo/cats/actions/workflows/0/runs',
      '/repos/octo/cats/actions/runs/0/artifacts',
      '/repos/octo/cats/actions/artifacts/0/zip',
    ])
  })
})
