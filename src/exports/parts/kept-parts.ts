import { systemFailure } from '../../system-errors.ts'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { look } from '../earlier-export.ts'
import type { PartContent } from './content.ts'
import { FILES_FOLDER, type PartRecord, readPart, writePart } from './part-record.ts'
import { takeBack } from './take-back.ts'

const PLAN = 'plan.json'
const CONTENT = 'content.json'
/** Parts older than this (ms) are not put together with fresh ones: the data has most likely changed in between. */
const OLDEST_MS = 24 * 3_600_000

/** What is known of the limits, and goes on being known when the export is continued. */
export interface PlanState {
  /** What the parts belong to: parts of another plan are of no use. */
  key: string
  /** Of everything that is to be exported, as it was listed when the plan was made. */
  listing: string
  /** As `LearnedCap` gives it; `undefined` while nothing was refused. */
  cap: unknown
}

const plan = z.object({
  schema_version: z.literal(1),
  created_at: z.number(),
  key: z.string(),
  listing: z.string(),
  cap: z.unknown().optional(),
})

const contentOnDisk = z.object({
  clusters: z.array(z.object({ id: z.string(), items: z.number() })),
  mediaIds: z.array(z.string()),
  exportId: z.string().optional(),
})

/** What is remembered of a whole part; the list of its files, which can be very long, stays on disk. */
export interface WholePart extends Omit<PartRecord, 'files'> {
  /** Of all its files. */
  unpackedBytes: number
}

/** A part that is under way or whole. */
export interface KeptPart {
  number: number
  folder: string
  content: PartContent
  /** Its export in Visual Layer, once one was started. */
  exportId: string | undefined
  /** There once it is whole. */
  record: WholePart | undefined
}

/**
 * The parts of an export, each in a folder of its own, kept on disk until the export is whole: a step that is run again finds
 * them and goes on with the rest.
 *
 * `plan.json` says what they are parts of; `0001/content.json` what a part asks for and which export brings it;
 * `0001/part.json`, written last, that the part is whole, with its files in `0001/files`.
 */
export class KeptParts {
  readonly folder: string
  readonly parts: KeptPart[] = []
  readonly #now: () => number
  #createdAt: number
  #saved: Promise<void> = Promise.resolve()

  private constructor(folder: string, now: () => number) {
    this.folder = folder
    this.#now = now
    this.#createdAt = now()
  }

  /** Whether parts with this key lie in a folder, and are not too old to be continued. */
  static async areIn(folder: string, key: string, now: number): Promise<boolean> {
    const found = await readPlan(folder)
    return found !== undefined && found.key === key && now - found.created_at < OLDEST_MS
  }

  /**
   * Opens the folder: with the parts of an earlier run where they belong to the same plan, else emptied. What an earlier run had
   * begun to put into place beside it, when it was stopped, is taken back first. Throws `operation_failed` for the disk.
   *
   * @param folder in the output folder of the export
   * @param now the wall clock, in ms since the epoch
   */
  static async open(
    folder: string,
    wanted: Omit<PlanState, 'cap'>,
    now: () => number,
  ): Promise<{ kept: KeptParts; cap: unknown; discarded: string | undefined }> {
    const kept = new KeptParts(folder, now)
    const found = await readPlan(folder)
    await onDisk('take back what a stopped step had put into place', folder, () => takeBack(folder))
    const discarded = whyNot(found, wanted, now())
    if (found && discarded === undefined) {
      await kept.#load(found.created_at)
      return { kept, cap: found.cap, discarded }
    }
    await kept.remove()
    await onDisk('make a folder for the parts', folder, () => mkdir(folder, { recursive: true }))
    return { kept, cap: undefined, discarded }
  }

  get whole(): (KeptPart & { record: WholePart })[] {
    return this.parts.filter((part): part is KeptPart & { record: WholePart } => part.record !== undefined)
  }

  /** One after the other: parts end together. */
  async save(state: PlanState): Promise<void> {
    const saved = this.#saved.catch(() => undefined).then(async () => this.#save(state))
    this.#saved = saved
    await saved
  }

