import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { ActionError } from '../../../src/errors.ts'
import { type ArchiveContents, type ReadArchiveOptions, readArchive } from '../../../src/transfer/archive/unpack.ts'
import { failureOf } from '../../failure-of.ts'
import { type WrittenEntry, writeZip } from './zip-writer.ts'

/** A signal that never aborts. */
export const signal = new AbortController().signal

/** An entry that nothing is wrong with. */
export const good: WrittenEntry = { name: 'good.txt', data: 'good' }

/** A folder with an archive in it and a place to unpack it to. */
class Unpacking {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  get archive(): string {
    return join(this.folder, 'export.partial')
  }

  get target(): string {
    return join(this.folder, 'out')
  }

  async unpack(bytes: Buffer, more: Partial<ReadArchiveOptions> = {}): Promise<ArchiveContents> {
    await writeFile(this.archive, bytes)
    return readArchive({ archive: this.archive, target: this.target, signal, ...more })
  }

  /** The error that unpacking and verifying both end with; nothing may be left of the unpacking. */
  async rejected(bytes: Buffer | WrittenEntry[], more: Partial<ReadArchiveOptions> = {}): Promise<ActionError> {
    await writeFile(this.archive, Buffer.isBuffer(bytes) ? bytes : writeZip(bytes))
    const before = await readdir(this.folder)
    const error = await failureOf(readArchive({ archive: this.archive, target: this.target, signal, ...more }))
    expect(await readdir(this.folder)).toEqual(before)
    expect(await failureOf(readArchive({ archive: this.archive, signal, ...more }))).toEqual(error)
    const threaded = await failureOf(
      readArchive({ archive: this.archive, target: this.target, signal, threaded: true, ...more }),
    )
    expect(await readdir(this.folder)).toEqual(before)
    expect(threaded).toMatchObject({ code: error.code, message: error.message, todo: error.todo })
    return error
  }

  /** The files that were unpacked. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.target, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return files.map((entry) => relative(this.target, join(entry.parentPath, entry.name)).split(sep).join('/'))
  }
}

/** Sets up {@link Unpacking} anew for each test of the file. */
export function useUnpacking(): { readonly now: Unpacking } {
  let now: Unpacking | undefined
  beforeEach(async () => {
    now = new Unpacking(await mkdtemp(join(tmpdir(), 'unpack-')))
  })
  afterEach(async () => {
    if (now) await rm(now.folder, { recursive: true, force: true })
  })
  return {
    get now() {
      if (!now) throw new Error('used outside of a test')
      return now
    },
  }
}
