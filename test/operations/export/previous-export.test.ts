import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { ActionError } from '../../../src/errors.ts'
import { fetchPreviousExport, type PreviousExportRequest } from '../../../src/operations/export/previous-export.ts'
import type { Step } from '../../../src/operations/step.ts'
import { readContext } from '../../../src/runner/context.ts'
import { openConnection } from '../../../src/visual-layer/connection.ts'
import { type Emulator, startEmulator } from '../../emulator/emulator.ts'
import type { Fault } from '../../emulator/http/faults.ts'
import { failureOf } from '../../failure-of.ts'
import { writeZip } from '../../transfer/archive/zip-writer.ts'
import { type FakeStep, fakeStep } from '../fake-step.ts'

const metadata = '{"media_items":[{"media_id":"1"}]}'
const zip = writeZip([{ name: 'metadata.json', data: metadata }])
const TOKEN = 'ghs_0fTheTest0123456789'

let emulator: Emulator
let outer: string
let folder: string
let connection: Awaited<ReturnType<typeof openConnection>>
let fake: FakeStep
let step: Step

/** Pauses pass at once; the time that one request may take is real. */
const clock: Clock = {
  ...systemClock,
  sleep: async (ms, signal) => (ms === 60_000 ? systemClock.sleep(ms, signal) : signal?.throwIfAborted()),
}

beforeEach(async () => {
  emulator = await startEmulator()
  outer = await mkdtemp(path.join(tmpdir(), 'previous-'))
  folder = await mkdtemp(path.join(outer, 'folder-'))
  connection = await openConnection()
  fake = fakeStep({
    maxRetries: 3,
    context: readContext({ GITHUB_SERVER_URL: 'https://github.com', ...emulator.github.environment() }),
  })
  step = { ...fake, clock, connection: async () => connection }
})
afterEach(async () => {
  await connection.destroy()
  await emulator.stop()
  await rm(outer, { recursive: true, force: true })
})

function fetchIt(request: Partial<PreviousExportRequest> = {}) {
  const { signal } = new AbortController()
  return fetchPreviousExport(
    { artifactName: 'nightly', extract: false, token: TOKEN, folder, signal, ...request },
    step,
  )
}

/** A run before this one, which stored an artifact. */
function stored(bytes: Buffer, name = 'nightly.zip') {
  const run = emulator.github.addRun({ artifacts: [{ name, bytes }] })
  const [artifact] = emulator.github.artifactsOf(run)
  if (!artifact) throw new Error('nothing is stored')
  return { run, artifact }
}

