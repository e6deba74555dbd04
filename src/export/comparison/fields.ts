import { namesOf, notTooDeep } from '../records/canonical.ts'
import { type Item, type MetadataItem, scoreIn, textOf } from '../records/item.ts'
import { type HashSeeds, ValueHash } from './value-hash.ts'

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

/** The fields of records, hashed: as many sums and amounts as there are records. The contents of the records of an item add up. */
export class FieldSums {
  readonly sums: Uint32Array
  readonly amounts: Float64Array
  /** Of what is compared, and of all that there is. */
  readonly #compared: ValueHash
  readonly #details: ValueHash
  #record = 0

  constructor(records: number, seeds: HashSeeds) {
    this.sums = new Uint32Array(records * SUM_WORDS)
    this.amounts = new Float64Array(records * AMOUNT_COUNT)
    this.#compared = new ValueHash(seeds)
    this.#details = new ValueHash(seeds)
  }

  /** Throws `corrupt_download` for a record that is nested too deeply. @param record its index among the records */
  add(record: number, value: unknown, item: Item): void {
    this.#record = record
    this.#addAmount('records', 1)
    notTooDeep(() => this.#addAll(value, item))
  }

  #addAll(value: unknown, item: Item): void {
    const { members } = item
    if (!members) return this.#add('other', value)
    for (const key of namesOf(members, '')) {
      const content = members[key]
      if (content !== null && content !== undefined) this.#addMember(key, content, item)
    }
    for (const metadata of item.metadata) this.#addMetadata(metadata)
    for (const odd of item.oddMetadata) this.#add('details', odd)
  }

  #addMember(key: string, content: unknown, item: Item): void {
    if (key === 'media_id' && item.id !== undefined) return
    if (key === 'metadata_items' && item.hasMetadata) return
    if (key === 'cluster_id') return this.#add('cluster', item.cluster ?? content)
    if (key === 'uniqueness_score' && item.uniqueness !== undefined) {
      this.#addAmount('uniqueness', item.uniqueness)
      return this.#addAmount('scored', 1)
    }
    this.#compared.add(key)
    this.#add('other', content, key)
  }

  #addMetadata({ type, properties, element }: MetadataItem): void {
    const row = METADATA.get(type)
    if (!row) return this.#add(type === 'video_info' ? 'other' : 'details', element)
    const { by, never = [], score } = row
    for (const key of namesOf(properties, 'properties')) {
      const content = properties[key]
      if (content === null || content === undefined || never.includes(key)) continue
      const amount = key === score?.property ? scoreIn(content) : undefined
      if (score && amount !== undefined) {
        this.#addAmount(score.amount, amount)
        continue
      }
      const hash = by.includes(key) ? this.#compared : this.#details
      hash.add(key)
      hash.add(content, key)
    }
    if (element !== properties) {
      for (const key of namesOf(element, '')) {
        if (key === 'properties') continue
        this.#details.add(key)
        this.#details.add(element[key], key)
      }
    }
    this.#details.addHash(this.#compared)
    this.#end(row.field, this.#compared)
    this.#end('details', this.#details)
  }

  #addAmount(name: Amount, value: number): void {
    const at = this.#record * AMOUNT_COUNT + (amountAt.get(name) ?? 0)
    this.amounts[at] = (this.amounts[at] ?? 0) + value
  }

  #add(name: Sum | Field, value: unknown, member = ''): void {
    this.#compared.add(value, member)
    this.#end(name, this.#compared)
  }

  #end(name: Sum | Field, hash: ValueHash): void {
    hash.endIn(this.sums, this.#record * SUM_WORDS + (sumAt.get(name) ?? 0))
  }
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

/** What examples show of items: texts, and which of them each item has. Many have the same. */
export class ShownTexts {
  /** A line for each field, such as `bus, car ×2`; '' for an item without any. */
  readonly texts: string[] = []
  /** By the names as they come: sorting and counting those of every item would take most of the time. */
  readonly #numbers = new Map<string, number>()

  /** Returns the number of the item's text. */
  add({ metadata }: Item): number {
    let key = ''
    for (const element of metadata) {
      const shown = shownOf(element)
      if (shown) key += `${shown.line}${shown.name}\0`
    }
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.texts.length)
    return this.texts.push(textFor(metadata)) - 1
  }
}

function textFor(metadata: Item['metadata']): string {
  const lines: string[][] = LINES.map(() => [])
  for (const element of metadata) {
    const shown = shownOf(element)
    if (shown) lines[shown.line]?.push(shown.name)
  }
  return lines.some((names) => names.length > 0) ? lines.map(listOf).join('\n') : ''
}

function shownOf({ type, properties }: MetadataItem): { line: number; name: string } | undefined {
  const row = SHOWN.get(type)
  const name = row && textOf(properties[row.shown])
  return row && name !== undefined ? { line: row.line, name } : undefined
}

/** The part of a text of {@link ShownTexts} that is about a field; `undefined` for a field whose values are not shown. */
export function shownIn(shown: string, field: Field): string | undefined {
  const line = LINES.indexOf(field)
  return line === -1 ? undefined : (shown.split('\n')[line] ?? '')
}

function listOf(names: readonly string[]): string {
  // Most have one, of millions of items.
  const line = (names.length > 1 ? listOfMany(names) : (names[0] ?? '')).replaceAll('\n', ' ')
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN).toWellFormed()}…` : line
}

function listOfMany(names: readonly string[]): string {
  const times = new Map<string, number>()
  for (const name of names.toSorted()) times.set(name, (times.get(name) ?? 0) + 1)
  return Array.from(times, ([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ')
}
