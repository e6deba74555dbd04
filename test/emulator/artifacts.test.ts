import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withArtifactClient } from './artifact-client.ts'
import { type Emulator, startEmulator } from './emulator.ts'

let emulator: Emulator
let folder: string

beforeEach(async () => {
  emulator = await startEmulator()
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'))
})

afterEach(async () => {
  await emulator.stop()
  await rm(folder, { recursive: true, force: true })
})

const withClient = (body: string) => withArtifactClient(body, folder, emulator.artifacts.environment())

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

describe('the artifact service, driven by @actions/artifact', () => {
  it('stores one raw file under its own name, over several blocks', async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024, 'some archive ')
    await writeFile(join(folder, 'nightly.zip'), bytes)
    const uploaded = await withClient(
      `return await client.uploadArtifact('ignored', [folder + '/nightly.zip'], folder, { skipArchive: true, retentionDays: 3 })`,
    )
    const [stored] = emulator.artifacts.stored
    expect(stored).toMatchObject({ name: 'nightly.zip', mimeType: 'application/zip', digest: sha256(bytes) })
    expect(stored?.bytes.equals(bytes)).toBe(true)
    expect(uploaded).toEqual({ id: stored?.id, size: bytes.length, digest: sha256(bytes) })
    const days = ((stored?.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(3)
    const blocks = emulator.requests.filter((request) => request.query['comp'] === 'block')
    expect(blocks).toHaveLength(3)
  })

  it('stores a folder as a ZIP, lists it, gives it back and deletes it', async () => {
    await mkdir(join(folder, 'export/images'), { recursive: true })
    await writeFile(join(folder, 'export/metadata.json'), '{"media_items":[]}')
    await writeFile(join(folder, 'export/images/one.png'), 'one')
    const result = await withClient(`
      const root = folder + '/export'
      const uploaded = await client.uploadArtifact('export', [root + '/metadata.json', root + '/images/one.png'], root)
      const { artifacts } = await client.listArtifacts()
      const { downloadPath } = await client.downloadArtifact(uploaded.id, { path: folder + '/back' })
      const deleted = await client.deleteArtifact('export')
      const after = await client.listArtifacts()
      return { uploaded, artifacts, downloadPath, deleted, after: after.artifacts }`)
    const uploads = emulator.requests.filter((request) => request.path.endsWith('/CreateArtifact'))
    expect(uploads).toHaveLength(1)
    expect(result).toMatchObject({
      uploaded: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      artifacts: [{ name: 'export', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }],
      after: [],
    })
    expect(await readFile(join(folder, 'back/images/one.png'), 'utf8')).toBe('one')
    expect(emulator.artifacts.stored).toEqual([])
  })

  it('rejects a name that is taken, and a download of another run', async () => {
    await writeFile(join(folder, 'a.zip'), 'first')
    const upload = `return await client.uploadArtifact('a', [folder + '/a.zip'], folder, { skipArchive: true })`
    await withClient(upload)
    expect(await withClient(upload)).toMatchObject({ error: expect.stringContaining('(409) Conflict') })
    expect(emulator.artifacts.stored.map((artifact) => artifact.bytes.toString())).toEqual(['first'])
    const other = await fetch(
      `${emulator.artifacts.environment().ACTIONS_RESULTS_URL}twirp/github.actions.results.api.v1.ArtifactService/ListArtifacts`,
      {
        method: 'POST',
        headers: { authorization: 'Bearer another' },
        body: '{}',
      },
    )
    expect(other.status).toBe(401)
  })

  it('rejects what does not match the bytes that came, and what is over quota', async () => {
    await writeFile(join(folder, 'a.zip'), 'first')
    const upload = `return await client.uploadArtifact('a', [folder + '/a.zip'], folder, { skipArchive: true })`
    emulator.artifacts.quotaBytes = 2
    expect(await withClient(upload)).toMatchObject({
      error: expect.stringContaining('Artifact storage quota has been hit'),
    })
    expect(emulator.artifacts.stored).toEqual([])

    emulator.artifacts.quotaBytes = Number.POSITIVE_INFINITY
    emulator.artifacts.unfinished = 'free'
    // A block that is lost on its way: the service took less than the client hashed.
    emulator.faults.add({
      server: 'artifacts',
      method: 'PUT',
      path: /^\/blobs\//,
      fault: { kind: 'status', status: 201 },
    })
    expect(await withClient(upload)).toHaveProperty('error')
    expect(emulator.artifacts.stored).toEqual([])
  })
})
