import { z } from 'zod'
import { durationMs } from './durations.ts'
import { quoted } from './faults.ts'

// Field schemas turn the text of one input into its value. Every message is a rule: the sentence after "got ...;".

const HOUR = 3_600_000
/** GitHub ends any job after five days: docs.github.com/actions/reference/limits. */
const LONGEST_JOB = 120 * HOUR
const MAX_ID_CHARACTERS = 200

/** What a function makes of a text: a value, or the rule the text breaks. */
export type Outcome<T> = { value: T } | { broken: string }

/** A field whose text a function turns into a value. `rule` is said when there is no text at all. */
export function parsed<T>(rule: string, parse: (text: string) => Outcome<T>) {
  return z.string(rule).transform((text, context): T => {
    const outcome = parse(text)
    if ('value' in outcome) return outcome.value
    context.addIssue({ code: 'custom', message: outcome.broken })
    return z.NEVER
  })
}

/** `true` or `false` as YAML 1.2 spells them, which is what `@actions/core` takes too. */
export function flag() {
  return z.stringbool({
    truthy: ['true', 'True', 'TRUE'],
    falsy: ['false', 'False', 'FALSE'],
    case: 'sensitive',
    error: 'it must be true or false',
  })
}

/** One of a few words, spelled exactly. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, `it must be ${words.map((word) => JSON.stringify(word)).join(' or ')}`)
}

/** What an export counts; taken in any case. */
export function entityType() {
  return z.string().toUpperCase().pipe(oneOf('IMAGES', 'OBJECTS'))
}

/** A whole number in decimal digits within bounds, both included. */
export function wholeNumber(lowest: number, highest: number) {
  const rule = `it must be a whole number from ${lowest} to ${highest}`
  return parsed(rule, (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= lowest && value <= highest ? { value } : { broken: rule }
  })
}

const DURATION_FORM = 'a duration such as 90s, 45m, 2h, 1h30m or 500ms'

/** A duration in milliseconds, more than zero and at most the 120 hours that a job can last. */
export function duration() {
  const rule = `it must be ${DURATION_FORM}, more than zero and at most 120h`
  return parsed(rule, (text) => {
    const value = durationMs(text)
    return value !== undefined && value <= LONGEST_JOB ? { value } : { broken: rule }
  })
}

/** `auto`, or milliseconds from 50 ms to an hour. */
export function pollInterval() {
  const rule = `it must be "auto" or ${DURATION_FORM}, from 50ms to 1h`
  return parsed<number | 'auto'>(rule, (text) => {
    if (text === 'auto') return { value: text }
    const value = durationMs(text)
    return value !== undefined && value >= 50 && value <= HOUR ? { value } : { broken: rule }
  })
}

/** A UUID of any version, in lower case: Visual Layer's own are not of version 4 only. */
export function uuid() {
  return z.guid('it must be a UUID such as 0a1b2c3d-4e5f-6789-abcd-ef0123456789').toLowerCase()
}

/** The id of a snapshot, in lower case, or the word `current`. */
export function snapshotId() {
  const rule = 'it must be the UUID of a snapshot, or the word "current"'
  return parsed(rule, (text) => {
    if (text === 'current') return { value: text }
    const id = uuid().safeParse(text)
    return id.success ? { value: id.data } : { broken: rule }
  })
}

/** A name on one line, as a dataset or a snapshot carries it. */
export function displayName() {
  const rule = 'it must be one line of at most 255 characters, without control characters'
  return z.string(rule).refine((text) => text.length <= 255 && !/[\p{Cc}\u2028\u2029]/u.test(text), rule)
}

/** Free text of several lines. */
export function description() {
  const rule = 'it must be a text of at most 10,000 characters'
  return z.string(rule).refine((text) => text.length <= 10_000, rule)
}

/** Items between commas and line ends: trimmed, blanks and repetitions dropped. */
export function listItems(text: string): string[] {
  const items = text.split(/[,\r\n]/).map((item) => item.trim())
  return [...new Set(items.filter((item) => item !== ''))]
}

