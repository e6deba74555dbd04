import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findFiles } from '../../src/runner/files.ts'

let root: string

beforeEach(async () => {
  // A workspace whose own path looks like a pattern.
  root = path.join(await mkdtemp(path.join(os.tmpdir(), 'vl-files-')), 'work [a-z]{1} (x)')
  for (const name of ['b.jpg', 'C.jpg', 'a/z.jpg', 'a/b/c.png', 'a-b.jpg', '.hidden/h.jpg', 'a/x[1].jpg', 'ä.jpg']) {
    const file = path.join(root, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, name)
  }
})

afterEach(() => rm(path.dirname(root), { recursive: true }))

async function shown(...patterns: string[]): Promise<string[]> {
  return (await findFiles(patterns, root)).map((file) => file.shown)
}

it('orders files by their paths, byte by byte, whatever the order of the patterns', async () => {
  const all = ['.hidden/h.jpg', 'C.jpg', 'a-b.jpg', 'a/b/c.png', 'a/x[1].jpg', 'a/z.jpg', 'b.jpg', 'ä.jpg']
  expect(await shown('**')).toEqual(all)
  expect(await shown('b.jpg', 'a/**', '**/*.jpg')).toEqual(all)
})

it('takes a folder with all in it, excludes, and lets later lines win', async () => {
  expect(await shown('a')).toEqual(['a/b/c.png', 'a/x[1].jpg', 'a/z.jpg'])
  expect(await shown('a', '!**/*.png')).toEqual(['a/x[1].jpg', 'a/z.jpg'])
  expect(await shown('a', '!a/**', 'a/z.jpg')).toEqual(['a/z.jpg'])
  expect(await shown('a/x[[]1].jpg')).toEqual(['a/x[1].jpg'])
  expect(await shown('nothing/**')).toEqual([])
})

it.skipIf(process.platform === 'win32')('reports size and place, and what cannot be taken', async () => {
  await symlink('b.jpg', path.join(root, 'in.jpg'))
  await symlink('a', path.join(root, 'folder.jpg'))
  await symlink(os.tmpdir(), path.join(root, 'out.jpg'))
  await symlink('out.jpg', path.join(root, 'out-again.jpg'))
  await symlink('nowhere', path.join(root, 'broken.jpg'))
  const found = await findFiles(['*.jpg'], root)
  const trouble = Object.fromEntries(found.map((file) => [file.shown, file.trouble]))
  expect(trouble).toMatchObject({
    'in.jpg': undefined,
    'folder.jpg': 'link to a folder',
    'out.jpg': 'link out of the workspace',
    'out-again.jpg': 'link out of the workspace',
    'broken.jpg': 'broken link',
  })
  const inside = found.find((file) => file.shown === 'in.jpg')
  expect(inside).toMatchObject({ sizeBytes: 5, path: await realpath(path.join(root, 'b.jpg')) })
})

it.skipIf(process.platform === 'win32')('finds nothing behind a link to a folder', async () => {
  await symlink('a', path.join(root, 'linked'))
  expect(await shown('linked/*.jpg')).toEqual([])
})

it('fails where the workspace cannot be read', async () => {
  await expect(findFiles(['*'], path.join(root, 'nowhere'))).rejects.toMatchObject({ code: 'operation_failed' })
})
