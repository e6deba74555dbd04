import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, type Clock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { requireFreeName, uploadExport, type UploadOptions } from '../../src/runner/artifact.ts'
import { readContext } from '../../src/runner/context.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { startEmulator, type Emulator } from '../emulator/emulator.ts'
import { failureOf } from '../failure-of.ts'
import { FakeStep } from './runner-rules.ts'

const runner = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_RUN_ID: '7',
  GITHUB_RETENTION_DAYS: '30',
}
const bytes = randomBytes(50_000)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const service = '/twirp/github.actions.results.api.v1.ArtifactService'

let emulator: Emulator
let step: FakeStep
let zip: string
let pauses: number[]

beforeEach(async () => {
  emulator = await startEmulator()
  step = new FakeStep()
  pauses = []
  for (const [name, value] of Object.entries({ ...runner, ...emulator.artifacts.environment() }))
    vi.stubEnv(name, value)
  zip = join(step.folder, 'nightly.zip')
  writeFileSync(zip, bytes)
})
afterEach(async () => {
  vi.restoreAllMocks()
  step.end()
  await emulator.stop()
})

const clock: Clock = {
  now: () => 0,
  date: () => 0,
  async sleep(ms, signal) {
    // The limit of a list, which no test should meet.
    if (ms >= 10_000) return systemClock.sleep(ms, signal)
    pauses.push(ms)
  },
}

/** Has the library wait for nothing: it sleeps for seconds between its own attempts. */
function withoutPauses(): void {
  const real = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((body: () => void, ms = 0) => real(body, ms >= 1000 ? 1 : ms))
}

function upload(options: Partial<UploadOptions> = {}) {
  return uploadExport({
    name: 'nightly',
    content: { zip },
    compressionLevel: 6,
    overwrite: false,
    context: readContext(process.env),
    reporter: new RunnerReporter({ clock: systemClock }),
    clock,
    signal: new AbortController().signal,
    ...options,
  })
}

/** What the service holds at the end, by name. */
const stored = () => emulator.artifacts.stored.map(({ name, digest }) => ({ name, digest }))

describe('uploadExport', () => {
  it('stores one ZIP as it is, under its own name', async () => {
    const [artifact, ...others] = [await upload(), emulator.artifacts.stored[0]]
    expect(artifact).toEqual({
      kind: 'uploaded',
      id: others[0]?.id,
      name: 'nightly.zip',
      url: `https://github.com/o/r/actions/runs/7/artifacts/${others[0]?.id}`,
      digest: sha256,
      sizeBytes: bytes.length,
    })
    expect(others[0]?.bytes.equals(bytes)).toBe(true)
  })

  it('packs the files of a folder', async () => {
    const folder = join(step.folder, 'export')
    mkdirSync(join(folder, 'images'), { recursive: true })
    const files = [join(folder, 'metadata.json'), join(folder, 'images', 'a.png')]
    for (const file of files) writeFileSync(file, 'x'.repeat(20_000))
    const result = await upload({ content: { folder, files }, compressionLevel: 9 })
    const [artifact] = emulator.artifacts.stored
    expect(result).toMatchObject({ name: 'nightly', digest: artifact?.digest, sizeBytes: artifact?.bytes.length })
    expect(artifact?.bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
    expect(artifact?.bytes.includes('images/a.png')).toBe(true)
    expect(artifact?.bytes.length).toBeLessThan(5_000)
  })

  it('passes the days it is to live, no more than the repository allows', async () => {
    await upload({ retentionDays: 90 })
    const [artifact] = emulator.artifacts.stored
    const days = ((artifact?.expiresAt?.getTime() ?? 0) - (artifact?.createdAt.getTime() ?? 0)) / 86_400_000
    expect(Math.round(days)).toBe(30)
    expect(step.commands('warning').map(({ data }) => data)).toEqual([
      expect.stringContaining('kept for 30 days, not 90'),
    ])
  })

  it('skips on Enterprise Server, with a warning that names the way out', async () => {
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.example.com')
    expect(await upload()).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('github.example.com') })
    expect(step.commands('warning')[0]?.data).toContain('actions/upload-artifact@v3')
    expect(emulator.requests).toEqual([])
  })

  it.each(['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'])('says when %s is missing', async (name) => {
    vi.stubEnv(name, '')
    const error = await failureOf(upload())
    expect(error).toMatchObject({ code: 'artifact_failed', todo: expect.stringContaining('upload_artifact: false') })
    expect(error.message).toContain(name)
  })

  it('says which file is gone, before it sends anything', async () => {
    rmSync(zip)
    expect((await failureOf(upload())).message).toContain('nightly.zip')
    expect((await failureOf(upload({ content: { folder: step.folder, files: [] } }))).code).toBe('artifact_failed')
    expect(emulator.requests).toEqual([])
  })
})

