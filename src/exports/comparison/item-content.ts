import { ContentHash } from './content-hash.ts'
import { type Item, type MetadataItem, scoreIn } from './item.ts'

/**
 * What is compared of an item, each by itself: the sum of the hashes of its values, which does not depend on their order.
 * `details` are what is known of labels, objects, tags, captions and issues beside what makes them these (the source of a label,
 * say), and metadata of unknown types; `rest` are unknown members of the item.
 */
const ASPECTS = [
  'labels',
  'boxes',
  'tags',
  'captions',
  'issues',
  'video_info',
  'details',
  'cluster',
  'file_path',
  'file_name',
  'media_type',
  'file_size',
  'width',
  'height',
  'rest',
] as const

export type Aspect = (typeof ASPECTS)[number]

/** What is compared of an item as a number, within a tolerance: sums over its records. */
export const AMOUNTS = ['records', 'scored', 'uniqueness', 'confidence'] as const

export type Amount = (typeof AMOUNTS)[number]

/** Words that hold the sums of all aspects of an item, two an aspect. */
export const SUM_WORDS = ASPECTS.length * 2

const aspectAt = new Map<string, number>(ASPECTS.map((aspect, index) => [aspect, index * 2]))
const amountAt = new Map<string, number>(AMOUNTS.map((amount, index) => [amount, index]))

/** Where the words of an aspect begin. */
export function wordOf(aspect: Aspect): number {
  return aspectAt.get(aspect) ?? 0
}

/** Where an amount is. */
export function placeOf(amount: Amount): number {
  return amountAt.get(amount) ?? 0
}

const LABELS = wordOf('labels')
const BOXES = wordOf('boxes')
const TAGS = wordOf('tags')
const CAPTIONS = wordOf('captions')
const ISSUES = wordOf('issues')
const VIDEO_INFO = wordOf('video_info')
const DETAILS = wordOf('details')
const CLUSTER = wordOf('cluster')
const FILE_PATH = wordOf('file_path')
const FILE_NAME = wordOf('file_name')
const REST = wordOf('rest')
const RECORDS = placeOf('records')
const SCORED = placeOf('scored')
const UNIQUENESS = placeOf('uniqueness')
const CONFIDENCE = placeOf('confidence')

/** The members of items that each are an aspect. */
const MEMBERS = new Map(
  (['media_type', 'file_size', 'width', 'height', 'file_path', 'file_name'] as const).map((name) => [
    name as string,
    wordOf(name),
  ]),
)

/** Members of metadata that are accounted for otherwise, or never count: times, and scores that are computed anew. */
const ACCOUNTED = {
  image_label: new Set(['category_name']),
  object_label: new Set(['category_name', 'bbox', 'metadata_items', 'uniqueness_score']),
  user_tag: new Set(['tag_name', 'assigned_date']),
  text: new Set(['text']),
  caption: new Set(['caption']),
  issue: new Set(['issue_type', 'duplicate_group_id', 'confidence']),
  unscored: new Set(['issue_type', 'duplicate_group_id']),
}
const PROPERTIES = new Set(['properties'])

/** The content of one record, as it is added to that of its item. Used again for each. */
export class ItemContent {
  readonly sums = new Uint32Array(SUM_WORDS)
  readonly amounts = new Float64Array(AMOUNTS.length)
  readonly #hash = new ContentHash()

  read(record: unknown, item: Item): this {
    this.sums.fill(0)
    this.amounts.fill(0)
    this.amounts[RECORDS] = 1
    const { members } = item
    if (!members) this.#add(REST, this.#hash.of(record))
    else this.#readMembers(members, item)
    for (const metadata of item.metadata) this.#readMetadata(metadata)
    for (const odd of item.oddMetadata) this.#add(DETAILS, this.#hash.of(odd))
    return this
  }

  #readMembers(members: Readonly<Record<string, unknown>>, item: Item): void {
    for (const key of Object.keys(members)) {
      const value = members[key]
      if (!isThere(value) || key === 'url') continue
      const aspect = MEMBERS.get(key)
      if (aspect !== undefined) this.#add(aspect, this.#hash.of(value))
      else if (!this.#readKnown(key, value, item)) this.#add(REST, this.#hash.member(key, value))
    }
  }

