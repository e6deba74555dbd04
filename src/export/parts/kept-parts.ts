import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { z } from 'zod'
import { isPlain } from '../../paths.ts'
import { systemFailure } from '../../system-errors.ts'
import { look } from '../earlier-export.ts'
import { MANIFEST_NAME, type ManifestFile, writeListing } from '../manifest.ts'
import { FILES_FOLDER, MOVING_NAME } from '../replace-export.ts'
import type { PartContent } from './content.ts'
import { FilesBelow } from './files-below.ts'

const PLAN = 'plan.json'
const CONTENT = 'content.json'
const RECORD = 'part.json'
/** Its presence, without a manifest next to it, says that the export made of the parts is in place. */
const PLACING = 'placing'
/** Parts older than this (ms) are not merged with new ones: the data has most likely changed in between. */
const OLDEST_MS = 24 * 3_600_000
/** The longest record that is read, in bytes: that of some four million files. */
const LARGEST_RECORD = 500 * 1024 * 1024

/** What the parts belong to: parts of another plan are of no use. */
export interface PlanState {
  key: string
  /** Of everything that is to be exported, as it was listed when the plan was made. */
  listing: string
  /** The most items that a part may contain; absent while nothing was rejected. */
  cap?: number | undefined
}

const planSchema = z.object({
  schema_version: z.literal(2),
  created_at: z.number(),
  key: z.string(),
  listing: z.string(),
  cap: z.int().positive().optional(),
})

const contentSchema = z.object({
  clusters: z.array(z.object({ id: z.string(), items: z.number() })),
  mediaIds: z.array(z.string()),
  exportId: z.string().optional(),
})

const count = z.int().nonnegative()
const recordSchema = z.object({
  exportId: z.string(),
  sizeBytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  files: z.array(
    z.object({
      path: z.string().refine(isPlain),
      original_name: z.string().exactOptional(),
      size_bytes: count,
      crc32: z.string().regex(/^[0-9a-f]{8}$/),
    }),
  ),
})

/** What came of a part, in `part.json` in its folder, next to `files/`. Written last: a folder with it is a whole part. */
export interface PartRecord {
  exportId: string
  /** Of the ZIP that was downloaded, and so is its hash, in hex. */
  sizeBytes: number
  sha256: string
  /** All files of the part, relative to `files/`. */
  files: ManifestFile[]
}

/** One of several exports that together make up the requested export. */
export interface Part {
  /** From 1. */
  readonly number: number
  readonly folder: string
  readonly content: PartContent
  /** Its export in Visual Layer, once one was started. */
  exportId: string | undefined
  /** Set once it is whole. The list of its files, which can be very long, stays on disk. */
  whole: (Omit<PartRecord, 'files'> & { unpackedBytes: number }) | undefined
}

/** A part that is on disk completely. */
export interface WholePart extends Omit<PartRecord, 'files'> {
  number: number
  folder: string
  content: PartContent
  unpackedBytes: number
  /** Reads the list of its files. Throws `operation_failed` if it is no longer there. */
  files(): ManifestFile[]
}

/**
 * The parts of an export, each in a folder of its own, kept on disk until the export is in place: a step that is run again finds them and
 * continues with the rest.
 *
 * `plan.json` says what they are parts of; `0001/content.json` what a part asks for and which export brings it; `0001/part.json`, written
 * last, that the part is whole, with its files in `0001/files`.
 */
export class KeptParts {
  readonly folder: string
  readonly parts: Part[] = []
  readonly #createdAt: number
  #saved: Promise<void> = Promise.resolve()

  private constructor(folder: string, createdAt: number) {
    this.folder = folder
    this.#createdAt = createdAt
  }

  /** Whether there are parts with this key in a folder that are not too old. */
  static async areIn(folder: string, key: string, now: number): Promise<boolean> {
    const found = await readPlan(folder)
    return found !== undefined && found.key === key && now - found.created_at < OLDEST_MS
  }

  /**
   * Opens the folder: with the parts of an earlier run if they belong to the same plan, else emptied. Throws `operation_failed` for the disk.
   *
   * @param now the wall clock, in ms since the epoch
   */
  static async open(
    folder: string,
    wanted: PlanState,
    now: number,
  ): Promise<{ kept: KeptParts; cap: number | undefined; discarded: string | undefined }> {
    const found = await readPlan(folder)
    const discarded = whyNot(found, wanted, now)
    if (found && discarded === undefined) {
      const kept = new KeptParts(folder, found.created_at)
      await kept.#load()
      return { kept, cap: found.cap, discarded }
    }
    const kept = new KeptParts(folder, now)
    await kept.remove()
    await onDisk('make a folder for the parts', folder, () => mkdir(folder, { recursive: true }))
    return { kept, cap: undefined, discarded }
  }

  get whole(): WholePart[] {
    return this.parts.flatMap(({ number, folder, content, whole }) =>
      whole ? [{ ...whole, number, folder, content, files: () => filesOf(folder) }] : [],
    )
  }

