import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ActionError } from '../../errors.ts'
import { systemFailure } from '../../system-errors.ts'
import { isRecord } from '../../visual-layer/reply.ts'
import { type CocoFile, type CocoSummary, gaveWay } from '../coco/coco-file.ts'
import {
  ANNOTATIONS_NAME,
  checksumText,
  type Manifest,
  MANIFEST_NAME,
  type ManifestFile,
  type ManifestOrigin,
  type ManifestPart,
  type ManifestShard,
  OWN_NAMES,
  writeManifest,
} from '../manifest.ts'
import { canonicalText } from '../records/canonical.ts'
import { HASH_BYTES } from '../records/digest.ts'
import { IdTable, KEY_WORDS, uuidOf } from '../records/id-table.ts'
import { type ExportRecords, type MetadataFormat, readExport } from '../records/metadata-files.ts'
import { readBytes, type Wanted } from '../records/read-batch.ts'
import { type ReadBatch, RecordSummary } from '../records/read-records.ts'
import type { RecordReader } from '../records/record-reader.ts'
import { FILES_FOLDER } from '../replace-export.ts'
import type { WholePart } from './kept-parts.ts'
import { MergedFiles } from './merged-files.ts'
import { MergedJson } from './merged-json.ts'

export interface MergeOptions {
  /** The folder to work in, on the disk of the parts; it exists. */
  work: string
  format: MetadataFormat
  wanted: Wanted
  signal: AbortSignal
  /** Told what every record that is kept adds. */
  take?: ((batch: ReadBatch) => Promise<void> | void) | undefined
  /** Written by `take`, and put next to the metadata. */
  coco?: CocoFile | undefined
}

/** One export made of parts, in `work`/files, with its manifest next to it. */
export interface Merged extends ExportRecords {
  /** Every file, relative to `work`/files, posix separators. */
  paths: string[]
  /** What a reader should know though nothing failed because of it, a sentence each. */
  notes: string[]
  /** What `annotations.json` contains, if it was written. */
  coco?: CocoSummary | undefined
}

/**
 * Makes one export of parts. Each part is added once: its records are read, and those of media items that an earlier part has are left out,
 * because the dataset may have changed between two parts. In the end its files are linked, so that the parts stay whole until the
 * export is in place. JSON becomes one `metadata.json`, with the bytes of each record as they are; the tables of parquet stay as they are,
 * with names by which pandas, DuckDB, and Spark take them for one table.
 *
 * Takes 36 bytes of memory per record, 16 per file, and the paths it returns.
 */
export class Merge {
  readonly #options: MergeOptions
  readonly #summary = new RecordSummary()
  readonly #ids = new IdTable()
  readonly #parts: { part: WholePart; records: ExportRecords }[] = []
  #json: MergedJson | undefined
  #info: unknown
  readonly #others = new Map<string, unknown>()
  readonly #disagreeing = new Set<string>()
  #differing = 0

  constructor(options: MergeOptions) {
    this.#options = options
  }

  /** Records that were kept so far. */
  get mediaCount(): number {
    return this.#summary.mediaCount
  }

  /** Whether there is a record with this `media_id`. */
  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /**
   * Reads the records of a part. Throws `unexpected_reply` if it does not go together with those before it, `corrupt_download` if it is
   * damaged, or the signal's reason.
   */
  async add(part: WholePart): Promise<void> {
    const { wanted, signal, format } = this.#options
    const ofPart = { ids: new IdTable(), hashes: new IdTable() }
    const records = await readExport(
      { dir: join(part.folder, FILES_FOLDER) },
      {
        signal,
        wanted,
        take: (batch) => this.#take(batch, part, ofPart),
        onFile: (file) => this.#addMembers(file),
      },
    )
    if (records.format !== format) {
      const message = `Part ${part.number} of the export is ${records.format}, not ${format}.`
      throw new ActionError('unexpected_reply', message, { todo: RETRY })
    }
    this.#ids.addAll(ofPart.ids)
    this.#parts.push({ part, records })
  }

  async #take(batch: ReadBatch, part: WholePart, ofPart: { ids: IdTable; hashes: IdTable }): Promise<void> {
    const { result, json } = batch
    const hash = new Uint32Array(KEY_WORDS)
    const kept: number[] = []
    const count = result.hashes.length / HASH_BYTES
    for (let index = 0; index < count; index += 1) {
      const at = index * KEY_WORDS
      const isEarlier = this.#ids.hasKey(result.keys, at)
      if (isEarlier && !json) throw exportedTwice(uuidOf(result.keys, at), part)
      const isNew = ofPart.ids.addKey(result.keys, at).isNew
      const view = new DataView(result.hashes.buffer, result.hashes.byteOffset + index * HASH_BYTES)
      for (let word = 0; word < KEY_WORDS; word += 1) hash[word] = view.getUint32(word * 4)
      const isOther = ofPart.hashes.addKey(hash, 0).isNew
      // That one part contains an item twice with differing data is no repetition, and must not be lost.
      if (isEarlier || (json && !isNew && !isOther)) continue
      if (!isNew && json) this.#differing += 1
      kept.push(index)
    }
    if (!json) return this.#keep(batch)
    if (kept.length === 0) return
    const records = { ...json, ...only(json, kept) }
    this.#json ??= await MergedJson.create(this.#draft)
    await this.#json.add(records)
    await this.#keep(
      kept.length === count ? batch : { result: readBytes(records, this.#options.wanted), json: records },
    )
  }