function blobFault(fault: Fault, times = 1) {
  emulator.faults.add({ server: 'artifacts', method: 'GET', path: /^\/blobs\//, fault, times })
}

const left = async () => readdir(outer, { recursive: true })
const asked = (end: string) => emulator.requests.filter((request) => request.path.endsWith(end))

describe('the export of the previous run', () => {
  it('is the ZIP as it was stored', async () => {
    const { run, artifact } = stored(zip)
    expect(await fetchIt()).toEqual({
      kind: 'found',
      folder,
      runId: String(run.id),
      runUrl: `https://github.com/octo/cats/actions/runs/${run.id}`,
      artifactId: artifact.id,
      createdAt: artifact.createdAt.toISOString(),
      branch: 'main',
    })
    expect(await readdir(folder)).toEqual(['previous-export.zip'])
    expect(await readFile(path.join(folder, 'previous-export.zip'))).toEqual(zip)
    expect(fake.reporter.lines).toContainEqual(expect.stringContaining(`"nightly.zip" of https://github.com/octo/cats`))
  })

  it('stays packed where its files were stored', async () => {
    stored(zip, 'nightly')
    expect(await fetchIt({ extract: true })).toMatchObject({ folder })
    expect(await readdir(folder)).toEqual(['previous-export.zip'])
  })

  it('is unpacked where its ZIP was stored in another one', async () => {
    const entries = [
      { name: 'nightly.zip', data: zip },
      { name: 'manifest.json', data: '{}' },
    ]
    stored(writeZip(entries), 'nightly')
    const previous = await fetchIt()
    if (previous.kind === 'none') throw new Error(previous.why)
    expect(path.relative(folder, previous.folder)).toBe('artifact')
    expect((await readdir(previous.folder)).sort()).toEqual(['manifest.json', 'nightly.zip'])
    expect(await readFile(path.join(previous.folder, 'nightly.zip'))).toEqual(zip)
    expect(await readdir(folder)).toEqual(['artifact'])
  })

  it('is none where there is none', async () => {
    const previous = await fetchIt()
    expect(previous).toMatchObject({ kind: 'none', why: expect.stringContaining('no earlier run') })
    expect(fake.reporter.lines).toContain(previous.kind === 'none' ? previous.why : '')
    expect(await readdir(folder)).toEqual([])
  })

  it('is none without a token', async () => {
    expect(await fetchIt({ token: undefined })).toMatchObject({ kind: 'none' })
  })
})

describe('a download of it', () => {
  it.each<[string, Fault]>([
    ['that breaks off', { kind: 'resetMid', afterBytes: 20 }],
    ['that is rejected for a moment', { kind: 'status', status: 503 }],
    ['that gets no reply', { kind: 'resetBefore' }],
  ])('%s continues', async (_case, fault) => {
    stored(zip)
    blobFault(fault, 2)
    expect(await fetchIt()).toMatchObject({ kind: 'found', branch: 'main' })
    expect(asked('/zip')).toHaveLength(1)
  })

  it('whose link is no longer accepted continues with a fresh one', async () => {
    stored(zip)
    blobFault({ kind: 'status', status: 403, body: '<Error><Code>AuthenticationFailed</Code></Error>' })
    expect(await fetchIt()).toMatchObject({ kind: 'found' })
    expect(asked('/zip')).toHaveLength(2)
  })

  it('whose artifact is deleted in the meantime ends in an error', async () => {
    stored(zip)
    blobFault({ kind: 'status', status: 403 })
    emulator.faults.add({
      server: 'github',
      path: /\/zip$/,
      skip: 1,
      fault: { kind: 'status', status: 410, body: '{"message":"Artifact has expired"}' },
    })
    const error = await failureOf(fetchIt())
    expect(error).toMatchObject({ code: 'unexpected_reply', todo: expect.stringContaining('compare_with') })
    expect(error.message).toContain('"nightly.zip" was deleted')
    expect(await readdir(folder)).toEqual([])
  })

  it('that never goes through ends as what it is, and says whose bytes they were', async () => {
    const { run } = stored(zip)
    blobFault({ kind: 'resetBefore' }, Number.POSITIVE_INFINITY)
    const error = await failureOf(fetchIt())
    expect(error.code).toBe('network')
    expect(error.message).toContain(
      `Could not download the export of https://github.com/octo/cats/actions/runs/${run.id}: `,
    )
    expect(error.todo).toContain('remove compare_with')
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves nothing when it is cancelled', async () => {
    stored(zip)
    const controller = new AbortController()
    blobFault({ kind: 'hang' })
    const work = failureOf(fetchIt({ signal: controller.signal }))
    await vi.waitUntil(() => emulator.requests.some((request) => request.path.startsWith('/blobs/')))
    controller.abort(new ActionError('cancelled', 'enough'))
    expect((await work).code).toBe('cancelled')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('an artifact that is not what it should be', () => {
  it('is rejected where its bytes are not those that GitHub stored', async () => {
    stored(zip).artifact.digest = 'f'.repeat(64)
    const error = await failureOf(fetchIt())
    expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining('f'.repeat(64)) })
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    ['a damaged file', 'corrupt_download', writeZip([{ name: 'metadata.json', data: metadata, crc32: 1 }])],
    ['no ZIP', 'corrupt_download', Buffer.from('<html>not a ZIP</html>')],
    ['a way out of the folder', 'unsafe_archive', writeZip([{ name: '../../evil.json', data: metadata }])],
    ['an absolute path', 'unsafe_archive', writeZip([{ name: '/tmp/evil.zip', data: metadata }])],
    [
      'a way out beside a ZIP',
      'unsafe_archive',
      writeZip([
        { name: 'nightly.zip', data: zip },
        { name: '../evil.json', data: metadata },
      ]),
    ],
  ])('is rejected for %s', async (_case, code, bytes) => {
    stored(bytes)
    const before = await left()
    expect((await failureOf(fetchIt())).code).toBe(code)
    expect(await left()).toEqual(before)
  })
})

it('masks every link, and sends the token only to GitHub', async () => {
  stored(zip)
  blobFault({ kind: 'status', status: 403 })
  await fetchIt()
  const links = asked('/zip')
  const blobs = emulator.requests.filter((request) => request.path.startsWith('/blobs/'))
  expect([links.length, new Set(blobs.map(({ query }) => query['sig'])).size]).toEqual([2, 2])
  for (const { query, headers } of blobs) {
    expect(fake.reporter.masks).toContain(query['sig'])
    expect(headers.authorization).toBeUndefined()
  }
  const written = JSON.stringify([fake.reporter.lines, fake.reporter.warnings, fake.reporter.notes])
  expect(written).not.toContain(TOKEN)
  expect(written).not.toContain(String(blobs[0]?.query['sig']))
})

describe('the link to an artifact', () => {
  it.each<[string, Fault, string]>([
    ['is rejected', { kind: 'status', status: 403 }, 'forbidden'],
    ['is no redirect', { kind: 'body', text: '{}' }, 'unexpected_reply'],
    ['leads nowhere', { kind: 'status', status: 302, body: '' }, 'unexpected_reply'],
    ['leads out of the web', { kind: 'status', status: 302, headers: { location: 'ftp://a/b' } }, 'unexpected_reply'],
  ])('that %s is an error, and leaves nothing', async (_, given, code) => {
    stored(zip)
    emulator.faults.add({ server: 'github', path: /\/zip$/, times: Infinity, fault: given })
    expect(await failureOf(fetchIt())).toMatchObject({ code })
    expect(await readdir(folder)).toEqual([])
  })
})
