import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { ManifestFile, ManifestOrigin, ManifestShard } from '../../../src/export/manifest.ts'
import type { WholePart } from '../../../src/export/parts/kept-parts.ts'
import { Merge, type Merged, type MergeOptions } from '../../../src/export/parts/merge.ts'
import { clustersOf } from './part-content.ts'

export type FileTexts = Record<string, string | Buffer>

const origin: ManifestOrigin<null> = {
  dataset: { id: 'd-1', name: 'cats' },
  export: { id: null, format: 'json', include_images: true, entity_type: 'IMAGES', selection: null },
  exported_at: '2026-01-02T03:04:05Z',
  produced_by: { action: '1.0.0' },
}

/** Lays out a part as it is kept when it was unpacked. It asked for as many clusters as its number says. */
export async function makePart(parts: string, number: number, files: FileTexts): Promise<WholePart> {
  const folder = join(parts, String(number))
  const listed: ManifestFile[] = []
  for (const [path, text] of Object.entries(files)) {
    const place = join(folder, 'files', path)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, text)
    const bytes = Buffer.from(text)
    listed.push({ path, size_bytes: bytes.length, crc32: crc32(bytes).toString(16).padStart(8, '0') })
  }
  return {
    number,
    folder,
    content: { clusters: clustersOf(...Array.from({ length: number }, () => 1)), mediaIds: [] },
    exportId: `export-${number}`,
    sizeBytes: 1000 + number,
    sha256: createHash('sha256').update(String(number)).digest('hex'),
    unpackedBytes: listed.reduce((sum, { size_bytes: size }) => sum + size, 0),
    files: () => listed,
  }
}

export interface Merging extends Partial<MergeOptions> {
  shard?: ManifestShard
}

/** Merges parts into a folder that exists, on their disk. */
export async function merge(work: string, parts: readonly WholePart[], { shard, ...more }: Merging = {}) {
  const merging = new Merge({ work, format: 'json', wanted: {}, signal: new AbortController().signal, ...more })
  let merged: Merged
  try {
    for (const part of parts) await merging.add(part)
    merged = await merging.finish(origin, shard)
  } finally {
    await merging.close()
  }
  return merged
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
