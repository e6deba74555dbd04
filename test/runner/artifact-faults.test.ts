import { readdirSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { failureOf } from '../failure-of.ts'
import { bytes, sha256, useUploads } from './artifact-uploads.ts'

const CREATE = '/twirp/github.actions.results.api.v1.ArtifactService/CreateArtifact'

const uploads = useUploads()

/** Has the library wait for nothing: it sleeps for seconds between its own attempts. */
function withoutPauses(): void {
  const real = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((body: () => void, ms = 0) => real(body, ms >= 1000 ? 1 : ms))
}

describe('a name that the library took itself, in an attempt whose response was lost', () => {
  // Its own retries come 3 s apart.
  it('is replaced by one of its own, and not blamed on another step', async () => {
    withoutPauses()
    const fault = { kind: 'statusAfter', status: 503 } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault })
    expect(await uploads.now.upload()).toMatchObject({ name: 'nightly-retry-1.zip', digest: sha256 })
    expect(uploads.now.step.commands('warning').map(({ data }) => data)).toEqual([
      expect.stringContaining('"nightly.zip"'),
    ])
  })

  it('is ours if the artifact is whole', async () => {
    withoutPauses()
    const fault = { kind: 'statusAfter', status: 503 } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact/, fault })
    expect(await uploads.now.upload()).toMatchObject({ name: 'nightly.zip', digest: sha256 })
    expect(uploads.now.stored()).toHaveLength(1)
  })
})

describe('a service that fails or rejects', () => {
  it('is retried by the library alone, and named with its status and its words', async () => {
    const fault = { kind: 'status', status: 401, body: 'unauthorized, says the store' } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /^\/blobs\//, times: Infinity, fault })
    const error = await failureOf(uploads.now.upload())
    expect(error.message).toMatch(/HTTP 401 from 127\.0\.0\.1/)
    expect(error.apiWords).toContain('unauthorized, says the store')
    expect(uploads.now.pauses).toEqual([])
  })

  it('is named with the code of the storage, which has no message of its own', async () => {
    const body = '<?xml version="1.0"?><Error><Code>AuthorizationFailure</Code><Message>Not for you.</Message></Error>'
    const fault = { kind: 'status', status: 403, body } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /^\/blobs\//, times: Infinity, fault })
    const error = await failureOf(uploads.now.upload())
    expect(`${error.message} ${error.apiWords}`).toMatch(/HTTP 403.*AuthorizationFailure/s)
    expect(error.apiWords).not.toMatch(/RestError/)
  })

  it('is the one of act, if that runs the workflow', async () => {
    vi.stubEnv('ACT', 'true')
    uploads.now.emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      fault: { kind: 'status', status: 404, body: '{"msg":"no such route"}' },
    })
    const error = await failureOf(uploads.now.upload())
    expect(error.message).toContain("act's artifact server")
    expect(error.todo).toContain('upload_artifact: false')
    expect(error.todo).not.toContain('githubstatus')
  })

  it('retries a broken transfer in one place only', async () => {
    withoutPauses()
    uploads.now.emulator.faults.add({
      server: 'artifacts',
      path: /^\/blobs\//,
      times: Infinity,
      fault: { kind: 'resetBefore' },
    })
    expect((await failureOf(uploads.now.upload())).message).toContain('kept breaking')
    expect(uploads.now.pauses).toEqual([])
    expect(uploads.now.emulator.requests.filter(({ path }) => path.startsWith('/blobs/'))).toHaveLength(4)
  })

  it('has its last response in the error of a timeout', async () => {
    const late = new AbortController()
    const fault = { kind: 'status', status: 503, body: '{"msg":"busy"}' } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, times: Infinity, fault })
    const work = failureOf(uploads.now.upload({ signal: late.signal }))
    await vi.waitUntil(() => uploads.now.step.lines.some((line) => line.includes('Attempt 1 of 5')))
    late.abort(new ActionError('timed_out', 'Timed out.', { todo: 'Increase timeout.' }))
    expect(await work).toMatchObject({
      code: 'timed_out',
      message: expect.stringMatching(/HTTP 503 from 127\.0\.0\.1/),
    })
  })

  it('that answers with no JSON is tried five times in all', async () => {
    withoutPauses()
    const fault = { kind: 'status', status: 500, body: 'unknown field "mimeType"' } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, times: Infinity, fault })
    const error = await failureOf(uploads.now.upload())
    expect(error.message).toMatch(/HTTP 500 from 127\.0\.0\.1/)
    expect(error.apiWords).toContain('unknown fi')
    expect(uploads.now.emulator.requests.filter(({ path }) => path === CREATE)).toHaveLength(5)
    expect(uploads.now.pauses).toEqual([])
  })
})

