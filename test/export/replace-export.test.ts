import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkObstacles, findEarlier } from '../../src/export/earlier-export.ts'
import { HalfReplaced, recover, replaceExport } from '../../src/export/replace-export.ts'

/** Counts the operations that change the disk, and fails them from one number on: for good as if killed, or once as if rejected. */
const disk = vi.hoisted(() => ({
  count: 0,
  failing: { from: Infinity, to: Infinity },
  /** Throws if this operation is to fail. */
  step() {
    this.count += 1
    if (this.count < this.failing.from || this.count > this.failing.to) return
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  },
  reset(from = Infinity, to = Infinity) {
    this.count = 0
    this.failing = { from, to }
  },
}))

vi.mock(import('node:fs'), async (importOriginal) => {
  const fs = await importOriginal()
  const counted = <Arguments extends unknown[], Result>(body: (...given: Arguments) => Result) => {
    return (...given: Arguments): Result => {
      disk.step()
      return body(...given)
    }
  }
  return { ...fs, renameSync: counted(fs.renameSync), rmdirSync: counted(fs.rmdirSync) }
})

let root: string
let dir: string
let work: string

beforeEach(async () => {
  disk.reset()
  root = await mkdtemp(join(tmpdir(), 'replace-'))
  await begin('0')
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

async function begin(name: string): Promise<void> {
  dir = join(root, name)
  work = join(dir, '.visual-layer-work')
  await mkdir(work, { recursive: true })
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

function manifestOf(paths: readonly string[]): string {
  const files = paths.map((path) => ({ path }))
  return JSON.stringify({ schema_version: 1, files, produced_by: { action: '1' } })
}

/** Lays out an earlier export, files of someone else, and a new export in the work folder. */
async function layOut(earlier: readonly string[], fresh: readonly string[], foreign: readonly string[] = []) {
  for (const path of earlier) await write(join(dir, path), `old ${path}`)
  for (const path of foreign) await write(join(dir, path), `mine ${path}`)
  if (earlier.length > 0) await write(join(dir, 'manifest.json'), manifestOf(earlier))
  await mkdir(join(work, 'files'))
  for (const path of fresh) await write(join(work, 'files', path), `new ${path}`)
  await write(join(work, 'manifest.json'), manifestOf(fresh))
}

/** Every file of the output folder with its text, but for those of the action itself. */
async function contents(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/')
    if (!entry.isDirectory() && !path.startsWith('.visual-layer-'))
      found[path] = await readFile(join(dir, path), 'utf8')
  }
  return found
}

const POOL = ['metadata.json', 'images', 'images/a.jpg', 'images/b.jpg', 'images/deep/c.jpg', 'x', 'x/y', 'x/y/z']

/** Paths that can all be files of one folder. */
const paths = fc.subarray(POOL).map((some) => some.filter((one) => !some.some((other) => other.startsWith(`${one}/`))))
const layout = fc.record({
  earlier: paths,
  fresh: paths,
  foreign: fc.subarray(['notes.txt', 'images/mine.txt', 'images/deep/mine.txt', 'x/mine.txt']),
})

/** Runs `body` with layouts that can be replaced, until `operations` of them were counted and each was made to fail. */
async function atEachOperation(body: (failing: number) => Promise<void>): Promise<void> {
  let run = 0
  await fc.assert(
    fc.asyncProperty(layout, async ({ earlier, fresh, foreign }) => {
      for (let failing = 1; ; failing += 1) {
        disk.reset()
        await begin(String((run += 1)))
        const isIn = (path: string, all: readonly string[]) => all.some((one) => path.startsWith(`${one}/`))
        const apart = foreign.filter((path) => !isIn(path, earlier))
        await layOut(earlier, fresh, apart)
        const files = await findEarlier(dir)
        if (hasObstacles(fresh, files)) return
        const mine = Object.fromEntries(apart.map((path) => [path, `mine ${path}`]))
        const own = (all: readonly string[], word: string) => ({
          ...Object.fromEntries(all.map((path) => [path, `${word} ${path}`])),
          ...mine,
        })
        const manifest = (all: readonly string[]) => (all.length > 0 ? { 'manifest.json': manifestOf(all) } : {})
        const before = { ...own(earlier, 'old'), ...manifest(earlier) }
        const after = { ...own(fresh, 'new'), 'manifest.json': manifestOf(fresh) }
        expected = { before, after }
        await body(failing)
        const operations = disk.count
        await rm(dir, { recursive: true })
        if (failing > operations) return
      }
    }),
    { numRuns: 25 },
  )
}

function hasObstacles(fresh: readonly string[], earlier: ReadonlySet<string>): boolean {
  try {
    checkObstacles(dir, fresh, earlier)
    return false
  } catch {
    return true
  }
}

let expected: { before: Record<string, string>; after: Record<string, string> }

async function replace(): Promise<void> {
  const { files } = JSON.parse(await readFile(join(work, 'manifest.json'), 'utf8'))
  const fresh: string[] = files.map(({ path }: { path: string }) => path)
  await replaceExport(dir, work, fresh, await findEarlier(dir))
}

describe('an export that replaces an earlier one', () => {
  it('is there whole, and nothing of the earlier one is', async () => {
    await layOut(['metadata.json', 'images/a.jpg', 'old/b.jpg'], ['metadata.json', 'images/a.jpg'], ['old/mine.txt'])
    await replace()
    expect(await contents()).toEqual({
      'manifest.json': manifestOf(['metadata.json', 'images/a.jpg']),
      'metadata.json': 'new metadata.json',
      'images/a.jpg': 'new images/a.jpg',
      'old/mine.txt': 'mine old/mine.txt',
    })
  })

  it('is not there at all if any operation of the disk fails, and the earlier one is as it was', async () => {
    await atEachOperation(async (failing) => {
      disk.reset(failing, failing)
      const failed = await replace().then(
        () => false,
        () => true,
      )
      expect(await contents()).toEqual(failed ? expected.before : expected.after)
    })
  })

  it('is whole or not there at all after the next run if the step is killed before any operation', async () => {
    await atEachOperation(async (failing) => {
      disk.reset(failing)
      const killed = await replace().then(
        () => undefined,
        (error: unknown) => error,
      )
      const { count } = disk
      disk.reset()
      await recover(dir)
      expect(await contents()).toEqual(killed === undefined ? expected.after : expected.before)
      expect((await readdir(dir)).filter((name) => name.startsWith('.visual-layer-'))).toEqual([])
      disk.count = killed === undefined ? count : Infinity
    })
  })

  it('can be undone by a run that is itself killed before any operation', async () => {
    await layOut(['metadata.json', 'images/a.jpg', 'x'], ['metadata.json', 'images/b.jpg', 'x/y'], ['images/mine.txt'])
    disk.reset(8)
    await expect(replace()).rejects.toBeInstanceOf(HalfReplaced)
    const before = {
      'manifest.json': manifestOf(['metadata.json', 'images/a.jpg', 'x']),
      'metadata.json': 'old metadata.json',
      'images/a.jpg': 'old images/a.jpg',
      x: 'old x',
      'images/mine.txt': 'mine images/mine.txt',
    }
    let kills = 0
    for (let failing = 1; ; failing += 1) {
      disk.reset(failing)
      const killed = await recover(dir, work).catch((error: unknown) => error)
      if (killed === undefined) break
      expect(killed).toBeInstanceOf(HalfReplaced)
      kills += 1
    }
    expect(kills).toBeGreaterThan(3)
    disk.reset()
    expect(await contents()).toEqual(before)
  })

  it('says where the files of the earlier one are if they cannot be put back', async () => {
    await layOut(['metadata.json'], ['metadata.json'])
    disk.reset(3)
    const error = await replace().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'operation_failed', todo: expect.stringContaining(join(work, 'old')) })
  })
})
