import { describe, expect, it } from 'vitest'
import type { Fault } from '../emulator/http/faults.ts'
import { bytes, nightly, usePreviousRuns } from './previous-runs.ts'

const FORK = 99

const runs = usePreviousRuns()

describe('the export of the previous run', () => {
  it('is what the last successful run of the branch stored', async () => {
    runs.now.github.addRun({ artifacts: [{ ...nightly, bytes: Buffer.from('older') }] })
    const run = runs.now.github.addRun({ artifacts: [nightly] })
    runs.now.github.addRun({ conclusion: 'failure', artifacts: [nightly] })
    runs.now.github.addRun({ headBranch: 'dev', artifacts: [nightly] })
    const [stored] = runs.now.github.artifactsOf(run)
    const found = await runs.now.find()
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
    const run = runs.now.github.addRun({ artifacts: [nightly] })
    runs.now.github.addRun({ artifacts: [{ ...nightly, expiresAt: new Date(0) }] })
    runs.now.github.addRun({ artifacts: [{ name: 'weekly.zip', bytes }] })
    const deleted = runs.now.github.addRun({ artifacts: [nightly] })
    runs.now.fault(new RegExp(`runs/${deleted.id}/artifacts`), {
      kind: 'status',
      status: 404,
      body: '{"message":"Not Found"}',
    })
    expect(await runs.now.find()).toMatchObject({ kind: 'found', runId: String(run.id) })
  })

  it('is found beyond the first hundred artifacts of a run', async () => {
    const others = Array.from({ length: 120 }, (_, index) => ({ name: `leg-${index}.zip`, bytes }))
    runs.now.github.addRun({ artifacts: [...others, nightly] })
    expect(await runs.now.find()).toMatchObject({ kind: 'found', name: 'nightly.zip' })
  })

  it('is that of the default branch where the own branch has none', async () => {
    const run = runs.now.github.addRun({ artifacts: [nightly] })
    runs.now.github.addRun({ headBranch: 'topic' })
    runs.now.github.beginRun({ headBranch: 'topic', event: 'pull_request' })
    expect(await runs.now.find()).toMatchObject({ kind: 'found', runId: String(run.id), branch: 'main' })
    const own = runs.now.github.addRun({ headBranch: 'topic', artifacts: [nightly] })
    expect(await runs.now.find()).toMatchObject({ runId: String(own.id), branch: 'topic' })
  })

  it('is that of the default branch for a tag, and for a fork whatever its branch is named', async () => {
    const run = runs.now.github.addRun({ artifacts: [nightly] })
    runs.now.github.addRun({ headBranch: 'dev', artifacts: [nightly] })
    runs.now.github.beginRun({ headBranch: null })
    expect(await runs.now.find()).toMatchObject({ runId: String(run.id), branch: 'main' })
    runs.now.github.beginRun({ headBranch: 'dev', event: 'pull_request', headRepositoryId: FORK })
    expect(await runs.now.find()).toMatchObject({ runId: String(run.id), branch: 'main' })
  })

  it('is never one that a stranger made in the name of our branch', async () => {
    runs.now.github.addRun({ event: 'pull_request', headRepositoryId: FORK, artifacts: [nightly] })
    runs.now.github.addRun({ event: 'pull_request', headRepositoryId: null, artifacts: [nightly] })
    runs.now.github.addRun({ event: 'pull_request_target', artifacts: [nightly] })
    expect(await runs.now.find()).toMatchObject({ kind: 'none', why: expect.stringContaining('no earlier run') })
  })

  it('is not what an earlier attempt of this run stored', async () => {
    runs.now.emulator.artifacts.put(runs.now.emulator.artifacts.currentRun, nightly)
    Object.assign(runs.now.github.current, { conclusion: 'success', attempt: 2 })
    expect(await runs.now.find()).toMatchObject({ kind: 'none' })
  })

  it('is the unpacked form for a step that unpacks', async () => {
    runs.now.github.addRun({ artifacts: [nightly, { name: 'nightly', bytes }] })
    expect(await runs.now.find({ extract: true })).toMatchObject({ name: 'nightly' })
  })
})

describe('no previous run', () => {
  it('is reported where none has succeeded', async () => {
    runs.now.github.addRun({ conclusion: 'failure', artifacts: [nightly] })
    runs.now.github.beginRun({ headBranch: 'topic' })
    expect(await runs.now.find()).toEqual({
      kind: 'none',
      why: 'There is no previous run to compare with: no earlier run of this workflow has succeeded on "topic" or "main".',
    })
  })

  it('is reported where no run stored an artifact of that name', async () => {
    runs.now.github.addRun()
    expect(await runs.now.find()).toMatchObject({
      why: expect.stringContaining(
        'the one earlier run of this workflow that succeeded on "main" stored no artifact named "nightly.zip" or "nightly".',
      ),
    })
    for (let count = 0; count < 30; count += 1) runs.now.github.addRun()
    expect(await runs.now.find()).toMatchObject({ why: expect.stringContaining('none of the last 20 runs') })
  })

  it('is reported where the artifact expired, with what to do', async () => {
    runs.now.github.addRun({ artifacts: [{ ...nightly, expiresAt: new Date('2019-12-01') }] })
    const run = runs.now.github.addRun({ artifacts: [{ ...nightly, expiresAt: new Date('2020-01-02T03:00:00Z') }] })
    const runUrl = `https://github.com/octo/cats/actions/runs/${run.id}`
    expect(await runs.now.find()).toEqual({
      kind: 'none',
      why: `There is no previous run to compare with: the artifact "nightly.zip" of ${runUrl} expired on 2020-01-02; increase retention_days to keep it longer.`,
    })
  })

  it.each([404, 410])(
    'is reported where the artifact goes between the list and the download (HTTP %d)',
    async (status) => {
      const soon = new Date(Date.now() + 3_600_000)
      runs.now.github.addRun({ artifacts: [{ ...nightly, expiresAt: soon }] })
      const gone: Fault = { kind: 'status', status, body: '{"message":"Not there"}' }
      runs.now.fault(/\/zip$/, gone, 2)
      expect(await runs.now.find()).toMatchObject({ kind: 'none', why: expect.stringContaining('was deleted') })
      const later = { ...runs.now.clock, date: () => soon.getTime() + 1 }
      expect(await runs.now.find({ clock: later })).toMatchObject({
        kind: 'none',
        why: expect.stringContaining(`expired on ${soon.toISOString().slice(0, 10)}`),
      })
    },
  )

  it.each([
    ['on GitHub Enterprise Server', {}, { GITHUB_SERVER_URL: 'https://github.acme.example' }, 'github.acme.example'],
    ['without a token', { token: '' }, {}, 'github_token'],
    ['outside a workflow', {}, { GITHUB_ACTIONS: '' }, 'not a run of a GitHub workflow'],
    ['without the id of the run', {}, { GITHUB_RUN_ID: '' }, 'not a run of a GitHub workflow'],
  ])('is looked for %s', async (_case, options, env, words) => {
    expect(await runs.now.find(options, env)).toMatchObject({ kind: 'none', why: expect.stringContaining(words) })
    expect(runs.now.emulator.requests).toEqual([])
  })
})
