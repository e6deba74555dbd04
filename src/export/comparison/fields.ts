import { randomFillSync } from 'node:crypto'
import { canonicalText } from '../records/canonical.ts'
import { type Item, type MetadataItem, scoreIn, textOf } from '../records/item.ts'

/** What of an item can differ. `boxes` are its objects; `other` is all that has no field of its own. */
export const FIELDS = ['labels', 'boxes', 'tags', 'captions', 'cluster', 'issues', 'uniqueness', 'other'] as const

export type Field = (typeof FIELDS)[number]

/** Scores are recomputed and jitter: a score counts as changed if it moves by more than this. */
export const UNIQUENESS_TOLERANCE = 0.01
/** So do issues of the same kinds if the sum of their confidences moves by more than this. */
export const CONFIDENCE_TOLERANCE = 0.01

/** How metadata of one type is compared: one row per type. All of other types is part of `other`. */
interface Row {
  field: Field
  /** The properties that make the field differ. What else there is (the source of a label, say) counts only where no field differs. */
  by: readonly string[]
  /** Properties that never count: times, and scores that are recomputed. */
  never?: readonly string[]
  /** A score that is compared within a tolerance. */
  score?: { property: string; amount: Amount }
  /** The property that an example of a change shows. */
  shown?: string
}

const METADATA = new Map<string, Row>([
  ['image_label', { field: 'labels', by: ['category_name'], shown: 'category_name' }],
  [
    'object_label',
    {
      field: 'boxes',
      by: ['category_name', 'bbox', 'metadata_items'],
      never: ['uniqueness_score'],
      shown: 'category_name',
    },
  ],
  ['user_tag', { field: 'tags', by: ['tag_name'], never: ['assigned_date'], shown: 'tag_name' }],
  ['caption', { field: 'captions', by: ['text', 'caption'] }],
  [
    'issue',
    {
      field: 'issues',
      by: ['issue_type', 'duplicate_group_id'],
      score: { property: 'confidence', amount: 'confidence' },
      shown: 'issue_type',
    },
  ],
])

/** What is compared as the sum of the hashes of its values, which does not depend on their order: two words each. */
const SUMS = ['labels', 'boxes', 'tags', 'captions', 'issues', 'cluster', 'other', 'details'] as const
/** What is compared as a sum of numbers, within a tolerance. */
const AMOUNTS = ['records', 'scored', 'uniqueness', 'confidence'] as const

type Sum = (typeof SUMS)[number]
type Amount = (typeof AMOUNTS)[number]

export const SUM_WORDS = SUMS.length * 2
export const AMOUNT_COUNT = AMOUNTS.length

const sumAt = new Map<string, number>(SUMS.map((name, index) => [name, index * 2]))
const amountAt = new Map<string, number>(AMOUNTS.map((name, index) => [name, index]))

/** Random in every process: nobody can prepare other data that has the same hashes. Threads are given those of their process. */
export type HashSeeds = readonly [number, number]

export function drawSeeds(): HashSeeds {
  const [one = 0, two = 0] = randomFillSync(new Int32Array(2))
  return [one, two]
}

/** The fields of records, hashed: as many sums and amounts as there are records. The contents of the records of an item add up. */
export class FieldSums {
  readonly sums: Uint32Array
  readonly amounts: Float64Array
  readonly #seeds: HashSeeds
  #record = 0

  constructor(records: number, seeds: HashSeeds) {
    this.sums = new Uint32Array(records * SUM_WORDS)
    this.amounts = new Float64Array(records * AMOUNT_COUNT)
    this.#seeds = seeds
  }

  /** @param record its index among the records */
  add(record: number, value: unknown, item: Item): void {
    this.#record = record
    this.#addAmount('records', 1)
    const { members } = item
    if (!members) return this.#add('other', canonicalText(value))
    for (const key of Object.keys(members)) {
      const content = members[key]
      if (content !== null && content !== undefined) this.#addMember(key, content, item)
    }
    for (const metadata of item.metadata) this.#addMetadata(metadata)
    for (const odd of item.oddMetadata) this.#add('details', canonicalText(odd))
  }

