import { systemFailure } from '../system-errors.ts'
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import type { ArchiveContents } from '../transfer/archive/unpack.ts'

/** The file next to every export that describes it. */
export const MANIFEST_NAME = 'manifest.json'
/** The file next to the manifest of an export that was compared with a baseline. */
export const COMPARISON_NAME = 'comparison.json'
/** The file that an export's labels are written to in the format of COCO. Visual Layer may have put one of that name into the export. */
export const ANNOTATIONS_NAME = 'annotations.json'
/** Names that no file of an export may have. */
export const OWN_NAMES: readonly string[] = [MANIFEST_NAME, COMPARISON_NAME]

/**
 * What the caller knows of an export: the part of the manifest that does not come from the bytes. `Id` is the type of the export's
 * id: an export in several parts has none of its own.
 */
export interface ManifestOrigin<Id extends string | null = string> {
  dataset: {
    id: string
    name: string | undefined
    /** The snapshot whose state was exported instead of the live one. */
    snapshot?: { id: string; name: string } | undefined
  }
  export: {
    /** `null` where the export was made in parts: each of `parts` has its own. */
    id: Id
    format: 'json' | 'parquet'
    include_images: boolean
    entity_type: string
    /** What was asked for, as the inputs gave it (`vql`, `media_ids`, ...); `null` for all of the dataset. */
    selection: Record<string, unknown> | null
  }
  /** ISO 8601, in UTC. */
  exported_at: string
  /** What made this file. `action` is the action's version; the rest names the workflow run, where there is one. */
  produced_by: {
    action: string
    repository?: string | undefined
    workflow?: string | undefined
    run_id?: string | undefined
    run_attempt?: string | undefined
    sha?: string | undefined
    run_url?: string | undefined
  }
}

/** One unpacked file. */
export interface ManifestFile {
  /** Relative to the manifest, posix separators. */
  path: string
  /** The name in the archive, where it had to be changed to be safe on every system or because another part has a file of that name. */
  original_name?: string
  /** The number of the part it came in; only where the name was changed because of another part. */
  part?: number
  size_bytes: number
  /** Eight hex digits. */
  crc32: string
}

/** A CRC-32 as a manifest has it. */
export function checksumText(crc32: number): string {
  return crc32.toString(16).padStart(8, '0')
}

/** What was unpacked, as a manifest lists it. */
export function listed({ entries }: ArchiveContents): ManifestFile[] {
  return entries.map(({ name, path, size, crc32 }) => ({
    path,
    ...(name === path ? {} : { original_name: name }),
    size_bytes: size,
    crc32: checksumText(crc32),
  }))
}

/** One of the exports that together are the export of a manifest. */
export interface ManifestPart {
  /** Counted from 1. */
  number: number
  export_id: string
  /** Of the ZIP that was downloaded, and so is its hash, in hex. */
  size_bytes: number
  sha256: string
  /** Of this part alone. What a part repeats of an earlier one counts here, and not in the `media_count` of the whole. */
  media_count: number
  content_digest: string
  /** How many clusters and how many single media IDs were asked for. */
  clusters: number
  media_ids: number
}

/** Which shard of the dataset an export is, if several jobs share the work. */
export interface ManifestShard {
  /** Counted from 1. */
  index: number
  of: number
  /** Equal in all shards that were cut from the same contents; only such shards are disjoint and complete together. */
  plan_digest: string
  /** Items in all shards together. */
  total_items: number
}

/** `manifest.json`, version 1, without its list of files. */
export interface Manifest extends ManifestOrigin<string | null> {
  schema_version: 1
  /** What was downloaded, whether or not the ZIP was kept; absent where the export was made in parts. */
  archive?: { name: string; size_bytes: number; sha256: string }
  media_count: number
  content_digest: string
  extracted: boolean
  /** In the order in which they were merged; absent where the export is one of the service's. */
  parts?: readonly ManifestPart[]
  shard?: ManifestShard
}

/** Files to list, made one at a time where there may be very many. */
export type Files = Iterable<ManifestFile> | AsyncIterable<ManifestFile>

const FILES_AT_ONCE = 1000

/**
 * Writes a manifest, under another name first, so that no half of one is ever found at `path`. `files` are listed only where the
 * export was unpacked; they are taken and written a thousand at a time. Throws an `ActionError` for the disk, or what `files` throws.
 */
export async function writeManifest(path: string, manifest: Manifest, files?: Files): Promise<void> {
  try {
    await writeListing(path, manifest, files)
  } catch (error) {
    throw systemFailure(error, 'write the manifest', path)
  }
}

/** Writes an object that is not empty, and `files` as its last member, as JSON; under another name first. Throws what the disk does. */
export async function writeListing(path: string, head: object, files?: Files): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(draft, 'wx')
    try {
      await write(file, head, files)
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

async function write(file: FileHandle, head: object, files: Files | undefined): Promise<void> {
  const text = JSON.stringify(head, null, 2)
  if (!files) return file.appendFile(`${text}\n`)
  await file.appendFile(`${text.slice(0, -2)},\n  "files": [`)
  let lines: string[] = []
  let separator = ''
  const flush = async () => {
    await file.appendFile(separator + lines.join(','))
    separator = ','
    lines = []
  }
  for await (const entry of files) {
    lines.push(`\n    ${JSON.stringify(entry)}`)
    if (lines.length === FILES_AT_ONCE) await flush()
  }
  if (lines.length > 0) await flush()
  await file.appendFile(separator === '' ? ']\n}\n' : '\n  ]\n}\n')
}

/** What is read back of a manifest. Everything but the version may be missing: another version of this action wrote it. */
const earlierManifest = z.object({
  schema_version: z.number(),
  media_count: z.number().optional(),
  content_digest: z.string().optional(),
  archive: z.object({ name: z.string() }).nullish(),
  files: z.array(z.object({ path: z.string() })).default([]),
  produced_by: z.object({ action: z.string() }),
})

/** What a manifest says about an existing export. */
export type EarlierManifest = z.infer<typeof earlierManifest>

const ourComparison = z.object({
  schema_version: z.number(),
  compared_with: z.object({}),
  modified_fields: z.object({}),
})

const LARGEST_MANIFEST = 256 * 1024 * 1024

/** Reads a manifest. `undefined` when there is none or it is not one of ours; its paths are not to be trusted. */
export async function readManifest(path: string): Promise<EarlierManifest | undefined> {
  try {
    const result = earlierManifest.safeParse(await readJson(path))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}

/** Whether a file is a `comparison.json` of ours. */
export async function isComparison(path: string): Promise<boolean> {
  try {
    return ourComparison.safeParse(await readJson(path)).success
  } catch {
    return false
  }
}

/** A file of ours, which may be anybody's. A link to a device or a pipe, which would never end, is not read. */
async function readJson(path: string): Promise<unknown> {
  const found = await stat(path)
  return found.isFile() && found.size <= LARGEST_MANIFEST ? JSON.parse(await readFile(path, 'utf8')) : undefined
}
