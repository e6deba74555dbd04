import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { requireSpace } from '../../transfer/disk.ts'
import { canonical } from '../canonical.ts'
import { RecordReader } from '../records.ts'
import { DistinctRecords } from './distinct-records.ts'
import { MergedJson } from './merged-json.ts'
import { changedOnDisk, type MergedRecords, type MergePass, type PartHead } from './part-head.ts'
import { FILES_FOLDER } from './part-record.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Makes one `metadata.json` of those of the parts: the bytes of each record as they are, each media item once; `info` and whatever
 * else is there as the first part has it, but for `total_media_items`, which is the true number. Reads each file once, in order.
 *
 * @param path of the new file; one that is there is written over. It is gone if this fails.
 */
export async function mergeJson(heads: readonly PartHead[], path: string, pass: MergePass): Promise<MergedRecords> {
  const bytes = heads.flatMap(({ metadata }) => metadata.map((file) => file.size_bytes))
  await requireSpace(path, [{ bytes: total(bytes), purpose: 'put its metadata together' }])
  const members = new Members(await infoOf(heads[0], pass.signal))
  try {
    const merged = await MergedJson.create(path, members.info, total(heads.map(({ mediaCount }) => mediaCount)))
    try {
      return await copyRecords(heads, merged, members, pass)
    } finally {
      await merged.close()
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  }
}

async function copyRecords(
  heads: readonly PartHead[],
  merged: MergedJson,
  members: Members,
  { signal, onProgress }: MergePass,
): Promise<MergedRecords> {
  const records = new DistinctRecords()
  let duplicates = 0
  let differing = 0
  for (const [index, head] of heads.entries()) {
    let count = 0
    for (const { path } of head.metadata) {
      const reader = readerOf(head, path, signal)
      for await (const record of reader) {
        signal.throwIfAborted()
        count += 1
        if (count > head.mediaCount) throw changedOnDisk(head)
        const { novelty, hash } = records.next(record)
        if (novelty === 'again' || novelty === 'in an earlier part') {
          duplicates += 1
          continue
        }
        if (novelty === 'differing') differing += 1
        records.keep(hash)
        const written = merged.add(reader.recordBytes)
        if (written) await written
      }
      members.add(reader)
    }
    if (count !== head.mediaCount) throw changedOnDisk(head)
    records.endPart()
    onProgress?.(index + 1, heads.length)
  }
  const { size, crc32 } = await merged.finish(records.count, members.others)
  const file = { path: 'metadata.json', size_bytes: size, crc32: crc32.toString(16).padStart(8, '0') }
  return { records, duplicates, files: [file], notes: [...members.notes(), ...notesOn(differing)] }
}

function readerOf({ folder, number }: PartHead, path: string, signal: AbortSignal): RecordReader {
  const bytes = createReadStream(join(folder, FILES_FOLDER, path), { signal, highWaterMark: CHUNK_BYTES })
  return new RecordReader(bytes, `${path} (part ${number})`, path === 'metadata.json', true)
}

/** The `info` of a part. It is at the beginning of the file as a rule; otherwise this reads all of it. */
async function infoOf(head: PartHead | undefined, signal: AbortSignal): Promise<unknown> {
  const [file] = head?.metadata ?? []
  if (!head || !file) return undefined
  const reader = readerOf(head, file.path, signal)
  for await (const _ of reader) if (reader.info !== undefined) break
  return reader.info
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

function notesOn(differing: number): string[] {
  if (differing === 0) return []
  return [`Records of media items that the same part tells of already, with other data: ${differing}. All were kept.`]
}

/** What stands in the files beside the records: the first part's counts. */
class Members {
  readonly info: object
  readonly others = new Map<string, unknown>()
  readonly #differing = new Set<string>()

  constructor(info: unknown) {
    this.info = typeof info === 'object' && info !== null && !Array.isArray(info) ? info : {}
  }

  add({ info, others }: RecordReader): void {
    if (datasetOf(info) !== datasetOf(this.info)) this.#differing.add('dataset')
    for (const [name, value] of others) {
      if (!this.others.has(name)) this.others.set(name, value)
      else if (canonical(value) !== canonical(this.others.get(name))) this.#differing.add(name)
    }
  }

  notes(): string[] {
    return [...this.#differing].map(
      (name) => `The parts do not agree on ${JSON.stringify(name)} beside their records. The first part's was kept.`,
    )
  }
}

function datasetOf(info: unknown): string {
  return typeof info === 'object' && info !== null && 'dataset' in info ? canonical(info.dataset) : ''
}
