import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folded } from '../../paths.ts'
import { systemFailure } from '../../system-errors.ts'
import { SequentialFile, writeFully } from '../../transfer/disk.ts'
import { ANNOTATIONS_NAME, checksumText, type ManifestFile, type ManifestOrigin } from '../manifest.ts'
import { Counting } from '../records/counts.ts'
import type { ReadBatch } from '../records/read-records.ts'
import { ANNOTATION_NUMBERS, type CocoBatch, type CocoLabels } from './coco-batch.ts'
import { count, counted } from '../../numbers.ts'

/** Beyond this many they are no classes, and their names would fill the memory. */
const MOST_CLASSES = 100_000
const ANNOTATION_BYTES = ANNOTATION_NUMBERS * Float64Array.BYTES_PER_ELEMENT
/** Few, so that their texts are small and soon collected. */
const ANNOTATIONS_AT_ONCE = 512

export interface CocoOptions {
  labels: CocoLabels
  /** All classes, in the order of their IDs; without it those of the data, in code point order. */
  classes?: readonly string[] | undefined
}

/** What an `annotations.json` contains. */
export interface CocoSummary {
  images: number
  boxes: number
  imageLabels: number
  classes: number
  /** Annotations that were left out because their class is not in the list of classes. */
  unlisted: Counting
  /** What else was left out, a sentence each. */
  notes: string[]
  /** Where an `annotations.json` that Visual Layer put into the export is now; the first of several. */
  theirs: string | undefined
}

/** Whether a file had to give way to our `annotations.json`. */
export function gaveWay({ original_name: original }: ManifestFile): boolean {
  return original !== undefined && folded(original) === ANNOTATIONS_NAME
}

/**
 * Writes an `annotations.json` in the format of COCO while the records are read. All IDs count from 1, in the order of the records. The
 * annotations are in a file of their own until the end, because only then the IDs of the classes are known.
 *
 * Takes no memory per record, only that of the names of the classes.
 */
export class CocoFile {
  readonly #labels: CocoLabels
  readonly #isListed: boolean
  /** The classes by name, numbered from 0 in the order of the list, or in that of their appearance. */
  readonly #classes: Map<string, number>
  readonly #unlisted = new Counting()
  #images = 0
  #boxes = 0
  #imageLabels = 0
  #badBoxes = 0
  #unnamed = 0
  #nameless = 0
  #beyond = 0
  #open: { folder: string; json: SequentialFile; spool: FileHandle } | undefined

  constructor({ labels, classes }: CocoOptions) {
    this.#labels = labels
    this.#isListed = classes !== undefined
    this.#classes = new Map(classes?.map((name, number) => [name, number]))
  }

  /** What reading must be asked for. */
  get wanted(): { coco: CocoLabels } {
    return { coco: this.#labels }
  }

  /** Begins to write in a work folder. Throws an `ActionError` for the disk, as all methods do. */
  async begin(folder: string): Promise<void> {
    await onDisk(folder, async () => {
      const json = await SequentialFile.create(draftIn(folder))
      this.#open = { folder, json, spool: await open(spoolIn(folder), 'w+') }
      await json.write(Buffer.from('{"images":['))
    })
  }

  async take({ result: { coco } }: ReadBatch): Promise<void> {
    if (!coco || !this.#open) return
    const { folder, json, spool } = this.#open
    const lines = coco.images.map(
      (image, index) => `${this.#images + index === 0 ? '' : ','}\n{"id":${this.#images + index + 1},${image}}`,
    )
    const position = this.#annotations * ANNOTATION_BYTES
    const kept = this.#numbered(coco)
    await onDisk(folder, async () => {
      await json.write(Buffer.from(lines.join('')))
      await writeFully(spool, Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength), position)
    })
    this.#images += coco.images.length
    this.#badBoxes += coco.badBoxes
    this.#unnamed += coco.unnamed
    this.#nameless += coco.nameless
  }

  get #annotations(): number {
    return this.#boxes + this.#imageLabels
  }

