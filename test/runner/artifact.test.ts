import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { requireFreeName } from '../../src/runner/artifact.ts'
import { readContext } from '../../src/runner/context.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { failureOf } from '../failure-of.ts'
import { bytes, sha256, useUploads } from './artifact-uploads.ts'

const uploads = useUploads()

describe('uploadExport', () => {
  it('stores one ZIP as it is, under its own name', async () => {
    const [artifact, ...others] = [await uploads.now.upload(), uploads.now.emulator.artifacts.stored[0]]
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
    const folder = join(uploads.now.step.folder, 'export')
    mkdirSync(join(folder, 'images'), { recursive: true })
    const files = [join(folder, 'metadata.json'), join(folder, 'images', 'a.png')]
    for (const file of files) writeFileSync(file, 'x'.repeat(20_000))
    const result = await uploads.now.upload({ content: { folder, files }, compressionLevel: 9 })
    const [artifact] = uploads.now.emulator.artifacts.stored
    expect(result).toMatchObject({ name: 'nightly', digest: artifact?.digest, sizeBytes: artifact?.bytes.length })
    expect(artifact?.bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
    expect(artifact?.bytes.includes('images/a.png')).toBe(true)
    expect(artifact?.bytes.length).toBeLessThan(5_000)
  })

  it('passes the days it is to live, no more than the repository allows', async () => {
    await uploads.now.upload({ retentionDays: 90 })
    const [artifact] = uploads.now.emulator.artifacts.stored
    const days = ((artifact?.expiresAt?.getTime() ?? 0) - (artifact?.createdAt.getTime() ?? 0)) / 86_400_000
    expect(Math.round(days)).toBe(30)
    expect(uploads.now.step.commands('warning').map(({ data }) => data)).toEqual([
      expect.stringContaining('kept for 30 days, not 90'),
    ])
  })

  it('skips on Enterprise Server, with a warning that names the way out', async () => {
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.example.com')
    expect(await uploads.now.upload()).toMatchObject({
      kind: 'skipped',
      reason: expect.stringContaining('github.example.com'),
    })
    expect(uploads.now.step.commands('warning')[0]?.data).toContain('actions/upload-artifact@v3')
    expect(uploads.now.emulator.requests).toEqual([])
  })

  it.each(['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'])('says when %s is missing', async (name) => {
    vi.stubEnv(name, '')
    const error = await failureOf(uploads.now.upload())
    expect(error).toMatchObject({ code: 'artifact_failed', todo: expect.stringContaining('upload_artifact: false') })
    expect(error.message).toContain(name)
  })

  it('says which file is gone, before it sends anything', async () => {
    rmSync(uploads.now.zip)
    expect((await failureOf(uploads.now.upload())).message).toContain('nightly.zip')
    expect(
      (await failureOf(uploads.now.upload({ content: { folder: uploads.now.step.folder, files: [] } }))).code,
    ).toBe('artifact_failed')
    expect(uploads.now.emulator.requests).toEqual([])
  })
})

describe('a name that is taken', () => {
  beforeEach(async () => {
    const other = join(uploads.now.step.folder, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'nightly.zip'), 'of another job')
    await uploads.now.upload({ content: { zip: join(other, 'nightly.zip') } })
  })
  const other = { name: 'nightly.zip', digest: createHash('sha256').update('of another job').digest('hex') }

  it('is left alone and explained', async () => {
    const error = await failureOf(uploads.now.upload())
    expect(error.message).toContain('already has an artifact named "nightly.zip"')
    expect(error.todo).toContain('overwrite_artifact: true')
    expect(uploads.now.stored()).toEqual([other])
  })

  it('is left alone too when our first attempt broke off', async () => {
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault: { kind: 'resetBefore' } })
    expect((await failureOf(uploads.now.upload())).message).toContain('already has an artifact named')
    expect(uploads.now.stored()).toEqual([other])
  })

  it('is not claimed because the deletion that came first broke off', async () => {
    const list = { server: 'artifacts', path: /ListArtifacts/ } as const
    uploads.now.emulator.faults.add({ ...list, fault: { kind: 'resetBefore' } })
    uploads.now.emulator.faults.add({
      ...list,
      fault: { kind: 'body', text: '{"artifacts":[]}', contentType: 'application/json' },
    })
    expect((await failureOf(uploads.now.upload({ overwrite: true }))).message).toContain(
      'already has an artifact named',
    )
    expect(uploads.now.stored()).toEqual([other])
  })

  it('and cannot be looked for is neither claimed nor given up, with pauses, up to five attempts', async () => {
    const fault = { kind: 'status', status: 403, body: '{"msg":"no"}' } as const
    const rule = { server: 'artifacts', path: /ListArtifacts/, times: 2, fault } as const
    uploads.now.emulator.faults.add(rule)
    expect((await failureOf(uploads.now.upload())).message).toContain('already has an artifact named')
    expect(uploads.now.pauses).toHaveLength(2)
    uploads.now.emulator.faults.add({ ...rule, times: Infinity })
    expect((await failureOf(uploads.now.upload())).message).toContain('already has an artifact named')
    expect(uploads.now.pauses).toHaveLength(6)
    expect(uploads.now.stored()).toEqual([other])
  })

  it('is replaced when asked to, even if the connection breaks on the way', async () => {
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /ListArtifacts/, fault: { kind: 'resetBefore' } })
    expect(await uploads.now.upload({ overwrite: true })).toMatchObject({ name: 'nightly.zip', digest: sha256 })
    expect(uploads.now.stored()).toEqual([{ name: 'nightly.zip', digest: sha256 }])
  })
})

describe('the signal', () => {
  it('ends an upload that hangs, with its reason', async () => {
    const controller = new AbortController()
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact/, fault: { kind: 'hang' } })
    const work = failureOf(uploads.now.upload({ signal: controller.signal }))
    await vi.waitUntil(() => uploads.now.emulator.requests.some(({ path }) => path.endsWith('CreateArtifact')))
    controller.abort(new ActionError('cancelled', 'enough'))
    expect((await work).code).toBe('cancelled')
  })

  it('starts nothing when it has fired', async () => {
    const signal = AbortSignal.abort(new ActionError('timed_out', 'late'))
    expect((await failureOf(uploads.now.upload({ signal }))).code).toBe('timed_out')
    expect(uploads.now.emulator.requests).toEqual([])
  })
})

describe('a name', () => {
  const check = (overwrite = false) =>
    requireFreeName({
      name: 'nightly.zip',
      overwrite,
      context: readContext(process.env),
      reporter: new RunnerReporter({ clock: systemClock }),
      clock: uploads.now.clock,
      signal: new AbortController().signal,
    })

  it('that this run has used is an error before anything is exported, unless it may be replaced', async () => {
    await check()
    await uploads.now.upload()
    expect(await failureOf(check())).toMatchObject({
      code: 'artifact_failed',
      message: expect.stringContaining('"nightly.zip"'),
    })
    await check(true)
  })

  it('counts as free if the list cannot be read', async () => {
    await uploads.now.upload()
    const fault = { kind: 'status', status: 403, body: '{"msg":"no"}' } as const
    uploads.now.emulator.faults.add({ server: 'artifacts', path: /ListArtifacts/, times: Infinity, fault })
    await check()
  })
})
