import { systemFailure } from '../../system-errors.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { z } from 'zod'
import { isPlain } from '../../paths.ts'
import { look } from '../earlier-export.ts'
import { type ManifestFile, writeListing } from '../manifest.ts'
import { FilesBelow } from './files-below.ts'
import { nameOfPart } from './places.ts'

const RECORD_NAME = 'part.json'
/** The folder in a part's folder that its archive was unpacked into. */
export const FILES_FOLDER = 'files'

/** The longest record that is read, in bytes: that of some four million files. */
const LARGEST_RECORD = 500 * 1024 * 1024

/** What is kept of a finished part, in `part.json` in its folder, beside `files/`. Written last: a folder with it is a whole part. */
export interface PartRecord {
  /** Counted from 1. */
  number: number
  exportId: string
  /** Of the ZIP that was downloaded, and so is its hash, in hex. */
  sizeBytes: number
  sha256: string
  mediaCount: number
  contentDigest: string
  /** How many clusters and how many single media were asked for. */
  content: { clusters: number; media: number }
  /** Where the records are: relative to `files/`, posix separators, and in `files` as well. */
  metadataFiles: string[]
  /** All files of the part, relative to `files/`. */
  files: ManifestFile[]
}

const count = z.int().nonnegative()
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const plainPath = z.string().refine(isPlain)

const recordSchema = z
  .object({
    number: z.int().positive(),
    exportId: z.string(),
    sizeBytes: count,
    sha256: hash,
    mediaCount: count,
    contentDigest: hash,
    content: z.object({ clusters: count, media: count }),
    metadataFiles: z.array(plainPath).min(1),
    files: z.array(
      z.object({
        path: plainPath,
        original_name: z.string().exactOptional(),
        size_bytes: count,
        crc32: z.string().regex(/^[0-9a-f]{8}$/),
      }),
    ),
  })
  .refine(({ files, metadataFiles }) => {
    const paths = new Set(files.map((file) => file.path))
    return paths.size === files.length && metadataFiles.every((file) => paths.has(file))
  })

/** Marks a part as whole. Call it when all of its files are in place. Throws an `ActionError` for the disk. */
export async function writePart(folder: string, { files, ...head }: PartRecord): Promise<void> {
  const place = join(folder, RECORD_NAME)
  try {
    await writeListing(place, head, files)
  } catch (error) {
    throw systemFailure(error, 'keep a finished part of the export', place)
  }
}

/**
 * The record of a part, whose files it looks for one by one. `undefined` when the part is not whole: no `part.json` or not one of
 * ours, a file missing, of another size or no plain file.
 *
 * @param merged the `files` folder of a merge that may have been stopped half-way: files that it moved there count as the part's
 */
export async function readPart(folder: string, merged?: string): Promise<PartRecord | undefined> {
  const record = await readRecord(folder)
  if (!record) return undefined
  const metadata = new Set(record.metadataFiles)
  const own = new FilesBelow(join(folder, FILES_FOLDER))
  const moved = merged === undefined ? undefined : new FilesBelow(merged)
  for (const [index, { path, size_bytes: size }] of record.files.entries()) {
    if (index % 1024 === 1023) await breathe()
    if (own.sizeOf(path) === size) continue
    if (!moved || metadata.has(path)) return undefined
    if (moved.sizeOf(path) !== size && moved.sizeOf(nameOfPart(path, record.number)) !== size) return undefined
  }
  return record
}

/** The record of a part, without a look at its files. `undefined` when there is none or it is not one of ours. */
export async function readRecord(folder: string): Promise<PartRecord | undefined> {
  const place = join(folder, RECORD_NAME)
  try {
    const stats = look(place)
    if (!stats?.isFile() || stats.size > LARGEST_RECORD) return undefined
    const result = recordSchema.safeParse(JSON.parse(await readFile(place, 'utf8')))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