  /** The annotations of a batch, changed in place: with the IDs of their images and the numbers of their classes, without those of other classes. */
  #numbered({ annotations, classes }: CocoBatch): Float64Array {
    let end = 0
    for (let at = 0; at < annotations.length; at += ANNOTATION_NUMBERS) {
      const number = this.#classNumber(classes[annotations[at + 1] ?? 0] ?? '')
      if (number === undefined) continue
      annotations.copyWithin(end, at, at + ANNOTATION_NUMBERS)
      annotations[end] = this.#images + (annotations[end] ?? 0) + 1
      annotations[end + 1] = number
      if (Number.isNaN(annotations[end + 2])) this.#imageLabels += 1
      else this.#boxes += 1
      end += ANNOTATION_NUMBERS
    }
    return annotations.subarray(0, end)
  }

  #classNumber(name: string): number | undefined {
    const known = this.#classes.get(name)
    if (known !== undefined) return known
    if (this.#isListed) this.#unlisted.add(name)
    else if (this.#classes.size === MOST_CLASSES) this.#beyond += 1
    else {
      this.#classes.set(name, this.#classes.size)
      return this.#classes.size - 1
    }
    return undefined
  }

  /**
   * Ends the file and moves it into the folder `files`. Throws an `ActionError` for the disk, or the signal's reason.
   *
   * @param contentDigest of the export
   */
  async finish(
    files: string,
    { dataset, produced_by: { action } }: Pick<ManifestOrigin, 'dataset' | 'produced_by'>,
    contentDigest: string,
    signal: AbortSignal,
  ): Promise<{ file: ManifestFile; summary: CocoSummary }> {
    if (!this.#open) throw new Error('the COCO file was not begun')
    const { folder, json, spool } = this.#open
    const names = [...this.#classes.keys()]
    const sorted = this.#isListed ? names : names.toSorted(byCodePoint)
    const ids = new Map(sorted.map((name, index) => [name, index + 1]))
    const classIds = names.map((name) => ids.get(name) ?? 0)
    const categories = sorted.map((name, index) => `\n${JSON.stringify({ id: index + 1, name })}`)
    const { id, name } = dataset
    const info = { dataset: { id, name }, content_digest: contentDigest, produced_by: { action } }
    await onDisk(folder, async () => {
      await json.write(Buffer.from('\n],\n"annotations":['))
      for (let first = 0; first < this.#annotations; first += ANNOTATIONS_AT_ONCE) {
        signal.throwIfAborted()
        const numbers = new Float64Array(Math.min(ANNOTATIONS_AT_ONCE, this.#annotations - first) * ANNOTATION_NUMBERS)
        await readFully(spool, Buffer.from(numbers.buffer), first * ANNOTATION_BYTES)
        await json.write(Buffer.from(annotationLines(numbers, first, classIds)))
      }
      await json.write(
        Buffer.from(`\n],\n"categories":[${categories.join(',')}\n],\n"info":${JSON.stringify(info)}}\n`),
      )
      await json.close()
      await rename(draftIn(folder), join(files, ANNOTATIONS_NAME))
      // Nothing open may be left in the folder: Windows could not remove it.
      await this.close()
    })
    return {
      file: { path: ANNOTATIONS_NAME, size_bytes: json.size, crc32: checksumText(json.crc32) },
      summary: {
        images: this.#images,
        boxes: this.#boxes,
        imageLabels: this.#imageLabels,
        classes: names.length,
        unlisted: this.#unlisted,
        notes: this.#notes(),
        theirs: undefined,
      },
    }
  }

  /** Ends what is being written, and removes what is not finished. */
  async close(): Promise<void> {
    if (!this.#open) return
    const { folder, json, spool } = this.#open
    this.#open = undefined
    await json.close()
    await spool.close()
    await rm(draftIn(folder), { force: true })
    await rm(spoolIn(folder), { force: true })
  }

  #notes(): string[] {
    const leftOut: [number: number, noun: string, which: string][] = [
      [this.#badBoxes, 'object label', 'whose bbox is not four finite numbers with a positive width and height'],
      [this.#unnamed, 'label', 'without a class name'],
      [this.#nameless, 'image', 'without a file name (labels included)'],
      [this.#beyond, 'label', `of classes beyond the first ${count(MOST_CLASSES)}`],
    ]
    return leftOut
      .filter(([number]) => number > 0)
      .map(([number, noun, which]) => `Left out of ${ANNOTATIONS_NAME}: ${counted(number, noun)} ${which}.`)
  }
}

function draftIn(folder: string): string {
  return join(folder, `${ANNOTATIONS_NAME}.partial`)
}

function spoolIn(folder: string): string {
  return join(folder, 'annotations.spool')
}

/** @param first how many annotations there are before these */
function annotationLines(numbers: Float64Array, first: number, classIds: readonly number[]): string {
  let text = ''
  for (let at = 0; at < numbers.length; at += ANNOTATION_NUMBERS) {
    const [x, y, width = 0, height = 0] = [numbers[at + 2], numbers[at + 3], numbers[at + 4], numbers[at + 5]]
    const id = first + at / ANNOTATION_NUMBERS + 1
    const box = Number.isNaN(x) ? '' : `,"bbox":[${x},${y},${width},${height}],"area":${width * height},"iscrowd":0`
    const category = classIds[numbers[at + 1] ?? 0]
    text += `${id === 1 ? '' : ','}\n{"id":${id},"image_id":${numbers[at]},"category_id":${category}${box}}`
  }
  return text
}

/** The order of UTF-8 is that of code points; UTF-16, by which JavaScript compares, has another one. */
function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

async function readFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done)
    if (bytesRead === 0) throw new Error('the file is shorter than what was written to it')
    done += bytesRead
  }
}

async function onDisk(folder: string, body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    throw systemFailure(error, `write ${ANNOTATIONS_NAME}`, folder)
  }
}
