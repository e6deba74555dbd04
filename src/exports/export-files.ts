import { createReadStream } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Archive, openArchive } from '../transfer/archive.ts'
import type { ArchiveEntry } from '../transfer/entry-bytes.ts'
import { diskFailure, writeFully } from '../transfer/disk.ts'

/** One file of an export, in a folder or still in its ZIP. */
export interface ExportFile {
  /** Relative to the export, posix separators. */
  path: string
  bytes(signal: AbortSignal): AsyncIterable<Buffer>
  /** Lends the file as a path on disk, for readers that need to jump about in it. */
  onDisk<T>(signal: AbortSignal, use: (path: string) => Promise<T>): Promise<T>
}

/** Where the export to look into lies. */
export type ExportPlace = { archive: string } | { dir: string }

/** Lends the files of an export that lie at its root or one folder deep, sorted by path, and the number of all its files. */
export async function withExportFiles<T>(
  place: ExportPlace,
  use: (files: ExportFile[], count: number) => Promise<T>,
): Promise<T> {
  if ('dir' in place) {
    const files = await filesIn(place.dir)
    return use(files, files.length)
  }
  const archive = await openArchive(place.archive)
  try {
    const shallow = archive.entries.filter(({ path }) => path.split('/').length <= 2)
    const files = shallow.map((entry) => entryFile(archive, place.archive, entry))
    return await use(files.sort(byPath), archive.entries.length)
  } finally {
    await archive.close()
  }
}

function byPath(one: ExportFile, other: ExportFile): number {
  return one.path < other.path ? -1 : 1
}

async function filesIn(dir: string): Promise<ExportFile[]> {
  const paths: string[] = []
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isFile()) paths.push(entry.name)
    if (!entry.isDirectory()) continue
    for (const inner of await readdir(join(dir, entry.name), { withFileTypes: true })) {
      if (inner.isFile()) paths.push(`${entry.name}/${inner.name}`)
    }
  }
  const files = paths.map((path): ExportFile => {
    const onDisk = join(dir, path)
    return {
      path,
      bytes: (signal) => createReadStream(onDisk, { signal, highWaterMark: 1024 * 1024 }),
      onDisk: (_signal, use) => use(onDisk),
    }
  })
  return files.sort(byPath)
}

function entryFile(archive: Archive, archivePath: string, entry: ArchiveEntry): ExportFile {
  return {
    path: entry.path,
    bytes: (signal) => archive.openEntry(entry, signal),
    async onDisk(signal, use) {
      const spool = `${archivePath}.spool`
      try {
        await copy(archive.openEntry(entry, signal), spool)
        return await use(spool)
      } finally {
        await rm(spool, { force: true })
      }
    },
  }
}

async function copy(bytes: AsyncIterable<Buffer>, path: string): Promise<void> {
  try {
    await rm(path, { force: true })
    const file = await open(path, 'wx')
    try {
      let written = 0
      for await (const chunk of bytes) {
        await writeFully(file, chunk, written)
        written += chunk.length
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskFailure(error, 'unpack the metadata', path)
  }
}