describe('a name that is taken', () => {
  beforeEach(async () => {
    const other = join(step.folder, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'nightly.zip'), 'of another job')
    await upload({ content: { zip: join(other, 'nightly.zip') } })
  })
  const other = { name: 'nightly.zip', digest: createHash('sha256').update('of another job').digest('hex') }

  it('is left alone and explained', async () => {
    const error = await failureOf(upload())
    expect(error.message).toContain('already has an artifact named "nightly.zip"')
    expect(error.todo).toContain('overwrite_artifact: true')
    expect(stored()).toEqual([other])
  })

  it('is left alone too when our first attempt broke off', async () => {
    emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault: { kind: 'resetBefore' } })
    expect((await failureOf(upload())).message).toContain('already has an artifact named')
    expect(stored()).toEqual([other])
  })

  it('is not claimed because the deletion that came first broke off', async () => {
    const list = { server: 'artifacts', path: /ListArtifacts/ } as const
    emulator.faults.add({ ...list, fault: { kind: 'resetBefore' } })
    emulator.faults.add({ ...list, fault: { kind: 'body', text: '{"artifacts":[]}', contentType: 'application/json' } })
    expect((await failureOf(upload({ overwrite: true }))).message).toContain('already has an artifact named')
    expect(stored()).toEqual([other])
  })

  it('is replaced when asked to, even if the connection breaks on the way', async () => {
    emulator.faults.add({ server: 'artifacts', path: /ListArtifacts/, fault: { kind: 'resetBefore' } })
    expect(await upload({ overwrite: true })).toMatchObject({ name: 'nightly.zip', digest: sha256 })
    expect(stored()).toEqual([{ name: 'nightly.zip', digest: sha256 }])
  })
})

describe('a name that the library took itself, in an attempt whose response was lost', () => {
  // Its own retries come 3 s apart.
  it('is replaced by one of its own, and not blamed on another step', async () => {
    withoutPauses()
    const fault = { kind: 'statusAfter', status: 503 } as const
    emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault })
    expect(await upload()).toMatchObject({ name: 'nightly-retry-1.zip', digest: sha256 })
    expect(step.commands('warning').map(({ data }) => data)).toEqual([expect.stringContaining('"nightly.zip"')])
  })

  it('is ours if the artifact is whole', async () => {
    withoutPauses()
    const fault = { kind: 'statusAfter', status: 503 } as const
    emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact/, fault })
    expect(await upload()).toMatchObject({ name: 'nightly.zip', digest: sha256 })
    expect(stored()).toHaveLength(1)
  })
})