  async #keep(batch: ReadBatch): Promise<void> {
    this.#summary.add(batch.result)
    await this.#options.take?.(batch)
  }

  #addMembers({ info, others }: RecordReader): void {
    this.#info ??= info
    if (datasetOf(info) !== datasetOf(this.#info)) this.#disagreeing.add('dataset')
    for (const [name, value] of others) {
      if (!this.#others.has(name)) this.#others.set(name, value)
      else if (canonicalText(value) !== canonicalText(this.#others.get(name))) this.#disagreeing.add(name)
    }
  }

  /**
   * Makes `work`/files and `work`/manifest.json. Throws an `ActionError` for the disk, or the signal's reason.
   *
   * @param origin what the caller knows of the export; its ID is `null`, because each part has one
   */
  async finish(origin: ManifestOrigin<null>, shard: ManifestShard | undefined): Promise<Merged> {
    const { work, format, coco, signal } = this.#options
    const files = join(work, FILES_FOLDER)
    try {
      await rm(files, { recursive: true, force: true })
      await mkdir(files)
      const merged = new MergedFiles(this.#parts, files, signal)
      const metadata = format === 'json' ? await this.#finishJson(files) : merged.linkTables()
      const contentDigest = this.#summary.contentDigest()
      const written = await coco?.finish(files, origin, contentDigest, signal)
      const own = written ? [...metadata, written.file] : metadata
      const paths = own.map(({ path }) => path)
      const reserved = [...OWN_NAMES, 'metadata.json', ...(written ? [ANNOTATIONS_NAME] : [])]
      const list = async function* () {
        yield* own
        for await (const file of merged.linkOthers(reserved)) {
          paths.push(file.path)
          if (written && gaveWay(file)) written.summary.theirs ??= file.path
          yield file
        }
      }
      const manifest: Manifest = {
        schema_version: 1,
        ...origin,
        media_count: this.mediaCount,
        content_digest: contentDigest,
        extracted: true,
        parts: this.#parts.map(manifestPart),
        ...(shard ? { shard } : {}),
      }
      await writeManifest(join(work, MANIFEST_NAME), manifest, list())
      return {
        mediaCount: this.mediaCount,
        contentDigest,
        statistics: this.#summary.statistics(),
        format,
        metadataFiles: metadata.map(({ path }) => path),
        paths,
        notes: this.#notes(),
        coco: written?.summary,
      }
    } catch (error) {
      signal.throwIfAborted()
      throw systemFailure(error, 'merge the parts of the export', work)
    }
  }

  /** Ends what is being written, and removes what is not finished. */
  async close(): Promise<void> {
    await this.#json?.close()
    await rm(this.#draft, { force: true })
  }

  get #draft(): string {
    return join(this.#options.work, 'metadata.json.partial')
  }

  async #finishJson(files: string): Promise<ManifestFile[]> {
    this.#json ??= await MergedJson.create(this.#draft)
    const info = isRecord(this.#info) ? this.#info : {}
    const others = { ...Object.fromEntries(this.#others), info: { ...info, total_media_items: this.mediaCount } }
    const { size, crc32 } = await this.#json.finish(others)
    await rename(this.#draft, join(files, 'metadata.json'))
    return [{ path: 'metadata.json', size_bytes: size, crc32: checksumText(crc32) }]
  }

  #notes(): string[] {
    const notes = [...this.#disagreeing].map(
      (name) =>
        `The parts have different values of ${JSON.stringify(name)} in metadata.json. The first part's was kept.`,
    )
    if (this.#differing > 0)
      notes.push(`Records with the same media_id but other data in one part: ${this.#differing}. All were kept.`)
    return notes
  }
}

const RETRY = 'Re-run the job. If this keeps happening, send Visual Layer support the export IDs in the log.'

function only({ starts, ends }: { starts: readonly number[]; ends: readonly number[] }, kept: readonly number[]) {
  return { starts: kept.map((index) => starts[index] ?? 0), ends: kept.map((index) => ends[index] ?? 0) }
}

function manifestPart({ part, records }: { part: WholePart; records: ExportRecords }): ManifestPart {
  return {
    number: part.number,
    export_id: part.exportId,
    size_bytes: part.sizeBytes,
    sha256: part.sha256,
    media_count: records.mediaCount,
    content_digest: records.contentDigest,
    clusters: part.content.clusters.length,
    media_ids: part.content.mediaIds.length,
  }
}

function datasetOf(info: unknown): string {
  return isRecord(info) && 'dataset' in info ? canonicalText(info['dataset']) : ''
}

function exportedTwice(id: string, { number, exportId }: WholePart): ActionError {
  return new ActionError(
    'unexpected_reply',
    `The parts of the export overlap: media item ${id} is in part ${number} (export ${exportId}) and in an earlier part. Rows cannot be removed from parquet files, so it would count twice.`,
    {
      todo: `Re-run the job once nobody changes the dataset, or use "export_format: json", where such items are kept once. ${RETRY}`,
    },
  )
}
