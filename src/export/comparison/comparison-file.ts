import { systemFailure } from '../../system-errors.ts'
import { writeListing } from '../manifest.ts'
import { type CountChange, changesOf } from '../records/counts.ts'
import type { Named } from '../records/statistics.ts'
import type { ComparedExport, Comparison } from './compare.ts'
import { CONFIDENCE_TOLERANCE, UNIQUENESS_TOLERANCE } from './fields.ts'
import type { Example, ModifiedExample } from './item-index.ts'

/** More names than this are not listed, those least that changed most. */
const MOST_LISTED = 10_000

/** A figure of both exports; `null` where it is not known. */
interface Both<T = number> {
  before: T
  after: T
}

/** Names by falling size of change. */
interface NameChanges {
  names: CountChange[]
  /** How many more names there are. */
  omitted: number
  /** How often names occur that are too many to count separately. */
  uncounted: Both
}

interface NamedItem {
  media_id: string | null
  name: string
}

/** `comparison.json`, version 1. */
interface ComparisonFile {
  schema_version: 1
  /** What the export was compared with. */
  compared_with: object
  format: Both<string>
  /** SHA-256 over the records, as in the manifest. */
  content_digest: Both<string | null>
  /** Whether anything was added, removed or modified. */
  changed: boolean
  added: number
  removed: number
  modified: number
  unchanged: number
  /** Modified items in which the field differs. */
  modified_fields: Comparison['fields']
  /** Why the items were not compared; empty if they were. */
  not_compared: string[]
  /** Scores that move by no more than this are equal. */
  tolerance: { uniqueness_score: number; confidence: number }
  /** Records. */
  media_count: Both
  types: NameChanges
  labels: NameChanges
  objects: NameChanges
  issues: NameChanges
  tags: NameChanges
  /** Items with a caption. */
  captioned: Both
  clusters: Both
  /** `from` belongs to a bin; `to` to the next, except in the last. */
  uniqueness: {
    bins: ({ from: number; to: number } & Both)[]
    scored: Both
    mean: Both<number | null>
  }
  /** Of the media files, as far as the records contain it. */
  size_bytes: Both<number | null>
  /** At most ten of each. */
  examples: {
    added: NamedItem[]
    removed: NamedItem[]
    /** `values` of labels, boxes, tags, and issues, where these differ. */
    modified: (NamedItem & { fields: string[]; values: ModifiedExample['values'] })[]
  }
}

/**
 * Writes `comparison.json`, under another name first, so that no half of one is ever found at `path`. Throws an `ActionError` for
 * the disk.
 *
 * @param comparedWith says in the file what the earlier export was; its members have names as the file's own
 */
export async function writeComparison(path: string, comparison: Comparison, comparedWith: object): Promise<void> {
  try {
    await writeListing(path, fileOf(comparison, comparedWith))
  } catch (error) {
    throw systemFailure(error, 'write the comparison', path)
  }
}

function fileOf(comparison: Comparison, comparedWith: object): ComparisonFile {
  const { changed, added, removed, modified, unchanged, fields, notCompared, examples } = comparison
  const both = <T>(pick: (side: ComparedExport) => T): Both<T> => ({
    before: pick(comparison.before),
    after: pick(comparison.after),
  })
  const names = (named: Named) => nameChanges(comparison, named, both)
  return {
    schema_version: 1,
    compared_with: comparedWith,
    format: both(({ format }) => format),
    content_digest: both(({ contentDigest }) => contentDigest ?? null),
    changed,
    added,
    removed,
    modified,
    unchanged,
    modified_fields: fields,
    not_compared: notCompared === undefined ? [] : [notCompared],
    tolerance: { uniqueness_score: UNIQUENESS_TOLERANCE, confidence: CONFIDENCE_TOLERANCE },
    media_count: both(({ items }) => items),
    types: names('types'),
    labels: names('labels'),
    objects: names('objects'),
    issues: names('issues'),
    tags: names('tags'),
    captioned: both(({ captioned }) => captioned),
    clusters: both(({ clusters }) => clusters),
    uniqueness: {
      bins: comparison.after.uniqueness.bins.map((_, bin, { length }) => ({
        from: bin / length,
        to: (bin + 1) / length,
        ...both(({ uniqueness }) => uniqueness.bins[bin] ?? 0),
      })),
      scored: both(({ uniqueness }) => uniqueness.scored),
      mean: both(({ uniqueness }) => uniqueness.mean ?? null),
    },
    size_bytes: both(({ bytes }) => bytes ?? null),
    examples: {
      added: examples.added.map(namedItem),
      removed: examples.removed.map(namedItem),
      modified: examples.modified.map((example) => {
        return { ...namedItem(example), fields: example.fields, values: example.values }
      }),
    },
  }
}

function nameChanges(
  { before, after }: Comparison,
  named: Named,
  both: (pick: (side: ComparedExport) => number) => Both,
): NameChanges {
  const changes = changesOf(before[named], after[named])
  return {
    names: changes.slice(0, MOST_LISTED),
    omitted: Math.max(0, changes.length - MOST_LISTED),
    uncounted: both(({ uncounted }) => uncounted[named]),
  }
}

function namedItem({ mediaId, name }: Example): NamedItem {
  return { media_id: mediaId ?? null, name }
}