  async #save(state: PlanState): Promise<void> {
    await this.#write(join(this.folder, PLAN), { schema_version: 1, created_at: this.#createdAt, ...state })
  }

  /** A new part, with a folder and no bytes. */
  async add(content: PartContent): Promise<KeptPart> {
    const taken = new Set(this.parts.map((part) => part.number))
    let number = 1
    while (taken.has(number)) number += 1
    const part: KeptPart = { number, folder: this.#folderOf(number), content, exportId: undefined, record: undefined }
    this.parts.push(part)
    await onDisk('make a folder for a part', part.folder, () => mkdir(part.folder, { recursive: true }))
    await this.#saveContent(part)
    return part
  }

  async started(part: KeptPart, exportId: string | undefined): Promise<void> {
    part.exportId = exportId
    await this.#saveContent(part)
  }

  async finish(part: KeptPart, record: PartRecord): Promise<void> {
    await writePart(part.folder, record)
    part.record = remembered(record)
  }

  /** Takes a part for one that was asked for less. */
  async narrow(part: KeptPart, content: PartContent): Promise<void> {
    part.content = content
    await this.#saveContent(part)
  }

  /** Forgets a part that came to nothing. */
  async drop(part: KeptPart): Promise<void> {
    // Its number is free again only when its folder is gone: the next part may be added meanwhile.
    await onDisk('remove a part', part.folder, () => rm(part.folder, { recursive: true, force: true }))
    this.parts.splice(this.parts.indexOf(part), 1)
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    this.parts.length = 0
    this.#createdAt = this.#now()
    await onDisk('remove the parts', this.folder, () => rm(this.folder, { recursive: true, force: true }))
  }

  async #load(createdAt: number): Promise<void> {
    this.#createdAt = createdAt
    const numbers = (await readdir(this.folder)).filter((name) => /^\d{4,9}$/.test(name)).map(Number)
    for (const number of numbers.sort((one, other) => one - other)) {
      const folder = this.#folderOf(number)
      const content = contentOnDisk.safeParse(await readJson(join(folder, CONTENT)))
      if (!content.success) {
        await rm(folder, { recursive: true, force: true })
        continue
      }
      const { exportId, ...asked } = content.data
      const record = await readPart(folder, join(this.folder, FILES_FOLDER))
      this.parts.push({ number, folder, content: asked, exportId, record: record && remembered(record) })
    }
  }

  #folderOf(number: number): string {
    return join(this.folder, String(number).padStart(4, '0'))
  }

  async #saveContent({ folder, content, exportId }: KeptPart): Promise<void> {
    await this.#write(join(folder, CONTENT), { ...content, exportId })
  }

  /** Under another name first, so that no half of it is ever read. */
  async #write(path: string, value: unknown): Promise<void> {
    await onDisk('keep account of the parts', path, async () => {
      await writeFile(`${path}.tmp`, JSON.stringify(value))
      await rename(`${path}.tmp`, path)
    })
  }
}

function remembered({ files, ...record }: PartRecord): WholePart {
  return { ...record, unpackedBytes: files.reduce((sum, { size_bytes: size }) => sum + size, 0) }
}

async function readPlan(folder: string): Promise<z.infer<typeof plan> | undefined> {
  const result = plan.safeParse(await readJson(join(folder, PLAN)))
  return result.success ? result.data : undefined
}

/** Why what lies in the folder cannot be continued; `undefined` where it can, or there is nothing. */
function whyNot(
  found: z.infer<typeof plan> | undefined,
  wanted: Omit<PlanState, 'cap'>,
  now: number,
): string | undefined {
  if (!found) return undefined
  if (found.key !== wanted.key) return 'they are parts of another export'
  if (found.listing !== wanted.listing) return 'the dataset has changed since'
  return now - found.created_at >= OLDEST_MS ? 'they are more than a day old' : undefined
}

async function readJson(path: string): Promise<unknown> {
  try {
    // Whatever else lies there, a link to a device say, may never end.
    return look(path)?.isFile() ? (JSON.parse(await readFile(path, 'utf8')) as unknown) : undefined
  } catch {
    // What cannot be read is as good as not there: it is made anew.
    return undefined
  }
}

async function onDisk<T>(doing: string, path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    throw systemFailure(error, doing, path)
  }
}
