import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { inspectExport } from '../../../src/exports/inspect.ts'
import type { ManifestFile, ManifestOrigin } from '../../../src/exports/manifest.ts'
import { mergeParts, type MergeOptions } from '../../../src/exports/parts/merge.ts'
import { writePart } from '../../../src/exports/parts/part-record.ts'

export type FileTexts = Record<string, string | Buffer>

const origin: ManifestOrigin<null> = {
  dataset: { id: 'd-1', name: 'cats' },
  export: { id: null, format: 'json', include_images: true, entity_type: 'IMAGES', selection: null },
  exported_at: '2026-01-02T03:04:05Z',
  produced_by: { action: '1.0.0' },
}

/** Lays out a part as it is kept when it was unpacked; returns its folder. */
export async function makePart(parts: string, number: number, files: FileTexts): Promise<string> {
  const folder = join(parts, String(number))
  const listed: ManifestFile[] = []
  for (const [path, text] of Object.entries(files)) {
    const place = join(folder, 'files', path)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, text)
    const bytes = Buffer.from(text)
    listed.push({ path, size_bytes: bytes.length, crc32: crc32(bytes).toString(16).padStart(8, '0') })
  }
  const { mediaCount, contentDigest, metadataFiles } = await inspectExport({
    dir: join(folder, 'files'),
    signal: new AbortController().signal,
  })
  await writePart(folder, {
    number,
    exportId: `export-${number}`,
    sizeBytes: 1000 + number,
    sha256: createHash('sha256').update(String(number)).digest('hex'),
    mediaCount,
    contentDigest,
    content: { clusters: number, media: 0 },
    metadataFiles,
    files: listed,
  })
  return folder
}

/** Merges parts that lie beside the folder to work in. */
export function merge(work: string, folders: readonly string[], more: Partial<MergeOptions> = {}) {
  return mergeParts({ folders, work, origin, signal: new AbortController().signal, ...more })
}

/** A signal that aborts when it is asked for the `times`th time whether it has. */
export function abortingAfter(times: number): { signal: AbortSignal; reason: Error; asked: () => number } {
  const controller = new AbortController()
  const reason = new Error('cancelled')
  let asked = 0
  const { signal } = controller
  const ask = signal.throwIfAborted.bind(signal)
  signal.throwIfAborted = () => {
    asked += 1
    if (asked === times) controller.abort(reason)
    ask()
  }
  return { signal, reason, asked: () => asked }
}

/** The manifest that a merge wrote. */
export async function manifestIn(work: string): Promise<Record<string, unknown> & { files: ManifestFile[] }> {
  return JSON.parse(await readFile(join(work, 'manifest.json'), 'utf8'))
}