  /** One after the other: parts end together. */
  async save(state: PlanState): Promise<void> {
    const value = { schema_version: 2, created_at: this.#createdAt, ...state }
    const saved = this.#saved.catch(() => undefined).then(async () => write(join(this.folder, PLAN), value))
    this.#saved = saved
    await saved
  }

  /** A new part, with a folder and no bytes. */
  async add(content: PartContent): Promise<Part> {
    const taken = new Set(this.parts.map((part) => part.number))
    let number = 1
    while (taken.has(number)) number += 1
    const part: Part = { number, folder: this.#folderOf(number), content, exportId: undefined, whole: undefined }
    this.parts.push(part)
    await onDisk('make a folder for a part', part.folder, () => mkdir(part.folder, { recursive: true }))
    await this.started(part, undefined)
    return part
  }

  async started(part: Part, exportId: string | undefined): Promise<void> {
    part.exportId = exportId
    await write(join(part.folder, CONTENT), { ...part.content, exportId })
  }

  /** Marks a part as whole. Call it when all of its files are in place. */
  async finish(part: Part, { files, ...record }: PartRecord): Promise<void> {
    const path = join(part.folder, RECORD)
    await onDisk('keep a finished part of the export', path, () => writeListing(path, record, files))
    part.whole = remembered({ ...record, files })
  }

  /** Forgets a part that came to nothing. */
  async drop(part: Part): Promise<void> {
    // Its number is free again only once its folder is gone: the next part may be added before that.
    await onDisk('remove a part', part.folder, () => rm(part.folder, { recursive: true, force: true }))
    this.parts.splice(this.parts.indexOf(part), 1)
  }

  /** Notes that the export made of them is moved into place from now on: if that succeeds, they are of no further use. */
  async placing(): Promise<void> {
    await write(join(this.folder, PLACING), {})
  }

  /** Removes all of them. */
  async remove(): Promise<void> {
    this.parts.length = 0
    await onDisk('remove the parts', this.folder, async () => {
      // First: whatever is left without it is of no use.
      await rm(join(this.folder, PLAN), { force: true })
      await rm(this.folder, { recursive: true, force: true })
    })
  }

  async #load(): Promise<void> {
    const numbers = (await readdir(this.folder)).filter((name) => /^\d{4,9}$/.test(name)).map(Number)
    for (const number of numbers.sort((one, other) => one - other)) {
      const folder = this.#folderOf(number)
      const content = contentSchema.safeParse(await readJson(join(folder, CONTENT)))
      if (!content.success) {
        await rm(folder, { recursive: true, force: true })
        continue
      }
      const { exportId, ...asked } = content.data
      const record = await readWhole(folder)
      const whole = record && remembered(record)
      this.parts.push({ number, folder, content: asked, exportId, whole })
    }
  }

  #folderOf(number: number): string {
    return join(this.folder, String(number).padStart(4, '0'))
  }
}

function remembered({ files, ...record }: PartRecord): Part['whole'] {
  return { ...record, unpackedBytes: files.reduce((sum, { size_bytes: size }) => sum + size, 0) }
}

/** The record of a part; `undefined` if it is not whole: no `part.json` of ours, a file missing, of another size, or no plain file. */
async function readWhole(folder: string): Promise<PartRecord | undefined> {
  const record = recordSchema.safeParse(await readJson(join(folder, RECORD)))
  if (!record.success) return undefined
  const there = new FilesBelow(join(folder, FILES_FOLDER))
  for (const [index, { path, size_bytes: size }] of record.data.files.entries()) {
    if (index % 1024 === 1023) await breathe()
    if (there.sizeOf(path) !== size) return undefined
  }
  return record.data
}

function filesOf(folder: string): ManifestFile[] {
  const path = join(folder, RECORD)
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).files
  } catch (error) {
    throw systemFailure(error, 'read a finished part of the export', path)
  }
}

/** The plan of parts that are not in place yet. */
async function readPlan(folder: string): Promise<z.infer<typeof planSchema> | undefined> {
  const isPending = [MANIFEST_NAME, MOVING_NAME].some((name) => look(join(folder, name)))
  if (look(join(folder, PLACING)) && !isPending) return undefined
  const result = planSchema.safeParse(await readJson(join(folder, PLAN)))
  return result.success ? result.data : undefined
}

/** Why what is in the folder cannot be continued; `undefined` if it can, or there is nothing. */
function whyNot(found: z.infer<typeof planSchema> | undefined, wanted: PlanState, now: number): string | undefined {
  if (!found) return undefined
  if (found.key !== wanted.key) return 'they are parts of another export'
  if (found.listing !== wanted.listing) return 'the dataset has changed since'
  return now - found.created_at >= OLDEST_MS ? 'they are more than a day old' : undefined
}

async function readJson(path: string): Promise<unknown> {
  try {
    const found = look(path)
    // Anything else, a link to a device for example, may never end.
    if (!found?.isFile() || found.size > LARGEST_RECORD) return undefined
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch {
    // What cannot be read is made again.
    return undefined
  }
}

/** Under another name first, so that no half of it is ever read. */
async function write(path: string, value: unknown): Promise<void> {
  await onDisk('keep account of the parts', path, async () => {
    await writeFile(`${path}.tmp`, JSON.stringify(value))
    await rename(`${path}.tmp`, path)
  })
}

async function onDisk<T>(doing: string, path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    throw systemFailure(error, doing, path)
  }
}
