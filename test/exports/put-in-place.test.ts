import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findEarlier } from '../../src/exports/earlier-export.ts'
import { putInPlace } from '../../src/exports/put-in-place.ts'

let outputDir: string
let work: string

beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'put-'))
  work = join(outputDir, '.visual-layer-parts')
})

afterEach(async () => {
  await rm(outputDir, { recursive: true, force: true })
})

async function write(root: string, path: string, text = path): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

/** Lays out a work folder that holds these files, and its manifest under that name. */
async function prepare(paths: readonly string[], manifest = 'manifest.json'): Promise<void> {
  for (const path of paths) await write(join(work, 'files'), path, 'new')
  const files = paths.map((path) => ({ path }))
  await write(work, manifest, JSON.stringify({ schema_version: 1, files, produced_by: { action: '1' } }))
}

async function put(paths: readonly string[], signal = new AbortController().signal): Promise<void> {
  const earlier = await findEarlier(outputDir, { keep: work })
  await putInPlace({ outputDir, work, paths, earlier, signal })
}

describe('an export that was put together in a kept folder', () => {
  it('is moved into place; the folder stays', async () => {
    await prepare(['metadata.json', 'images/a.jpg'])
    await write(outputDir, '.visual-layer-old/files/metadata.json')
    await put(['metadata.json', 'images/a.jpg'])
    expect((await readdir(outputDir)).sort()).toEqual([
      '.visual-layer-parts',
      'images',
      'manifest.json',
      'metadata.json',
    ])
    expect(await readFile(join(outputDir, 'images/a.jpg'), 'utf8')).toBe('new')
  })

  it('changes nothing when something is in the way, however often it is tried', async () => {
    await prepare(['images/a.jpg', 'images/b.jpg'])
    await write(outputDir, 'images/b.jpg', 'precious')
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(put(['images/a.jpg', 'images/b.jpg'])).rejects.toMatchObject({ code: 'operation_failed' })
      expect(await readFile(join(outputDir, 'images/b.jpg'), 'utf8')).toBe('precious')
      expect(existsSync(join(outputDir, 'images/a.jpg'))).toBe(false)
      expect(existsSync(join(work, 'files/images/a.jpg'))).toBe(true)
    }
  })

  it('replaces what it had moved before it was killed', async () => {
    await prepare(['metadata.json'], 'moving.json')
    await prepare(['metadata.json'])
    await write(outputDir, 'metadata.json', 'moved before')
    await put(['metadata.json'])
    expect(await readFile(join(outputDir, 'metadata.json'), 'utf8')).toBe('new')
  })

  it('takes back what it moved when a move fails', async () => {
    await prepare(['images/a.jpg'])
    await mkdir(join(outputDir, 'images'))
    await expect(put(['images/a.jpg', 'images/missing.jpg'])).rejects.toMatchObject({ code: 'operation_failed' })
    expect(await readdir(outputDir)).toEqual(['.visual-layer-parts'])
  })

  it('is not begun after a cancellation', async () => {
    await prepare(['a.json'])
    const reason = new Error('cancelled')
    await expect(put(['a.json'], AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(await readdir(outputDir)).toEqual(['.visual-layer-parts'])
  })

  it('is a leftover to the next export', async () => {
    await prepare(['a.json'])
    expect((await findEarlier(outputDir)).leftovers).toEqual([work])
    expect((await findEarlier(outputDir, { keep: work })).leftovers).toEqual([])
  })
})
