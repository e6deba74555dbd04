import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { readContext } from '../../src/runner/context.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { findPreviousExport, type PreviousRunOptions } from '../../src/runner/previous-run.ts'
import { openConnection } from '../../src/visual-layer/connection.ts'
import { type Emulator, startEmulator } from '../emulator/emulator.ts'
import type { Fault } from '../emulator/http/faults.ts'
import { FakeStep } from './runner-rules.ts'

const TOKEN = 'ghs_0OfTheTest0123456789'
const bytes = Buffer.from('an export')
const nightly = { name: 'nightly.zip', bytes }
const REQUEST_TIMEOUT_MS = 20_000
const FORK = 99

let emulator: Emulator
let step: FakeStep
let pauses: number[]
let connection: Awaited<ReturnType<typeof openConnection>>

beforeEach(async () => {
  emulator = await startEmulator()
  step = new FakeStep()
  pauses = []
  connection = await openConnection()
})
afterEach(async () => {
  step.end()
  await connection.destroy()
  await emulator.stop()
})

/** Pauses pass at once; the time that one request may take is real. */
const clock: Clock = {
  ...systemClock,
  async sleep(ms, signal) {
    if (ms === REQUEST_TIMEOUT_MS) return systemClock.sleep(ms, signal)
    signal?.throwIfAborted()
    pauses.push(ms)
  },
}

function find(options: Partial<PreviousRunOptions> = {}, env: Record<string, string> = {}) {
  return findPreviousExport({
    artifactName: 'nightly',
    extract: false,
    token: TOKEN,
    context: readContext({ GITHUB_SERVER_URL: 'https://github.com', ...emulator.github.environment(), ...env }),
    connection: async () => connection,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    maxRetries: 3,
    clock,
    signal: new AbortController().signal,
    reporter: new RunnerReporter({ clock }),
    ...options,
  })
}

async function failureOf(work: Promise<unknown>): Promise<ActionError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ActionError)) throw new Error('It did not fail with an ActionError.', { cause: error })
  return error
}

function fault(path: RegExp, what: Fault, times = 1) {
  emulator.faults.add({ server: 'github', path, fault: what, times })
}

const paths = () => emulator.requests.filter(({ server }) => server === 'github').map(({ path }) => path)

describe('the export of the previous run', () => {
  it('is what the last successful run of the branch stored', async () => {
    emulator.github.addRun({ artifacts: [{ ...nightly, bytes: Buffer.from('older') }] })
    const run = emulator.github.addRun({ artifacts: [nightly] })
    emulator.github.addRun({ conclusion: 'failure', artifacts: [nightly] })
    emulator.github.addRun({ headBranch: 'dev', artifacts: [nightly] })
    const [stored] = emulator.github.artifactsOf(run)
    const found = await find()
    expect(found).toMatchObject({
      kind: 'found',
      artifactId: stored?.id,
      name: 'nightly.zip',
      digest: stored?.digest,
      createdAt: stored?.createdAt.toISOString(),
      runId: String(run.id),
      runUrl: `https://github.com/octo/cats/actions/runs/${run.id}`,
      branch: 'main',
    })
    if (found.kind === 'none') throw new Error(found.why)
    for (const link of [found.link, await found.renew()]) {
      expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(bytes)
    }
  })

  it('may be of a run further back, where later ones stored none, another or one that is gone', async () => {
    const run = emulator.github.addRun({ artifacts: [nightly] })
    emulator.github.addRun({ artifacts: [{ ...nightly, expiresAt: new Date(0) }] })
    emulator.github.addRun({ artifacts: [{ name: 'weekly.zip', bytes }] })
    const deleted = emulator.github.addRun({ artifacts: [nightly] })
    fault(new RegExp(`runs/${deleted.id}/artifacts`), { kind: 'status', status: 404, body: '{"message":"Not Found"}' })
    expect(await find()).toMatchObject({ kind: 'found', runId: String(run.id) })
  })

  it('is found beyond the first hundred artifacts of a run', async () => {
    const others = Array.from({ length: 120 }, (_, index) => ({ name: `leg-${index}.zip`, bytes }))
    emulator.github.addRun({ artifacts: [...others, nightly] })
    expect(await find()).toMatchObject({ kind: 'found', name: 'nightly.zip' })
  })

  it('is that of the default branch where the own branch has none', async () => {
    const run = emulator.github.addRun({ artifacts: [nightly] })
    emulator.github.addRun({ headBranch: 'topic' })
    emulator.github.beginRun({ headBranch: 'topic', event: 'pull_request' })
    expect(await find()).toMatchObject({ kind: 'found', runId: String(run.id), branch: 'main' })
    const own = emulator.github.addRun({ headBranch: 'topic', artifacts: [nightly] })
    expect(await find()).toMatchObject({ runId: String(own.id), branch: 'topic' })
  })

  it('is that of the default branch for a tag, and for a fork whatever its branch is named', async () => {
    const run = emulator.github.addRun({ artifacts: [nightly] })
    emulator.github.addRun({ headBranch: 'dev', artifacts: [nightly] })
    emulator.github.beginRun({ headBranch: null })
    expect(await find()).toMatchObject({ runId: String(run.id), branch: 'main' })
    emulator.github.beginRun({ headBranch: 'dev', event: 'pull_request', headRepositoryId: FORK })
    expect(await find()).toMatchObject({ runId: String(run.id), branch: 'main' })
  })

  it('is never one that a stranger made in the name of our branch', async () => {
    emulator.github.addRun({ event: 'pull_request', headRepositoryId: FORK, artifacts: [nightly] })
    emulator.github.addRun({ event: 'pull_request', headRepositoryId: null, artifacts: [nightly] })
    emulator.github.addRun({ event: 'pull_request_target', artifacts: [nightly] })
    expect(await find()).toMatchObject({ kind: 'none', why: expect.stringContaining('no earlier run') })
  })

  it('is not what an earlier attempt of this run stored', async () => {
    emulator.artifacts.put(emulator.artifacts.currentRun, nightly)
    Object.assign(emulator.github.current, { conclusion: 'success', attempt: 2 })
    expect(await find()).toMatchObject({ kind: 'none' })
  })

  it('is the unpacked form for a step that unpacks', async () => {
    emulator.github.addRun({ artifacts: [nightly, { name: 'nightly', bytes }] })
    expect(await find({ extract: true })).toMatchObject({ name: 'nightly' })
  })
})