describe('a connection that breaks', () => {
  it('is no matter where nothing had happened yet', async () => {
    uploads.now.emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      times: 4,
      fault: { kind: 'resetBefore' },
    })
    expect(await uploads.now.upload()).toMatchObject({ name: 'nightly.zip' })
    expect(uploads.now.pauses).toHaveLength(4)
    expect(uploads.now.stored()).toEqual([{ name: 'nightly.zip', digest: sha256 }])
  })

  it('ends the attempts after five', async () => {
    uploads.now.emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'resetBefore' },
    })
    expect(await failureOf(uploads.now.upload())).toMatchObject({
      code: 'artifact_failed',
      message: expect.stringContaining('ECONNRESET'),
    })
    expect(uploads.now.emulator.requests.filter(({ path }) => path === CREATE)).toHaveLength(5)
  })

  it('after the last call finds the artifact complete and stores it only once', async () => {
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact/, fault: { kind: 'resetAfter' } })
    expect(await uploads.now.upload()).toMatchObject({
      id: uploads.now.emulator.artifacts.stored[0]?.id,
      name: 'nightly.zip',
      digest: sha256,
      sizeBytes: bytes.length,
    })
    expect(uploads.now.stored()).toHaveLength(1)
    expect(uploads.now.step.commands('warning')).toEqual([])
  })

  it.each([
    ['a lost reply to the creation', { path: /CreateArtifact/, fault: { kind: 'resetAfter' } }],
    ['bytes that stall', { path: /^\/blobs\//, fault: { kind: 'hang' } }],
    [
      'a rejected end',
      { path: /FinalizeArtifact/, fault: { kind: 'status', status: 403, body: '{"msg":"Forbidden"}' } },
    ],
  ] as const)('and burns the name (%s): the next attempt goes under its own', async (_case, rule) => {
    // Long enough for a sound upload on a busy machine.
    vi.stubEnv('ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS', '1500')
    uploads.now.emulator.faults.add({ server: 'artifacts', ...rule })
    expect(await uploads.now.upload()).toMatchObject({ name: 'nightly-retry-2.zip', digest: sha256 })
    expect(uploads.now.stored()).toEqual([{ name: 'nightly-retry-2.zip', digest: sha256 }])
    expect(uploads.now.step.commands('warning').map(({ data }) => data)).toEqual([
      expect.stringContaining('"nightly-retry-2.zip"'),
    ])
    expect(readdirSync(uploads.now.step.folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('and leaves something that can be deleted: that is deleted, and the name kept', async () => {
    uploads.now.emulator.artifacts.unfinished = 'listed'
    uploads.now.emulator.faults.add({
      server: 'artifacts',
      path: /FinalizeArtifact/,
      fault: { kind: 'status', status: 403, body: '{"msg":"Forbidden"}' },
    })
    expect(await uploads.now.upload()).toMatchObject({ name: 'nightly.zip', digest: sha256 })
    expect(uploads.now.stored()).toEqual([{ name: 'nightly.zip', digest: sha256 }])
  })
})

it('deletes nothing that may be the unfinished upload of another job', async () => {
  uploads.now.emulator.artifacts.unfinished = 'listed'
  uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault: { kind: 'resetAfter' } })
  expect(await uploads.now.upload()).toMatchObject({ name: 'nightly-retry-2.zip' })
  expect(uploads.now.emulator.requests.filter(({ path }) => path.endsWith('DeleteArtifact'))).toEqual([])
})

it('ends, with pauses, when every name is rejected', async () => {
  const fault = { kind: 'status', status: 409, body: '{"msg":"already exists"}' } as const
  uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, times: Infinity, fault })
  expect((await failureOf(uploads.now.upload())).code).toBe('artifact_failed')
  const creations = uploads.now.emulator.requests.filter(({ path }) => path.endsWith('/CreateArtifact'))
  expect(creations).toHaveLength(5)
  expect(uploads.now.pauses).toHaveLength(4)
})

describe('what no attempt helps against', () => {
  it('explains a quota that is used up', async () => {
    uploads.now.emulator.artifacts.quotaBytes = 10
    expect(await failureOf(uploads.now.upload())).toMatchObject({
      message: expect.stringContaining('used up'),
      todo: expect.stringContaining('retention_days'),
    })
    expect(uploads.now.pauses).toEqual([])
  })

  it('gives the words of the service otherwise', async () => {
    uploads.now.emulator.faults.add({
      server: 'artifacts',
      path: /CreateArtifact/,
      fault: { kind: 'status', status: 400, body: '{"msg":"bad name"}' },
    })
    expect((await failureOf(uploads.now.upload())).apiWords).toContain('bad name')
    expect(uploads.now.pauses).toEqual([])
  })
})

it('never prints the token', async () => {
  uploads.now.emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact/, fault: { kind: 'resetBefore' } })
  await uploads.now.upload()
  const token = uploads.now.emulator.artifacts.environment().ACTIONS_RUNTIME_TOKEN
  expect(uploads.now.step.lines.filter((line) => line.includes(token))).toEqual([])
})
