import { systemFailure } from '../system-errors.ts'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openEntry } from '../transfer/archive/entry-bytes.ts'
import { type Archive, type ArchiveEntry, openArchive } from '../transfer/archive/zip.ts'
import { SequentialFile } from '../transfer/disk.ts'

const CHUNK_BYTES = 1024 * 1024

/** One file of an export, in a folder or still in its ZIP. */
export interface ExportFile {
  /** Relative to the export, posix separators. */
  path: string
  sizeBytes(): Promise<number>
  /** Its bytes in chunks, each lent until the next. */
  bytes(signal: AbortSignal): AsyncIterable<Buffer>
  /** Lends the file as a path on disk, for readers that need to jump about in it. */
  onDisk<T>(signal: AbortSignal, use: (path: string) => Promise<T>): Promise<T>
}

/** Where the export to read is: its ZIP, the folder it was unpacked into, or nothing of it but its metadata. */
export type ExportPlace =
  /** `spool`: where a file is put that readers need on disk; next to the ZIP if not given. */
  { archive: string; spool?: string } | { dir: string } | { file: string; format: 'json' | 'parquet' }

/** Lends the files of an export at its root or one folder deep, sorted by path, and the number of all its files. */
export async function withExportFiles<T>(
  place: ExportPlace,
  use: (files: ExportFile[], count: number) => Promise<T>,
): Promise<T> {
  if (!('archive' in place)) {
    const files = 'dir' in place ? await filesIn(place.dir) : [fileAt(place.file, basename(place.file))]
    return use(files, files.length)
  }
  const archive = await openArchive(place.archive)
  try {
    const shallow = archive.entries.filter(({ path }) => path.split('/').length <= 2)
    const spool = place.spool ?? `${place.archive}.spool`
    const files = shallow.map((entry) => entryFile(archive, spool, entry))
    return await use(files.sort(byPath), archive.entries.length)
  } finally {
    await archive.file.close()
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
  return paths.map((path) => fileAt(join(dir, path), path)).sort(byPath)
}

function fileAt(onDisk: string, path: string): ExportFile {
  return {
    path,
    sizeBytes: async () => (await stat(onDisk)).size,
    bytes: (signal) => bytesOf(onDisk, signal),
    onDisk: (_signal, use) => use(onDisk),
  }
}

/** The bytes of a file in chunks, each lent until the next: reading gigabytes leaves nothing to collect. */
async function* bytesOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  signal.throwIfAborted()
  const file = await open(path, 'r')
  try {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(chunk)
      signal.throwIfAborted()
      if (bytesRead === 0) return
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function entryFile(archive: Archive, spool: string, entry: ArchiveEntry): ExportFile {
  return {
    path: entry.path,
    sizeBytes: async () => entry.size,
    bytes: (signal) => openEntry(archive, entry, signal),
    async onDisk(signal, use) {
      try {
        await copy(openEntry(archive, entry, signal), spool)
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
    const file = await SequentialFile.create(path)
    try {
      for await (const chunk of bytes) await file.write(chunk)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw systemFailure(error, 'unpack the metadata', path)
  }
}