describe('no previous run', () => {
  it('is told where none has succeeded', async () => {
    emulator.github.addRun({ conclusion: 'failure', artifacts: [nightly] })
    emulator.github.beginRun({ headBranch: 'topic' })
    expect(await find()).toEqual({
      kind: 'none',
      why: 'There is no previous run to compare with: no earlier run of this workflow has succeeded on "topic" or "main".',
    })
  })

  it('is told where no run stored an artifact of that name', async () => {
    emulator.github.addRun()
    expect(await find()).toMatchObject({
      why: expect.stringContaining(
        'the one earlier run of this workflow that succeeded on "main" stored no artifact named "nightly.zip" or "nightly".',
      ),
    })
    for (let count = 0; count < 30; count += 1) emulator.github.addRun()
    expect(await find()).toMatchObject({ why: expect.stringContaining('none of the last 20 runs') })
  })

  it('is told where the artifact expired, with what to do', async () => {
    emulator.github.addRun({ artifacts: [{ ...nightly, expiresAt: new Date('2019-12-01') }] })
    const run = emulator.github.addRun({ artifacts: [{ ...nightly, expiresAt: new Date('2020-01-02T03:00:00Z') }] })
    const runUrl = `https://github.com/octo/cats/actions/runs/${run.id}`
    expect(await find()).toEqual({
      kind: 'none',
      why: `There is no previous run to compare with: the artifact "nightly.zip" of ${runUrl} expired on 2020-01-02; raise retention_days to keep it longer.`,
      expired: { at: '2020-01-02T03:00:00.000Z', runUrl },
    })
  })

  it.each([404, 410])('is told where the artifact goes between the list and the download (HTTP %d)', async (status) => {
    const soon = new Date(Date.now() + 3_600_000)
    emulator.github.addRun({ artifacts: [{ ...nightly, expiresAt: soon }] })
    const gone: Fault = { kind: 'status', status, body: '{"message":"Not there"}' }
    fault(/\/zip$/, gone, 2)
    const deleted = await find()
    expect(deleted).toMatchObject({ kind: 'none', why: expect.stringContaining('was deleted') })
    expect(deleted).not.toHaveProperty('expired')
    const later = { ...clock, date: () => soon.getTime() + 1 }
    expect(await find({ clock: later })).toMatchObject({ kind: 'none', expired: { at: soon.toISOString() } })
  })

  it.each([
    ['on GitHub Enterprise Server', {}, { GITHUB_SERVER_URL: 'https://github.acme.example' }, 'github.acme.example'],
    ['without a token', { token: '' }, {}, 'github_token'],
    ['outside a workflow', {}, { GITHUB_ACTIONS: '' }, 'no run of a GitHub workflow'],
    ['without the id of the run', {}, { GITHUB_RUN_ID: '' }, 'no run of a GitHub workflow'],
  ])('is looked for %s', async (_case, options, env, words) => {
    expect(await find(options, env)).toMatchObject({ kind: 'none', why: expect.stringContaining(words) })
    expect(emulator.requests).toEqual([])
  })
})

