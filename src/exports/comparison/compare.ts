import type { ExportPlace } from '../export-files.ts'
import type { MetadataFormat, MetadataOptions } from '../metadata-files.ts'
import type { Baseline } from './baseline.ts'
import { difference, type Difference, type Field, type Shown } from './comparable.ts'
import { readItems, type ReadOptions } from './export-items.ts'
import type { Item } from './item.ts'
import { ItemIndex } from './item-index.ts'
import { type Statistics, StatisticsBuilder } from './statistics.ts'

/** An item, for people. */
export interface Example {
  /** At most 200 bytes; `undefined` where the record has none. */
  mediaId: string | undefined
  /** Its path, else its name, at most 200 bytes; '' where it has none. */
  name: string
}

/** One side of a comparison. */
export interface ComparedExport extends Statistics {
  format: MetadataFormat
  contentDigest: string | undefined
}

/** How an export differs from an earlier one. Items are told apart by `media_id`; without one, by all they hold. */
export interface Comparison {
  changed: boolean
  added: number
  removed: number
  modified: number
  unchanged: number
  /** Modified items in which the field differs. */
  fields: Record<Field, number>
  /** Between JSON and parquet: fields, and names of members, that one side cannot show. */
  notCompared: string[]
  before: ComparedExport
  after: ComparedExport
  /** The first ten of each, in the order of the earlier export; those that were added in the order of the new one. */
  examples: { added: Example[]; removed: Example[]; modified: (Example & { fields: Field[] })[] }
}

export interface CompareOptions extends MetadataOptions {
  /** Of the new export, where it is known. With the digest of the earlier one, and `metadataFiles`, it need not be read again. */
  contentDigest?: string | undefined
}

/** What a new export holds, and how it differs where there is one to compare it with. */
export interface Compared {
  statistics: Statistics
  comparison: Comparison | undefined
}

const MOST_EXAMPLES = 10
const LONGEST_BYTES = 200

/**
 * Reads an export once, and holds it against an earlier one; without a baseline it only counts. Signed links, `info`, the order of
 * records and of their metadata never count, nor scores that move by no more than their tolerance. Throws `corrupt_download` where
 * the export is damaged, or the signal's reason.
 *
 * @param place `undefined` for an export that nothing matched
 */
export async function compareWith(
  baseline: Baseline | undefined,
  place: ExportPlace | undefined,
  options: CompareOptions,
): Promise<Compared> {
  if (!baseline) return { statistics: (await read(place, options)).statistics, comparison: undefined }
  const index = baseline.takeIndex()
  if (place && isSame(baseline, options)) return unchanged(baseline, index)
  const added: Example[] = []
  const { statistics, shown = baseline.shown } = await read(place, {
    ...options,
    take(item, content) {
      if (index.addAfter(item, content) && added.length < MOST_EXAMPLES) added.push(exampleOf(item))
    },
  })
  const differing = difference(baseline.shown, shown)
  return {
    statistics,
    comparison: {
      ...outcome(index, differing, added),
      notCompared: differing.notCompared,
      before: sideOf(baseline, baseline.statistics, baseline.contentDigest),
      after: sideOf(shown, statistics, options.contentDigest),
    },
  }
}

async function read(
  place: ExportPlace | undefined,
  options: ReadOptions,
): Promise<{ statistics: Statistics; shown?: Shown }> {
  return place ? readItems(place, options) : { statistics: new StatisticsBuilder().end() }
}

/** Whether it is the same records in the same format, in whatever order. */
function isSame({ contentDigest, format }: Baseline, options: CompareOptions): boolean {
  const { metadataFiles = [] } = options
  const alike = metadataFiles.every((path) => /\.parquet$/i.test(path) === (format === 'parquet'))
  return contentDigest === options.contentDigest && metadataFiles.length > 0 && alike
}

function unchanged(baseline: Baseline, index: ItemIndex): Compared {
  const { statistics } = baseline
  const side = sideOf(baseline, statistics, baseline.contentDigest)
  const none = outcome(new ItemIndex(), difference(baseline.shown, baseline.shown), [])
  return {
    statistics,
    comparison: { ...none, unchanged: index.size, notCompared: [], before: side, after: side },
  }
}

function sideOf({ format }: { format: MetadataFormat }, statistics: Statistics, contentDigest: string | undefined) {
  return { ...statistics, format, contentDigest }
}

function outcome(index: ItemIndex, between: Difference, added: Example[]) {
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
    if (item.fate !== 'kept') {
      counts[item.fate] += 1
      if (item.fate === 'removed' && examples.removed.length < MOST_EXAMPLES) examples.removed.push(item.example())
      continue
    }
    const differing = between.fieldsOf(item)
    counts[differing.length === 0 ? 'unchanged' : 'modified'] += 1
    for (const field of differing) fields[field] += 1
    if (differing.length > 0 && examples.modified.length < MOST_EXAMPLES)
      examples.modified.push({ ...item.example(), fields: differing })
  }
  return { ...counts, fields, examples, changed: counts.added + counts.removed + counts.modified > 0 }
}

function exampleOf({ id, name }: Item): Example {
  const mediaId = id instanceof Uint8Array ? Buffer.from(id).toString('hex') : id
  return { mediaId: mediaId === undefined ? undefined : shortened(mediaId), name: shortened(name) }
}

function shortened(text: string): string {
  const bytes = Buffer.alloc(LONGEST_BYTES)
  return bytes.toString('utf8', 0, bytes.write(text))
}
