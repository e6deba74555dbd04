import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { diskFailure } from '../transfer/disk.ts'

/** The file that lies beside every export and says what it is. */
export const MANIFEST_NAME = 'manifest.json'

/** What the caller knows of an export: the part of the manifest that does not come from the bytes. */
export interface ManifestOrigin {
  dataset: {
    id: string
    name: string | undefined
    /** The snapshot whose state was exported, in place of the live one. */
    snapshot?: { id: string; name: string } | undefined
  }
  export: {
    id: string
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
  /** The name in the archive, where it had to be changed to be safe on every system. */
  original_name?: string
  size_bytes: number
  /** Eight hex digits. */
  crc32: string
}

/** `manifest.json`, version 1, without its list of files. */
export interface Manifest extends ManifestOrigin {
  schema_version: 1
  /** What was downloaded, whether or not the ZIP was kept. */
  archive: { name: string; size_bytes: number; sha256: string }
  media_count: number
  content_digest: string
  extracted: boolean
}

const FILES_AT_ONCE = 1000

/**
 * Writes a manifest, under another name first, so that no half of one is ever found at `path`. `files` are listed only where the
 * export was unpacked; they are written a thousand at a time. Throws an `ActionError` for the disk.
 */
export async function writeManifest(path: string, manifest: Manifest, files?: readonly ManifestFile[]): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(draft, 'wx')
    try {
      await write(file, manifest, files)
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw diskFailure(error, 'write the manifest', path)
  }
}

async function write(file: FileHandle, manifest: Manifest, files: readonly ManifestFile[] | undefined): Promise<void> {
  const text = JSON.stringify(manifest, null, 2)
  if (!files) return file.appendFile(`${text}\n`)
  await file.appendFile(`${text.slice(0, -2)},\n  "files": [`)
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const lines = files.slice(start, start + FILES_AT_ONCE).map((entry) => `\n    ${JSON.stringify(entry)}`)
    await file.appendFile((start === 0 ? '' : ',') + lines.join(','))
  }
  await file.appendFile(files.length === 0 ? ']\n}\n' : '\n  ]\n}\n')
}

/** What is read back of a manifest. Everything but the version may be missing: another version of this action wrote it. */
const earlierManifest = z.object({
  schema_version: z.number(),
  media_count: z.number().optional(),
  content_digest: z.string().optional(),
  archive: z.object({ name: z.string() }).optional(),
  files: z.array(z.object({ path: z.string() })).default([]),
  produced_by: z.object({ action: z.string() }),
})

/** What a manifest tells of an export that is already there. */
export type EarlierManifest = z.infer<typeof earlierManifest>

const LARGEST_MANIFEST = 256 * 1024 * 1024

/** Reads a manifest. `undefined` when there is none or it is not one of ours; its paths are not to be trusted. */
export async function readManifest(path: string): Promise<EarlierManifest | undefined> {
  try {
    if ((await stat(path)).size > LARGEST_MANIFEST) return undefined
    const result = earlierManifest.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
