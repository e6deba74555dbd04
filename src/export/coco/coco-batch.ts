import { type Item, textOf } from '../records/item.ts'

/** Which labels become annotations: those of objects and of images, or those of objects alone. */
export type CocoLabels = 'all' | 'boxes'

/** How many numbers describe one annotation in {@link CocoBatch.annotations}. */
export const ANNOTATION_NUMBERS = 6

/** What the COCO file gets from some records. It can cross between threads. */
export interface CocoBatch {
  /** The image of each record that has a name: its members after the ID, as JSON text. */
  images: string[]
  /** The names of the classes that the annotations refer to. */
  classes: string[]
  /** Per annotation the index of its image, the index of its class, and the four numbers of its box, which are NaN for an image label. */
  annotations: Float64Array
  /** Object labels that were left out because of their box. */
  badBoxes: number
  /** Labels that were left out because they have no class name. */
  unnamed: number
  /** Records that were left out with their labels because nothing names their file. */
  nameless: number
}

/** Collects what the COCO file gets from records. */
export class CocoBatchBuilder {
  readonly #labels: CocoLabels
  readonly #images: string[] = []
  readonly #classes = new Map<string, number>()
  readonly #annotations: number[] = []
  #badBoxes = 0
  #unnamed = 0
  #nameless = 0

  constructor(labels: CocoLabels) {
    this.#labels = labels
  }

  add({ name, members, metadata }: Item): void {
    if (name.trim() === '') {
      this.#nameless += 1
      return
    }
    const image = this.#images.length
    this.#images.push(`"file_name":${JSON.stringify(name)}${sizeText('width', members)}${sizeText('height', members)}`)
    for (const { type, properties } of metadata) {
      const isBox = type === 'object_label'
      if (!isBox && (type !== 'image_label' || this.#labels === 'boxes')) continue
      // As `class_list` and Visual Layer's readers of annotations take it.
      const className = textOf(properties['category_name'])?.trim() ?? ''
      const box = isBox ? boxIn(properties['bbox']) : NO_BOX
      if (className === '') this.#unnamed += 1
      else if (!box) this.#badBoxes += 1
      else this.#annotations.push(image, this.#classOf(className), ...box)
    }
  }

  end(): CocoBatch {
    return {
      images: this.#images,
      classes: [...this.#classes.keys()],
      annotations: Float64Array.from(this.#annotations),
      badBoxes: this.#badBoxes,
      unnamed: this.#unnamed,
      nameless: this.#nameless,
    }
  }

  #classOf(name: string): number {
    const known = this.#classes.get(name)
    if (known !== undefined) return known
    this.#classes.set(name, this.#classes.size)
    return this.#classes.size - 1
  }
}

type Box = readonly [x: number, y: number, width: number, height: number]

const NO_BOX: Box = [Number.NaN, Number.NaN, Number.NaN, Number.NaN]

/**
 * The `bbox` of an object label, which exports give in the order of COCO: left, top, width, and height in pixels (docs and clients).
 * `undefined` unless it is four finite numbers with a positive size.
 */
function boxIn(value: unknown): Box | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined
  const [x = NaN, y = NaN, width = NaN, height = NaN] = value.map(numberIn)
  const isSized = width > 0 && height > 0 && width * height > 0
  return isSized && [x, y, width * height].every(Number.isFinite) ? [x, y, width, height] : undefined
}

function sizeText(name: 'width' | 'height', members: Item['members']): string {
  const size = numberIn(members?.[name])
  return size > 0 && Number.isFinite(size) ? `,"${name}":${size}` : ''
}

/** NaN for what is no number. */
function numberIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN
}