  #addMember(key: string, content: unknown, item: Item): void {
    if (key === 'url' || (key === 'media_id' && item.id !== undefined)) return
    if (key === 'metadata_items' && item.hasMetadata) return
    if (key === 'cluster_id') return this.#add('cluster', canonicalText(item.cluster ?? content))
    if (key === 'uniqueness_score' && item.uniqueness !== undefined) {
      this.#addAmount('uniqueness', item.uniqueness)
      return this.#addAmount('scored', 1)
    }
    this.#add('other', `${key}:${canonicalText(content, key)}`)
  }

  #addMetadata({ type, properties, element }: MetadataItem): void {
    const row = METADATA.get(type)
    if (!row) return this.#add(type === 'video_info' ? 'other' : 'details', canonicalText(element))
    const { by, never = [], score } = row
    let compared = ''
    let details = ''
    for (const key of Object.keys(properties).sort()) {
      const content = properties[key]
      if (content === null || content === undefined || key === 'url' || never.includes(key)) continue
      const amount = key === score?.property ? scoreIn(content) : undefined
      if (score && amount !== undefined) this.#addAmount(score.amount, amount)
      else if (by.includes(key)) compared += `${key}:${canonicalText(content, key)},`
      else details += `${key}:${canonicalText(content, key)},`
    }
    if (element !== properties) details += canonicalText({ ...element, properties: null })
    this.#add(row.field, compared)
    this.#add('details', compared + details)
  }

  #addAmount(name: Amount, value: number): void {
    const at = this.#record * AMOUNT_COUNT + (amountAt.get(name) ?? 0)
    this.amounts[at] = (this.amounts[at] ?? 0) + value
  }

  /** Adds the 64-bit hash of a text, in two halves. */
  #add(name: Sum | Field, text: string): void {
    let [one, two] = this.#seeds
    two ^= text.length
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      one = Math.imul(one ^ code, 0x85ebca6b)
      one ^= one >>> 15
      two = Math.imul(two ^ code, 0xc2b2ae35)
      two = (two << 13) | (two >>> 19)
    }
    const first = one ^ mixed(two)
    const second = two ^ mixed(first)
    const at = this.#record * SUM_WORDS + (sumAt.get(name) ?? 0)
    this.sums[at] = (this.sums[at] ?? 0) + (first ^ mixed(second))
    this.sums[at + 1] = (this.sums[at + 1] ?? 0) + second
  }
}

/** Spreads each bit over all 32: the finish of MurmurHash3, public domain. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/**
 * The fields in which an item differs, in the order of {@link FIELDS}; none if nothing does.
 *
 * @param sums the sums of the records before, less those of the records after
 * @param amounts the same of the amounts
 */
export function differingFields(sums: Uint32Array, amounts: Float64Array): Field[] {
  const differs = (name: string) => {
    const at = sumAt.get(name)
    return at !== undefined && (sums[at] !== 0 || sums[at + 1] !== 0)
  }
  const moved = (name: Amount, tolerance: number) => Math.abs(amounts[amountAt.get(name) ?? 0] ?? 0) > tolerance
  const fields = FIELDS.filter((field) => {
    switch (field) {
      case 'issues':
        return differs(field) || moved('confidence', CONFIDENCE_TOLERANCE)
      case 'uniqueness':
        return moved('scored', 0) || moved('uniqueness', UNIQUENESS_TOLERANCE)
      case 'other':
        return differs(field) || moved('records', 0)
      default:
        return differs(field)
    }
  })
  return fields.length === 0 && differs('details') ? ['other'] : fields
}

/** The fields whose values an example shows, by the type of their metadata: one line for each, made of these properties. */
const SHOWN = new Map(
  [...METADATA]
    .flatMap(([type, { field, shown }]) => (shown === undefined ? [] : [{ type, field, shown }]))
    .map(({ type, field, shown }, line) => [type, { field, shown, line }]),
)
const LINES = [...SHOWN.values()].map(({ field }) => field)
const LONGEST_SHOWN = 80

/**
 * What an example shows of an item: a line for each of these fields, such as `bus, car ×2`; '' for an item without any. Many items have the
 * same.
 */
export function shownOf({ metadata }: Item): string {
  if (metadata.length === 0) return ''
  const lines: string[][] = LINES.map(() => [])
  for (const { type, properties } of metadata) {
    const row = SHOWN.get(type)
    const name = row && textOf(properties[row.shown])
    if (row && name !== undefined) lines[row.line]?.push(name)
  }
  return lines.some((names) => names.length > 0) ? lines.map(listOf).join('\n') : ''
}

/** The part of what {@link shownOf} returned that is about a field; `undefined` for a field whose values are not shown. */
export function shownIn(shown: string, field: Field): string | undefined {
  const line = LINES.indexOf(field)
  return line === -1 ? undefined : (shown.split('\n')[line] ?? '')
}

function listOf(names: readonly string[]): string {
  // Most have one, of millions of items.
  const list = names.length > 1 ? listOfMany(names) : (names[0] ?? '')
  const line = list.includes('\n') ? list.replaceAll('\n', ' ') : list
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN).toWellFormed()}…` : line
}

function listOfMany(names: readonly string[]): string {
  const times = new Map<string, number>()
  for (const name of names.toSorted()) times.set(name, (times.get(name) ?? 0) + 1)
  return Array.from(times, ([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ')
}
