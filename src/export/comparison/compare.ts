import type { Field } from './fields.ts'
import type { HashSeeds } from './value-hash.ts'
import type { ExportRecords, MetadataFormat } from '../records/metadata-files.ts'
import type { ReadBatch } from '../records/read-records.ts'
import type { Statistics } from '../records/statistics.ts'
import type { Baseline } from './baseline.ts'
import { type Example, ItemIndex, type ModifiedExample } from './item-index.ts'

/** One side of a comparison. */
export interface ComparedExport extends Statistics {
  format: MetadataFormat
  contentDigest: string
}

/** How an export differs from a baseline. Items are identified by `media_id`; without one, by all they contain. */
export interface Comparison {
  changed: boolean
  added: number
  removed: number
  modified: number
  unchanged: number
  /** Modified items in which the field differs. */
  fields: Record<Field, number>
  /** Why the items were not compared: `changed` is `true` then, and the counts are 0. */
  notCompared: string | undefined
  before: ComparedExport
  after: ComparedExport
  /** The first ten of each, in the order of the baseline; those that were added in the order of the new export. */
  examples: { added: Example[]; removed: Example[]; modified: ModifiedExample[] }
}

const MOST_EXAMPLES = 10

/**
 * Compares an export with a baseline while it is read. Signed links, `info`, the order of records and of their metadata never count, nor
 * scores that move by no more than their tolerance.
 */
export class Comparing {
  readonly #baseline: Baseline
  readonly #index: ItemIndex
  readonly #added: Example[] = []

  constructor(baseline: Baseline) {
    this.#baseline = baseline
    this.#index = baseline.takeIndex()
  }

  /** What reading must be asked for. */
  get wanted(): { items: HashSeeds } {
    return { items: this.#baseline.seeds }
  }

  take({ result }: ReadBatch): void {
    this.#added.push(...this.#index.addAfter(result, MOST_EXAMPLES - this.#added.length))
  }

  /** @param records of the new export, all of which were taken */
  end(records: ExportRecords): Comparison {
    const before = sideOf(this.#baseline.records)
    const after = sideOf(records)
    if (before.format !== after.format) {
      const notCompared = `the baseline is ${nameOf(before.format)} and this export is ${nameOf(after.format)}`
      return { ...outcome(new ItemIndex(), []), changed: true, notCompared, before, after }
    }
    return { ...outcome(this.#index, this.#added), notCompared: undefined, before, after }
  }
}

function sideOf({ statistics, format, contentDigest }: ExportRecords): ComparedExport {
  return { ...statistics, format, contentDigest }
}

function nameOf(format: MetadataFormat): string {
  return format === 'json' ? 'JSON' : 'parquet'
}

function outcome(index: ItemIndex, added: Example[]) {
  const counts = { added: 0, removed: 0, modified: 0, unchanged: 0 }
  const fields: Record<Field, number> = {
    labels: 0,
    boxes: 0,
    tags: 0,
    captions: 0,
    cluster: 0,
    issues: 0,
    uniqueness: 0,
    other: 0,
  }
  const examples: Comparison['examples'] = { added, removed: [], modified: [] }
  for (const item of index.items()) {
    if (item.fate === 'added') counts.added += 1
    else if (item.fate === 'removed') {
      counts.removed += 1
      if (examples.removed.length < MOST_EXAMPLES) examples.removed.push(item.example())
    } else {
      counts[item.fields.length === 0 ? 'unchanged' : 'modified'] += 1
      for (const field of item.fields) fields[field] += 1
      if (item.fields.length > 0 && examples.modified.length < MOST_EXAMPLES) examples.modified.push(item.example())
    }
  }
  return { ...counts, fields, examples, changed: counts.added + counts.removed + counts.modified > 0 }
}