/** Ids that Visual Layer gave out. UUIDs as far as documented, but that is the service's to judge. */
export function idList() {
  const rule = `it must be ids separated by commas or lines, each of at most ${MAX_ID_CHARACTERS} characters without spaces`
  return parsed(rule, (text) => {
    const items = listItems(text)
    // Commas alone must not turn a selection that came out empty into the whole dataset.
    if (items.length === 0) return { broken: `${rule}, and there is no id in it` }
    const wrong = items.find((item) => item.length > MAX_ID_CHARACTERS || /[\s\p{Cc}]/u.test(item))
    return wrong === undefined ? { value: items } : { broken: `${rule}, and ${quoted(wrong)} is not one` }
  }).default([])
}

/**
 * A VQL filter (docs.visual-layer.com, semantic search): a JSON array of objects, kept as the text that came without the
 * white space between its parts, so that no number in it changes.
 */
export function vql() {
  const rule = 'it must be a JSON array of filter objects such as [{"labels":{"op":"one_of","value":["cat"]}}]'
  return parsed(rule, (text) => {
    let filters: unknown
    try {
      filters = JSON.parse(text)
    } catch {
      return { broken: `${rule}, and it is not JSON` }
    }
    if (!Array.isArray(filters) || !filters.every(isObject)) return { broken: rule }
    return { value: text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1') }
  })
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The path of a bucket. The documentation writes `s3://bucket/prefix/`; older pages leave the scheme out, so a bare path
 * passes as it came.
 */
export function bucketPath() {
  const rule = 'it must be a bucket and a prefix such as s3://my-bucket/images/'
  return parsed(rule, (text) => {
    if (/^https?:\/\//i.test(text)) return { broken: `${rule}, not the web address of a bucket` }
    if (/[\s\p{Cc}]/u.test(text)) return { broken: `${rule}, on one line and without spaces` }
    const path = text.replace(/^s3:\/\//, '')
    if (path.includes('://')) return { broken: `${rule}; s3:// is the only scheme` }
    return /^[^/]/.test(path) ? { value: text } : { broken: `${rule}, and the name of the bucket is missing` }
  })
}

/** An S3 folder, or a manifest in one; docs.visual-layer.com, "Add media to an existing dataset". */
export function s3Uri() {
  const rule =
    'it must be an S3 folder such as s3://my-bucket/images/, or a .csv, .parquet or .txt manifest such as s3://my-bucket/list.csv'
  return z.string(rule).regex(/^s3:\/\/[^/\s\p{Cc}]+(?:\/[^\p{Cc}]*)?$/u, rule)
}

/** A name GitHub takes for an artifact; short enough for a file of that name with an ending. */
export function artifactName() {
  const rule = 'it must be a name of at most 200 bytes without any of " : < > | * ? \\ / and line ends'
  return z.string(rule).refine((text) => {
    const forbidden = /[":<>|*?\\/\p{Cc}]/u.test(text) || text === '.' || text === '..'
    return !forbidden && Buffer.byteLength(text) <= 200
  }, rule)
}

/** Which of how many disjoint slices of an export. */
export interface Shard {
  /** From 1 on. */
  index: number
  of: number
}

/** More than a matrix of 256 jobs can use, and few enough that no slice is made of nothing. */
const MOST_SHARDS = 1000

/** A slice and the number of slices: `2/8`. */
export function shard() {
  const rule = `it must be a slice and the number of slices such as "2/8": whole numbers, the first from 1 to the second, which is at most ${MOST_SHARDS}`
  return parsed(rule, (text) => {
    const [, first, second] = /^(\d{1,4})\s*\/\s*(\d{1,4})$/.exec(text) ?? []
    const [index, of] = [Number(first), Number(second)]
    return index >= 1 && index <= of && of <= MOST_SHARDS ? { value: { index, of } } : { broken: rule }
  })
}