describe('a fault of GitHub', () => {
  beforeEach(() => {
    emulator.github.addRun({ artifacts: [nightly] })
  })

  it('is explained where the permission is missing', async () => {
    emulator.github.permission = 'none'
    const error = await failureOf(find())
    expect(error).toMatchObject({ code: 'forbidden', apiWords: 'Resource not accessible by integration' })
    expect(error.todo).toContain('actions: read')
    expect(paths()).toHaveLength(1)
  })

  it('is explained where the token is not accepted', async () => {
    expect(await failureOf(find({ token: 'of-nobody' }))).toMatchObject({ code: 'unauthorized' })
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
    fault(path, what, 2)
    expect(await find()).toMatchObject({ kind: 'found' })
    expect(pauses).toHaveLength(2)
  })

  it('is waited out for as long as GitHub asks', async () => {
    fault(/workflows/, { kind: 'status', status: 429, headers: { 'retry-after': '17' }, body: '{}' })
    expect(await find()).toMatchObject({ kind: 'found' })
    expect(pauses).toEqual([17_000])
  })

  it('is not waited out where GitHub asks for an hour', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.round(Date.now() / 1000) + 3600) }
    fault(/workflows/, { kind: 'status', status: 403, headers, body: '{"message":"API rate limit exceeded"}' })
    expect(await failureOf(find())).toMatchObject({ code: 'server_error', apiWords: 'API rate limit exceeded' })
    expect(pauses).toEqual([])
  })

  it.each<[string, Fault]>([
    ['network', { kind: 'resetBefore' }],
    ['server_error', { kind: 'status', status: 500, body: '{}' }],
    ['unexpected_reply', { kind: 'body', text: '{"total_count":"many"}' }],
  ])('ends as %s when it stays', async (code, what) => {
    fault(/artifacts$/, what, Number.POSITIVE_INFINITY)
    expect((await failureOf(find())).code).toBe(code)
    expect(pauses).toHaveLength(3)
  })

  it.each<[string, Fault]>([
    ['never comes', { kind: 'hang' }],
    ['comes too slowly', { kind: 'slow', bytesPerSecond: 50 }],
  ])('is a reply that %s', async (_case, what) => {
    fault(/runs\/\d+$/, what, 2)
    const impatient: Clock = {
      ...clock,
      sleep: async (ms, signal) => (ms === 100 ? systemClock.sleep(ms, signal) : clock.sleep(ms, signal)),
    }
    expect(await failureOf(find({ requestTimeoutMs: 100, maxRetries: 1, clock: impatient }))).toMatchObject({
      code: 'network',
      message: expect.stringContaining('no reply within 0.1 s'),
    })
    expect(pauses).toHaveLength(1)
  })
})

describe('the search', () => {
  it('ends at once, with the reason of its signal', async () => {
    const controller = new AbortController()
    fault(/runs\/\d+$/, { kind: 'hang' })
    const work = failureOf(find({ signal: controller.signal }))
    await vi.waitUntil(() => paths().length > 0)
    controller.abort(new ActionError('cancelled', 'enough'))
    expect((await work).code).toBe('cancelled')
    const late = AbortSignal.abort(new ActionError('timed_out', 'late'))
    expect((await failureOf(find({ signal: late }))).code).toBe('timed_out')
    expect(paths()).toHaveLength(1)
  })

  it('shows the token to GitHub alone, and writes it nowhere', async () => {
    emulator.github.addRun({ artifacts: [nightly] })
    fault(/workflows/, { kind: 'status', status: 500, body: '{}' })
    const found = await find()
    expect(JSON.stringify(found)).not.toContain(TOKEN)
    expect(step.lines.filter((line) => line.includes(TOKEN))).toEqual([])
    const told = emulator.requests.filter(({ headers }) => headers.authorization?.includes(TOKEN))
    expect(told.every(({ server }) => server === 'github')).toBe(true)
    expect(told).toHaveLength(emulator.requests.length)
  })

  it('asks for no more than it needs', async () => {
    emulator.github.addRun({ artifacts: [nightly] })
    await find()
    expect(paths().map((path) => path.replaceAll(/\d+/g, '0'))).toEqual([
      '/repos/octo/cats/actions/runs/0',
      '/repos/octo/cats/actions/workflows/0/runs',
      '/repos/octo/cats/actions/runs/0/artifacts',
      '/repos/octo/cats/actions/artifacts/0/zip',
    ])
  })
})
