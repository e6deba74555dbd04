import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withArtifactClient } from './artifact-client.ts'
import { type Called, called } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'

let emulator: Emulator
let folder: string

beforeEach(async () => {
  emulator = await startEmulator()
  folder = await mkdtemp(join(tmpdir(), 'github-'))
})

afterEach(async () => {
  await emulator.stop()
  await rm(folder, { recursive: true, force: true })
})

const withClient = (body: string) => withArtifactClient(body, folder, emulator.github.environment())

async function get(path: string, authorization = 'Bearer ghs_0fTheTest'): Promise<Called> {
  const url = `${emulator.github.url()}/repos/octo/cats${path}`
  return called(await fetch(url, { headers: { authorization }, redirect: 'manual' }))
}

describe("GitHub's REST API, driven by @actions/artifact", () => {
  it('gives a run what an earlier run stored, and each run names of its own', async () => {
    await writeFile(join(folder, 'nightly.zip'), 'of the first run')
    const upload = `return await client.uploadArtifact('n', [folder + '/nightly.zip'], folder, { skipArchive: true })`
    const first = emulator.github.current
    expect(await withClient(upload)).not.toHaveProperty('error')
    const [stored] = emulator.github.artifactsOf(first)
    emulator.github.endRun()
    emulator.github.beginRun()
    await writeFile(join(folder, 'nightly.zip'), 'of the second run')
    expect(await withClient(upload)).not.toHaveProperty('error')
    const result = await withClient(`
      const findBy = { token: 'ghs_0fTheTest', workflowRunId: ${first.id}, repositoryOwner: 'octo', repositoryName: 'cats' }
      const { artifacts } = await client.listArtifacts({ findBy })
      const [{ id, digest }] = artifacts
      const options = { findBy, path: folder + '/back', skipDecompress: true, expectedHash: digest }
      return { artifacts, mine: await client.listArtifacts(), back: await client.downloadArtifact(id, options) }`)
    expect(result).toMatchObject({
      artifacts: [{ id: stored?.id, name: 'nightly.zip', digest: `sha256:${stored?.digest}` }],
      mine: { artifacts: [{ name: 'nightly.zip' }] },
      back: { digestMismatch: false },
    })
    expect(await readFile(join(folder, 'back/nightly.zip'), 'utf8')).toBe('of the first run')
  })
})

describe("GitHub's REST API", () => {
  it('lists runs newest first, by branch, event and status, in pages', async () => {
    const [one, two, three] = [
      emulator.github.addRun(),
      emulator.github.addRun({ headBranch: 'dev', event: 'push' }),
      emulator.github.addRun({ conclusion: 'failure' }),
    ]
    const listed = async (query: string, ...ids: number[]) => {
      const { body } = await get(`/actions/workflows/${one.workflowId}/runs?${query}`)
      expect(body).toMatchObject({ workflow_runs: ids.map((id) => ({ id })) })
    }
    await listed('', 4242, three.id, two.id, one.id)
    await listed('branch=dev', two.id)
    await listed('event=push', two.id)
    await listed('status=success', two.id, one.id)
    await listed('status=in_progress', 4242)
    await listed('per_page=2&page=2', two.id, one.id)
    expect((await get('/actions/workflows/1/runs')).body).toEqual({ total_count: 0, workflow_runs: [] })
  })

  it('reports a run, its fork, and the repository', async () => {
    const { id } = emulator.github.addRun({ headRepositoryId: 5, event: 'pull_request' })
    expect((await get(`/actions/runs/${id}`)).body).toMatchObject({
      id,
      event: 'pull_request',
      repository: { id: emulator.github.repository.id },
      head_repository: { id: 5 },
    })
    expect((await get('')).body).toMatchObject({ default_branch: 'main', full_name: 'octo/cats' })
  })

  it('gives no expired artifact, and a signed link to any other', async () => {
    const bytes = Buffer.from('bytes')
    const run = emulator.github.addRun({
      artifacts: [
        { name: 'a.zip', bytes },
        { name: 'b.zip', bytes, expiresAt: new Date(0) },
      ],
    })
    const { body } = await get(`/actions/runs/${run.id}/artifacts`)
    expect(body).toMatchObject({ total_count: 2, artifacts: [{ expired: false }, { expired: true }] })
    expect((await get(`/actions/runs/${run.id}/artifacts?name=b.zip`)).body).toMatchObject({ total_count: 1 })
    const [a, b] = emulator.github.artifactsOf(run)
    const link = await get(`/actions/artifacts/${a?.id}/zip`)
    expect(link.status).toBe(302)
    expect(await (await fetch(link.headers.get('location') ?? '')).text()).toBe('bytes')
    expect(await get(`/actions/artifacts/${b?.id}/zip`)).toMatchObject({ status: 410 })
  })

  it('rejects as GitHub does', async () => {
    expect(await get('', 'Bearer nobody')).toMatchObject({ status: 401, body: { message: 'Bad credentials' } })
    for (const path of ['/actions/runs/1', '/actions/runs/1/artifacts', '/actions/artifacts/1/zip', '/pulls']) {
      expect(await get(path)).toMatchObject({ status: 404, body: { message: 'Not Found' } })
    }
    expect((await get('/../dogs')).status).toBe(404)
    emulator.github.permission = 'none'
    expect(await get('/actions/runs/4242')).toMatchObject({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    })
    expect((await get('')).status).toBe(200)
  })

  it('breaks as it is told', async () => {
    emulator.faults.add({ server: 'github', path: /runs/, fault: { kind: 'status', status: 503 } })
    expect((await get('/actions/runs/4242')).status).toBe(503)
    expect((await get('/actions/runs/4242')).status).toBe(200)
  })
})
