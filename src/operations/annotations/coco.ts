import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { ActionError } from '../../errors.ts'
import { NotJson, parseExactly, parseJson } from '../../export/records/parse.ts'
import { RecordReader } from '../../export/records/record-reader.ts'
import { isRecord } from '../../visual-layer/reply.ts'
import { type Findings, shownValue } from './findings.ts'

const ARRAYS = ['images', 'categories', 'annotations'] as const
const CHUNK_BYTES = 1024 * 1024
/** An ID that is not exact as a number of JavaScript. */
const LONG_ID = /"(?:image_|category_)?id"\s*:\s*-?\d{16}/

type Id = string | number | bigint

/**
 * Checks an `annotations.json` in COCO's format: its three arrays, the IDs between them, and the boxes. Its arrays may be in any order.
 * An annotation without `bbox` labels the whole image. Rejects if the file cannot be read, or with the signal's reason.
 */
export async function checkCoco(path: string, findings: Findings, signal: AbortSignal): Promise<void> {
  const reader = new CocoReader(path, signal)
  const coco = new Coco(findings)
  try {
    for await (const { first, bytes, starts, ends } of reader.batches()) {
      for (const [index, start] of starts.entries()) {
        const array = reader.opened.findLast((one) => one.first <= first + index)
        if (array) coco.add(array.name, first + index - array.first, bytes.toString('utf8', start, ends[index]))
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    return findings.fault('which is not JSON', error.message)
  }
  coco.end(reader.opened.map(({ name }) => name))
}

/** Splits the file, and names places in it by their line. */
class CocoReader extends RecordReader {
  readonly #path: string

  constructor(path: string, signal: AbortSignal) {
    super(createReadStream(path, { signal, highWaterMark: CHUNK_BYTES }), path, { arrays: ARRAYS, bareArrays: false })
    this.#path = path
  }

  override malformed(why: string, cause?: unknown): ActionError {
    return new ActionError('invalid_input', why, { cause })
  }

  protected override place(byte: number): string {
    return `line ${lineOf(this.#path, byte)}`
  }
}

/** The line that has a byte, from 1. Only used once, for an error. */
function lineOf(path: string, byte: number): number {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let line = 1
    for (let at = 0; at < byte; ) {
      const length = readSync(file, chunk, 0, Math.min(chunk.length, byte - at), at)
      if (length === 0) break
      for (let found = chunk.indexOf(10); found >= 0 && found < length; found = chunk.indexOf(10, found + 1)) line += 1
      at += length
    }
    return line
  } finally {
    closeSync(file)
  }
}

/** The elements of the three arrays, checked against each other. */
class Coco {
  readonly #findings: Findings
  /** Each image, and whether its file is being sent. */
  readonly #images = new Map<Id, boolean>()
  /** The names of the categories. */
  readonly #categories = new Map<Id, string>()
  /** The first annotation that refers to an ID: what it refers to may come later in the file. */
  readonly #imageRefs = new Map<Id, number>()
  readonly #categoryRefs = new Map<Id, number>()
  /** The first category of each image. */
  readonly #labels = new Map<Id, Id>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  add(array: string, index: number, json: string): void {
    const place = `${array}[${index}]`
    const element = this.#parsed(place, json)
    if (!element) return
    if (array === 'annotations') this.#addAnnotation(place, index, element)
    else if (array === 'images') this.#addImage(place, element)
    else this.#addCategory(place, element)
  }

  end(arrays: readonly string[]): void {
    for (const name of ARRAYS) if (!arrays.includes(name)) this.#findings.fault(name, 'this array is missing')
    this.#checkRefs('image_id', 'images', this.#imageRefs, this.#images)
    this.#checkRefs('category_id', 'categories', this.#categoryRefs, this.#categories)
    for (const [image, category] of this.#labels)
      if (this.#images.get(image)) this.#findings.label(this.#categories.get(category) ?? '')
  }

  #parsed(place: string, json: string): Record<string, unknown> | undefined {
    try {
      const value = LONG_ID.test(json) ? parseExactly(json) : parseJson(json)
      if (isRecord(value)) return value
      this.#findings.fault(place, 'it is not an object')
    } catch (error) {
      if (!(error instanceof NotJson || error instanceof SyntaxError)) throw error
      this.#findings.fault(place, `it is not JSON (${error.message})`)
    }
    return undefined
  }

  #addImage(place: string, { id, file_name: name }: Record<string, unknown>): void {
    const isNamed = typeof name === 'string' && name.trim() !== ''
    if (!isNamed) this.#findings.fault(place, 'file_name is missing')
    const sent = isNamed && this.#findings.refer(name)
    if (this.#isNew(place, id, this.#images)) this.#images.set(id, sent)
  }

  #addCategory(place: string, { id, name }: Record<string, unknown>): void {
    if (typeof name !== 'string' || name.trim() === '') this.#findings.fault(place, 'name is missing')
    if (this.#isNew(place, id, this.#categories)) this.#categories.set(id, typeof name === 'string' ? name : '')
  }

  #addAnnotation(place: string, index: number, annotation: Record<string, unknown>): void {
    const { image_id: image, category_id: category, bbox } = annotation
    if (isId(image)) keepFirst(this.#imageRefs, image, index)
    else this.#findings.fault(place, 'image_id is missing')
    if (isId(category)) {
      keepFirst(this.#categoryRefs, category, index)
      if (isId(image)) keepFirst(this.#labels, image, category)
    } else this.#findings.fault(place, 'category_id is missing')
    if (bbox === undefined || bbox === null || isBox(bbox)) return
    const rule = 'it must be [x, y, width, height] with a width and a height above 0'
    this.#findings.fault(place, `bbox is ${shownValue(bbox)}; ${rule}`)
  }

  #isNew(place: string, id: unknown, known: ReadonlyMap<Id, unknown>): id is Id {
    if (!isId(id)) this.#findings.fault(place, 'id is missing')
    else if (known.has(id)) this.#findings.fault(place, `the id ${shownValue(id)} occurs more than once`)
    else return true
    return false
  }

  #checkRefs(field: string, array: string, refs: ReadonlyMap<Id, number>, known: ReadonlyMap<Id, unknown>): void {
    for (const [id, index] of refs) {
      if (known.has(id)) continue
      this.#findings.fault(`annotations[${index}]`, `${field} ${shownValue(id)} is not the id of any entry in ${array}`)
    }
  }
}

function keepFirst<T>(refs: Map<Id, T>, id: Id, value: T): void {
  if (!refs.has(id)) refs.set(id, value)
}

function isId(value: unknown): value is Id {
  return typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value !== '')
}

function isBox(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 4 || !value.every((one) => Number.isFinite(one))) return false
  const [, , width, height] = value.map(Number)
  return (width ?? 0) > 0 && (height ?? 0) > 0
}