describe('a service that fails or refuses', () => {
  it('is retried by the library alone, and named with its status and its words', async () => {
    const fault = { kind: 'status', status: 401, body: 'unauthorized, says the store' } as const
    emulator.faults.add({ server: 'artifacts', path: /^\/blobs\//, times: Infinity, fault })
    const error = await failureOf(upload())
    expect(error.message).toMatch(/HTTP 401 from 127\.0\.0\.1/)
    expect(error.apiWords).toContain('unauthorized, says the store')
    expect(pauses).toEqual([])
  })

  it('is named with the code of the storage, which has no message of its own', async () => {
    const body = '<?xml version="1.0"?><Error><Code>AuthorizationFailure</Code><Message>Not for you.</Message></Error>'
    const fault = { kind: 'status', status: 403, body } as const
    emulator.faults.add({ server: 'artifacts', path: /^\/blobs\//, times: Infinity, fault })
    const error = await failureOf(upload())
    expect(`${error.message} ${error.apiWords}`).toMatch(/HTTP 403.*AuthorizationFailure/s)
    expect(error.apiWords).not.toMatch(/RestError/)
  })

  it('is the one of act, if that runs the workflow', async () => {
    vi.stubEnv('ACT', 'true')
    emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      fault: { kind: 'status', status: 404, body: '{"msg":"no such route"}' },
    })
    const error = await failureOf(upload())
    expect(error.message).toContain("act's artifact server")
    expect(error.todo).toContain('upload_artifact: false')
    expect(error.todo).not.toContain('githubstatus')
  })

  it('retries a broken transfer in one place only', async () => {
    withoutPauses()
    emulator.faults.add({ server: 'artifacts', path: /^\/blobs\//, times: Infinity, fault: { kind: 'resetBefore' } })
    expect((await failureOf(upload())).message).toContain('kept breaking')
    expect(pauses).toEqual([])
    expect(emulator.requests.filter(({ path }) => path.startsWith('/blobs/'))).toHaveLength(4)
  })

  it('has its last response in the error of a timeout', async () => {
    const late = new AbortController()
    const fault = { kind: 'status', status: 503, body: '{"msg":"busy"}' } as const
    emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, times: Infinity, fault })
    const work = failureOf(upload({ signal: late.signal }))
    await vi.waitUntil(() => step.lines.some((line) => line.includes('Attempt 1 of 5')))
    late.abort(new ActionError('timed_out', 'Timed out.', { todo: 'Increase timeout.' }))
    expect(await work).toMatchObject({
      code: 'timed_out',
      message: expect.stringMatching(/HTTP 503 from 127\.0\.0\.1/),
    })
  })

  it('that answers with no JSON is tried five times in all', async () => {
    withoutPauses()
    const fault = { kind: 'status', status: 500, body: 'unknown field "mimeType"' } as const
    emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, times: Infinity, fault })
    const error = await failureOf(upload())
    expect(error.message).toMatch(/HTTP 500 from 127\.0\.0\.1/)
    expect(error.apiWords).toContain('unknown fi')
    expect(emulator.requests.filter(({ path }) => path === `${service}/CreateArtifact`)).toHaveLength(5)
    expect(pauses).toEqual([])
  })
})

