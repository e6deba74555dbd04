import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeptParts } from '../../../src/export/parts/kept-parts.ts'
import { recover, replaceExport } from '../../../src/export/replace-export.ts'
import { mediaItem, metadataJson } from '../export-bytes.ts'
import { manifestIn, merge, makePart } from './made-parts.ts'
import { clustersOf } from './part-content.ts'

const PLAN = { key: 'k', listing: 'l' }
const DAY_MS = 86_400_000

let output: string
let folder: string
let now: number

beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), 'kept-'))
  folder = join(output, '.visual-layer-parts')
  now = Date.UTC(2026, 0, 1)
})

afterEach(async () => {
  await rm(output, { recursive: true, force: true })
})

const open = (plan = PLAN) => KeptParts.open(folder, plan, now)

/** Three parts, of which the first `whole` are there. */
async function begun(whole: number): Promise<KeptParts> {
  const { kept } = await open()
  await kept.save({ ...PLAN, cap: 20 })
  for (const [index, cluster] of clustersOf(3, 2, 1).entries()) {
    const part = await kept.add({ clusters: [cluster], mediaIds: [] })
    await kept.started(part, `export-${index + 1}`)
    if (index >= whole) continue
    const items = Array.from({ length: cluster.items }, (_, item) => mediaItem(`${index}${item}`))
    const images = Object.fromEntries(items.map((_, item) => [`images/${index}-${item}.png`, `${index} ${item}`]))
    const made = await makePart(join(output, 'made'), index + 1, { 'metadata.json': metadataJson(items), ...images })
    await rename(join(made.folder, 'files'), join(part.folder, 'files'))
    const { exportId, sizeBytes, sha256 } = made
    await kept.finish(part, { exportId, sizeBytes, sha256, files: made.files() })
  }
  await rm(join(output, 'made'), { recursive: true, force: true })
  return kept
}

describe('KeptParts', () => {
  it.skipIf(process.platform === 'win32')('does not read a plan that is a device and never ends', async () => {
    await begun(1)
    await rm(join(folder, 'plan.json'))
    await symlink('/dev/zero', join(folder, 'plan.json'))
    const { kept } = await open()
    expect(kept.whole).toEqual([])
  })

  it('finds what was whole, what was in progress, and what was learned', async () => {
    const { parts } = await begun(2)
    const { kept, cap, discarded } = await open()
    expect(discarded).toBeUndefined()
    expect(cap).toBe(20)
    expect(kept.parts).toEqual(parts)
    expect(kept.whole.map(({ number }) => number)).toEqual([1, 2])
    expect(kept.parts[0]?.whole).not.toHaveProperty('files')
    const files = kept.whole[0]?.files() ?? []
    expect(files).toHaveLength(4)
    expect(kept.whole[0]?.unpackedBytes).toBe(files.reduce((sum, file) => sum + file.size_bytes, 0))
    expect(kept.parts[2]).toMatchObject({ exportId: 'export-3', whole: undefined })
  })

  it.each([
    ['another key', { key: 'other' }, 0, 'parts of another export'],
    ['another listing', { listing: 'other' }, 0, 'the dataset has changed since'],
    ['a day', {}, DAY_MS, 'more than a day old'],
  ])('is emptied for %s, and says so', async (_, plan, later, words) => {
    await begun(3)
    now += later
    const { kept, cap, discarded } = await open({ ...PLAN, ...plan })
    expect(discarded).toContain(words)
    expect({ parts: kept.parts, cap }).toEqual({ parts: [], cap: undefined })
    expect(await readdir(folder)).toEqual([])
  })

  it('counts the day from the first run, however often it is continued', async () => {
    await begun(1)
    now += DAY_MS - 1
    const { kept } = await open()
    await kept.save(PLAN)
    expect(await KeptParts.areIn(folder, PLAN.key, now)).toBe(true)
    now += 1
    expect(await KeptParts.areIn(folder, PLAN.key, now)).toBe(false)
    expect((await open()).discarded).toContain('day')
  })

  it('reports whether there are parts of a step', async () => {
    expect(await KeptParts.areIn(folder, PLAN.key, now)).toBe(false)
    await begun(0)
    expect(await KeptParts.areIn(folder, PLAN.key, now)).toBe(true)
    expect(await KeptParts.areIn(folder, 'other', now)).toBe(false)
  })

  it('takes no part for whole whose files are not what they were', async () => {
    const { parts } = await begun(3)
    await writeFile(join(parts[0]?.folder ?? '', 'files', 'images', '0-1.png'), 'longer than it was')
    await rm(join(parts[1]?.folder ?? '', 'files', 'metadata.json'))
    const { kept } = await open()
    expect(kept.whole.map(({ number }) => number)).toEqual([3])
    expect(kept.parts).toHaveLength(3)
  })

  it('forgets a part of which nobody knows what it asked for', async () => {
    const { parts } = await begun(1)
    await writeFile(join(parts[0]?.folder ?? '', 'content.json'), '{"clusters": [')
    const { kept } = await open()
    expect(kept.parts.map(({ number }) => number)).toEqual([2, 3])
    expect(await readdir(folder)).not.toContain('0001')
  })

  it('begins afresh where its plan cannot be read', async () => {
    await begun(3)
    await writeFile(join(folder, 'plan.json'), '{"schema_version": 1')
    expect((await open()).kept.parts).toEqual([])
  })

  it('gives a number again once its folder is gone', async () => {
    const kept = await begun(0)
    const [first, second] = kept.parts
    if (!first || !second) throw new Error('no parts')
    const [added] = await Promise.all([kept.add({ clusters: [], mediaIds: ['a'] }), kept.drop(second)])
    expect(added.number).toBe(4)
    expect((await kept.add({ clusters: [], mediaIds: ['b'] })).number).toBe(2)
    expect((await open()).kept.parts.map(({ content }) => content.mediaIds)).toEqual([[], ['b'], [], ['a']])
  })
})

