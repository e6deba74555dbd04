import type { MetadataFormat } from '../metadata-files.ts'
import type { IndexedItem } from './item-index.ts'
import { type Amount, type Aspect, placeOf, wordOf } from './item-content.ts'
import { SIZE_IN_BYTES, type ShownMembers } from './shown-members.ts'

/** What of an item can differ. `boxes` are its objects: category, place and what they nest; `other` is all that has no field of its own. */
export const FIELDS = ['labels', 'boxes', 'tags', 'captions', 'cluster', 'issues', 'uniqueness', 'other'] as const

export type Field = (typeof FIELDS)[number]

/** Scores are computed anew and jitter: a uniqueness score counts as changed when it moves by more than this. */
export const UNIQUENESS_TOLERANCE = 0.01
/** And so do issues whose kinds are the same when the sum of their confidences moves by more than this. */
export const CONFIDENCE_TOLERANCE = 0.01

/** What is known of a side that is compared. */
export interface Shown {
  format: MetadataFormat
  members: ShownMembers
}

/** Tells what differs between the two contents of an item. */
export interface Difference {
  /** In the order of {@link FIELDS}; none where the contents are equal. */
  fieldsOf(item: Pick<IndexedItem, 'sums' | 'amounts'>): Field[]
  /** Fields, and names of members, that one of the sides cannot show. */
  notCompared: string[]
}

type Test = (item: Pick<IndexedItem, 'sums' | 'amounts'>) => boolean

const IN_METADATA = ['labels', 'boxes', 'tags', 'captions', 'issues'] as const
const PLAIN = ['media_type', 'width', 'height'] as const
/** The members that are known: an unknown one need not be spelled in the same way by both formats. */
const KNOWN = new Set<string>([
  'media_id',
  'url',
  'metadata_items',
  'cluster_id',
  'uniqueness_score',
  'file_path',
  'file_name',
  'image_filename',
  'file_size',
  SIZE_IN_BYTES,
  ...PLAIN,
])

/**
 * Within one format everything counts. Between JSON and parquet only the members that are known and that both sides show: some
 * record of each carries them.
 */
export function difference(before: Shown, after: Shown): Difference {
  const { tests, notCompared } =
    before.format === after.format ? { tests: allTests(), notCompared: [] } : testsAcross(before.members, after.members)
  return {
    notCompared,
    fieldsOf(item) {
      const fields = FIELDS.filter((field) => tests.get(field)?.some((differs) => differs(item)))
      if (fields.length > 0) return fields
      return tests.get('details')?.some((differs) => differs(item)) ? ['other'] : fields
    },
  }
}

/** By field; and for what stands beside labels, objects, tags, captions and issues: it tells of nothing more where these differ. */
type Tests = Map<Field | 'details', Test[]>

function allTests(): Tests {
  const others: Aspect[] = ['video_info', 'file_path', 'file_name', 'file_size', ...PLAIN, 'rest']
  return new Map<Field | 'details', Test[]>([
    ...IN_METADATA.map((field): [Field, Test[]] => [field, [sums(field)]]),
    ['issues', issueTests()],
    ['cluster', [sums('cluster')]],
    ['uniqueness', uniquenessTests()],
    ['other', [amount('records', 0), ...others.map(sums)]],
    ['details', [sums('details')]],
  ])
}

function testsAcross(before: ShownMembers, after: ShownMembers): { tests: Tests; notCompared: string[] } {
  const notCompared: string[] = []
  const both = (name: string, words: readonly string[] = [name]): boolean => {
    const [one, other] = [before.has(name), after.has(name)]
    if (one !== other) notCompared.push(...words)
    return one && other
  }
  const tests: Tests = new Map()
  const others: Test[] = [amount('records', 0)]
  if (both('metadata_items', [...IN_METADATA, 'video_info'])) {
    for (const field of IN_METADATA) tests.set(field, [sums(field)])
    tests.set('issues', issueTests())
    others.push(sums('video_info'))
    notCompared.push('details of metadata_items')
  }
  if (both('cluster_id', ['cluster'])) tests.set('cluster', [sums('cluster')])
  if (both('uniqueness_score', ['uniqueness'])) tests.set('uniqueness', uniquenessTests())
  for (const name of PLAIN) if (both(name)) others.push(sums(name))
  const inBytes = both(SIZE_IN_BYTES, ['file_size'])
  const inWords = both('file_size')
  if ((inBytes || inWords) && !notCompared.includes('file_size')) others.push(sums('file_size'))
  others.push(...nameTests(before, after, notCompared))
  for (const side of [before, after]) {
    for (const name of side.names()) if (!KNOWN.has(name)) notCompared.push(name)
  }
  return { tests: tests.set('other', others), notCompared: [...new Set(notCompared)] }
}

/** `image_filename` may be the path or the name of the other format: it differs when it is neither. */
function nameTests(before: ShownMembers, after: ShownMembers, notCompared: string[]): Test[] {
  const direct = (['file_path', 'file_name'] as const).filter((name) => before.has(name) && after.has(name))
  const standsIn = before.has('image_filename') || after.has('image_filename')
  if (direct.length === 0 && standsIn) return [(item) => sums('file_path')(item) && sums('file_name')(item)]
  for (const name of ['file_path', 'file_name'] as const) {
    if (before.has(name) !== after.has(name)) notCompared.push(name)
  }
  return direct.map(sums)
}

function issueTests(): Test[] {
  return [sums('issues'), amount('confidence', CONFIDENCE_TOLERANCE)]
}

function uniquenessTests(): Test[] {
  return [amount('scored', 0), amount('uniqueness', UNIQUENESS_TOLERANCE)]
}

function sums(aspect: Aspect): Test {
  const word = wordOf(aspect)
  return (item) => item.sums[word] !== 0 || item.sums[word + 1] !== 0
}

function amount(name: Amount, tolerance: number): Test {
  const place = placeOf(name)
  return (item) => Math.abs(item.amounts[place] ?? 0) > tolerance
}