describe('a connection that breaks', () => {
  it('is no matter where nothing had happened yet', async () => {
    emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, times: 4, fault: { kind: 'resetBefore' } })
    expect(await upload()).toMatchObject({ name: 'nightly.zip' })
    expect(pauses).toHaveLength(4)
    expect(stored()).toEqual([{ name: 'nightly.zip', digest: sha256 }])
  })

  it('ends the attempts after five', async () => {
    emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'resetBefore' },
    })
    expect(await failureOf(upload())).toMatchObject({
      code: 'artifact_failed',
      message: expect.stringContaining('ECONNRESET'),
    })
    expect(emulator.requests.filter(({ path }) => path === `${service}/CreateArtifact`)).toHaveLength(5)
  })

  it('after the last call finds the artifact complete and stores it only once', async () => {
    emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact/, fault: { kind: 'resetAfter' } })
    expect(await upload()).toMatchObject({
      id: emulator.artifacts.stored[0]?.id,
      name: 'nightly.zip',
      digest: sha256,
      sizeBytes: bytes.length,
    })
    expect(stored()).toHaveLength(1)
    expect(step.commands('warning')).toEqual([])
  })

  it.each([
    ['a lost reply to the creation', { path: /CreateArtifact/, fault: { kind: 'resetAfter' } }],
    ['bytes that stall', { path: /^\/blobs\//, fault: { kind: 'hang' } }],
    [
      'a refused end',
      { path: /FinalizeArtifact/, fault: { kind: 'status', status: 403, body: '{"msg":"Forbidden"}' } },
    ],
  ] as const)('and burns the name (%s): the next attempt goes under its own', async (_case, rule) => {
    // Long enough for a sound upload on a busy machine.
    vi.stubEnv('ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS', '1500')
    emulator.faults.add({ server: 'artifacts', ...rule })
    expect(await upload()).toMatchObject({ name: 'nightly-retry-2.zip', digest: sha256 })
    expect(stored()).toEqual([{ name: 'nightly-retry-2.zip', digest: sha256 }])
    expect(step.commands('warning').map(({ data }) => data)).toEqual([expect.stringContaining('"nightly-retry-2.zip"')])
    expect(readdirSync(step.folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('and leaves something that can be deleted: that is deleted, and the name kept', async () => {
    emulator.artifacts.unfinished = 'listed'
    emulator.faults.add({
      server: 'artifacts',
      path: /FinalizeArtifact/,
      fault: { kind: 'status', status: 403, body: '{"msg":"Forbidden"}' },
    })
    expect(await upload()).toMatchObject({ name: 'nightly.zip', digest: sha256 })
    expect(stored()).toEqual([{ name: 'nightly.zip', digest: sha256 }])
  })
})

it('deletes nothing that may be the unfinished upload of another job', async () => {
  emulator.artifacts.unfinished = 'listed'
  emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault: { kind: 'resetAfter' } })
  expect(await upload()).toMatchObject({ name: 'nightly-retry-2.zip' })
  expect(emulator.requests.filter(({ path }) => path.endsWith('DeleteArtifact'))).toEqual([])
})

describe('what no attempt helps against', () => {
  it('explains a quota that is used up', async () => {
    emulator.artifacts.quotaBytes = 10
    expect(await failureOf(upload())).toMatchObject({
      message: expect.stringContaining('used up'),
      todo: expect.stringContaining('retention_days'),
    })
    expect(pauses).toEqual([])
  })

  it('gives the words of the service otherwise', async () => {
    emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      fault: { kind: 'status', status: 400, body: '{"msg":"bad name"}' },
    })
    expect((await failureOf(upload())).apiWords).toContain('bad name')
    expect(pauses).toEqual([])
  })
})

describe('the signal', () => {
  it('ends an upload that hangs, with its reason', async () => {
    const controller = new AbortController()
    emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault: { kind: 'hang' } })
    const work = failureOf(upload({ signal: controller.signal }))
    await vi.waitUntil(() => emulator.requests.some(({ path }) => path.endsWith('CreateArtifact')))
    controller.abort(new ActionError('cancelled', 'enough'))
    expect((await work).code).toBe('cancelled')
  })

  it('starts nothing when it has fired', async () => {
    const signal = AbortSignal.abort(new ActionError('timed_out', 'late'))
    expect((await failureOf(upload({ signal }))).code).toBe('timed_out')
    expect(emulator.requests).toEqual([])
  })
})

it('never prints the token', async () => {
  emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact/, fault: { kind: 'resetBefore' } })
  await upload()
  const token = emulator.artifacts.environment().ACTIONS_RUNTIME_TOKEN
  expect(step.lines.filter((line) => line.includes(token))).toEqual([])
})

describe('a name', () => {
  const check = (overwrite = false) =>
    requireFreeName({
      name: 'nightly.zip',
      overwrite,
      context: readContext(process.env),
      reporter: new RunnerReporter({ clock: systemClock }),
      clock,
      signal: new AbortController().signal,
    })

  it('that this run has used is an error before anything is exported, unless it may be replaced', async () => {
    await check()
    await upload()
    expect(await failureOf(check())).toMatchObject({
      code: 'artifact_failed',
      message: expect.stringContaining('"nightly.zip"'),
    })
    await check(true)
  })

  it('counts as free if the list cannot be read', async () => {
    await upload()
    const fault = { kind: 'status', status: 403, body: '{"msg":"no"}' } as const
    emulator.faults.add({ server: 'artifacts', path: /ListArtifacts/, times: Infinity, fault })
    await check()
  })
})