  /** Whether the member is one that does not count as it is. */
  #readKnown(key: string, value: unknown, item: Item): boolean {
    if (key === 'media_id') return item.id !== undefined
    if (key === 'metadata_items') return item.metadata.length > 0 || item.oddMetadata.length > 0 || isEmpty(value)
    if (key === 'cluster_id') {
      this.#add(CLUSTER, this.#hash.of(item.cluster ?? value))
      return true
    }
    if (key === 'uniqueness_score' && item.uniqueness !== undefined) {
      this.#amount(UNIQUENESS, item.uniqueness)
      this.#amount(SCORED, 1)
      return true
    }
    return key === 'image_filename' && this.#readFileName(value, item.members ?? {})
  }

  /** Parquet's name stands for whichever of the others the record lacks. */
  #readFileName(value: unknown, { file_path, file_name }: Readonly<Record<string, unknown>>): boolean {
    if (!isThere(file_path)) this.#add(FILE_PATH, this.#hash.of(value))
    if (!isThere(file_name)) this.#add(FILE_NAME, this.#hash.of(value))
    return !isThere(file_path) || !isThere(file_name)
  }

  #readMetadata({ type, properties, element }: MetadataItem): void {
    const hash = this.#hash
    switch (type) {
      case 'image_label':
        this.#add(LABELS, hash.of(properties['category_name']))
        return this.#addDetails(properties, element, ACCOUNTED.image_label)
      case 'object_label': {
        const { category_name, bbox, metadata_items } = properties
        this.#add(BOXES, hash.of({ category_name, bbox: withFloats(bbox), metadata_items }))
        return this.#addDetails(properties, element, ACCOUNTED.object_label)
      }
      case 'user_tag':
        this.#add(TAGS, hash.of(properties['tag_name']))
        return this.#addDetails(properties, element, ACCOUNTED.user_tag)
      case 'caption': {
        const { text, caption } = properties
        this.#add(CAPTIONS, hash.of(text ?? caption))
        return this.#addDetails(properties, element, isThere(text) ? ACCOUNTED.text : ACCOUNTED.caption)
      }
      case 'issue': {
        const { issue_type, duplicate_group_id } = properties
        const confidence = scoreIn(properties['confidence'])
        this.#add(ISSUES, hash.of([issue_type, duplicate_group_id]))
        this.#amount(CONFIDENCE, confidence ?? 0)
        return this.#addDetails(properties, element, confidence === undefined ? ACCOUNTED.unscored : ACCOUNTED.issue)
      }
      case 'video_info':
        this.#add(VIDEO_INFO, hash.of(properties))
        return this.#addDetails(element, element, PROPERTIES)
      default:
        this.#add(DETAILS, hash.of(element))
    }
  }

  /** Adds the value that was hashed last, together with what else there is of the metadata it is from. */
  #addDetails(
    properties: Readonly<Record<string, unknown>>,
    element: Readonly<Record<string, unknown>>,
    accounted: ReadonlySet<string>,
  ): void {
    if (element !== properties) this.#hash.and(element, PROPERTIES)
    this.#add(DETAILS, this.#hash.and(properties, accounted))
  }

  #add(word: number, { one, two }: ContentHash): void {
    this.sums[word] = (this.sums[word] ?? 0) + one
    this.sums[word + 1] = (this.sums[word + 1] ?? 0) + two
  }

  #amount(place: number, value: number): void {
    this.amounts[place] = (this.amounts[place] ?? 0) + value
  }
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value === '[]'
}

/** A box as 32-bit floats would hold it: parquet may. */
function withFloats(box: unknown): unknown {
  const sides: unknown = box instanceof Float32Array || box instanceof Float64Array ? Array.from(box) : box
  return Array.isArray(sides)
    ? sides.map((side: unknown) => (typeof side === 'number' ? Math.fround(side) : side))
    : box
}