describe('parts of which an export is being made when the step is killed', () => {
  const noEarlier = new Set<string>()

  it('stay whole in the middle of the move, and give the same export', async () => {
    const kept = await begun(3)
    const before = await merge(folder, kept.whole)
    await rename(join(folder, 'manifest.json'), join(folder, 'moving.json'))
    for (const path of before.paths.slice(0, 4)) {
      await mkdir(dirname(join(output, path)), { recursive: true })
      await rename(join(folder, 'files', path), join(output, path))
    }
    await recover(output, folder)
    expect(await readdir(output)).toEqual(['.visual-layer-parts'])
    const again = await open()
    expect(again.kept.whole).toHaveLength(3)
    const merged = await merge(folder, again.kept.whole)
    expect(merged).toEqual(before)
    await replaceExport(output, folder, merged.paths, noEarlier)
    await again.kept.remove()
    expect((await readdir(output)).sort()).toEqual(['images', 'manifest.json', 'metadata.json'])
    expect(await readdir(join(output, 'images'))).toHaveLength(6)
    const { files } = await manifestIn(output)
    expect(files.map(({ path }) => path).sort()).toEqual(merged.paths.toSorted())
  })

  it('stay whole until the export is in place, and are of no further use then', async () => {
    const kept = await begun(3)
    const isThere = async () => KeptParts.areIn(folder, PLAN.key, now)
    const merged = await merge(folder, kept.whole)
    expect(await isThere()).toBe(true)
    await kept.placing()
    expect(await isThere()).toBe(true)
    await replaceExport(output, folder, merged.paths, noEarlier)
    expect(await isThere()).toBe(false)
    expect((await open()).kept.parts).toEqual([])
  })

  it('are whole after a move that was undone, and after another merge was begun', async () => {
    const kept = await begun(3)
    const { paths } = await merge(folder, kept.whole)
    await kept.placing()
    await expect(replaceExport(output, folder, [...paths, 'missing'], noEarlier)).rejects.toThrow('ENOENT')
    expect((await open()).kept.whole).toHaveLength(3)
    await merge(folder, kept.whole)
    expect((await open()).kept.whole).toHaveLength(3)
  })
})
