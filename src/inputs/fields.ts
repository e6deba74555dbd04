import { z } from 'zod'
import { durationMs } from './durations.ts'
import { quoted, type WrongItems } from './faults.ts'
import { nearest } from './nearest.ts'
import { datasetIn, uuidIn } from './uuids.ts'

// Field schemas turn the text of one input into its value. Every message is a rule: the sentence after "got ...;".

const HOUR = 3_600_000
/** GitHub ends any job after five days: docs.github.com/actions/reference/limits. */
const LONGEST_JOB = 120 * HOUR
const MAX_ID_CHARACTERS = 200

/** What a message can say about a broken rule in addition to the rule. */
interface Details {
  /** A value that is probably meant. */
  instead?: string | undefined
  wrongItems?: WrongItems
}

/** What a function makes of a text: a value, or the rule the text breaks. */
export type Outcome<T> = { value: T } | ({ broken: string } & Details)

/** A field whose text a function turns into a value. `rule` is said when there is no text at all. */
export function parsed<T>(rule: string, parse: (text: string) => Outcome<T>) {
  return z.string(rule).transform((text, context): T => {
    const outcome = parse(text)
    if ('value' in outcome) return outcome.value
    const { broken, ...details } = outcome
    context.addIssue({ code: 'custom', message: broken, params: { details } })
    return z.NEVER
  })
}

/** The details that {@link parsed} gave an issue; none for any other issue. */
export function detailsOf(issue: z.core.$ZodIssue): Details {
  return issue.code === 'custom' && issue.params !== undefined ? (issue.params['details'] ?? {}) : {}
}

/** The words that YAML 1.1, shells, and people use, for those that YAML 1.2 has. */
const OTHER_FLAGS = new Map([
  ...['yes', 'y', 'on', '1'].map((word) => [word, 'true'] as const),
  ...['no', 'n', 'off', '0'].map((word) => [word, 'false'] as const),
])

/** `true` or `false` as YAML 1.2 spells them, which is what `@actions/core` takes too. */
export function flag() {
  const rule = 'it must be true or false'
  return parsed(rule, (text) => {
    if (/^(?:true|True|TRUE)$/.test(text)) return { value: true }
    if (/^(?:false|False|FALSE)$/.test(text)) return { value: false }
    return { broken: rule, instead: OTHER_FLAGS.get(text.toLowerCase()) ?? nearest(text, ['true', 'false']) }
  })
}

/** One of a few words, spelled exactly. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  const rule = `it must be ${words.map((word) => JSON.stringify(word)).join(' or ')}`
  return parsed<Words[number]>(rule, (text) => {
    const value = words.find((word) => word === text)
    return value === undefined ? { broken: rule, instead: nearest(text, words) } : { value }
  })
}

/** What to do where something else is running on the dataset. */
export const onConflict = () => oneOf('wait', 'fail')

/** What to do where the name is taken. */
export const ifExists = () => oneOf('create', 'reuse', 'fail')

/** What becomes of the work that a canceled step has started. */
export const onCancel = () => oneOf('abort', 'leave')

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

const DURATION_FORM = 'a duration such as 90s, 45m, 2h, 1h30m, or 500ms'

/** A duration in milliseconds, more than zero and at most the 120 hours that a job can last. */
export function timeLimit() {
  const rule = `it must be ${DURATION_FORM}, more than zero and at most 120h`
  return parsed(rule, (text) => durationWithin(text, rule, 1, LONGEST_JOB))
}

function durationWithin(text: string, rule: string, leastMs: number, mostMs: number): Outcome<number> {
  const within = (written: string) => {
    const value = durationMs(written)
    return value !== undefined && value >= leastMs && value <= mostMs ? value : undefined
  }
  const value = within(text)
  if (value !== undefined) return { value }
  if (within(`${text}s`) === undefined || !/^\d+(?:\.\d+)?$/.test(text)) return { broken: rule }
  return { broken: `the unit is missing (${text}s for seconds, ${text}m for minutes)`, instead: `${text}s` }
}

/** `auto`, or milliseconds from 50 ms to an hour. */
export function pollInterval() {
  const rule = `it must be "auto" or ${DURATION_FORM}, from 50ms to 1h`
  return parsed<number | 'auto'>(rule, (text) => {
    return text === 'auto' ? { value: text } : durationWithin(text, rule, 50, HOUR)
  })
}

/** A UUID in lower case; see {@link uuidIn}. */
export function uuid() {
  const rule = 'it must be a UUID'
  return parsed(rule, (text) => {
    const value = uuidIn(text)
    return value === undefined ? { broken: rule } : { value }
  })
}

/** The ID of a dataset, or the address of its page. */
export function datasetId() {
  const rule = "it must be a UUID, or the URL of the dataset's page"
  return parsed(rule, (text) => {
    const value = uuidIn(text) ?? datasetIn(text)
    return value === undefined ? { broken: rule } : { value }
  })
}

/** The id of a snapshot, in lower case, or the word `current`. */
export function snapshotId() {
  const rule = 'it must be the UUID of a snapshot, or the word "current"'
  return parsed(rule, (text) => {
    if (text === 'current') return { value: text }
    const value = uuidIn(text)
    return value === undefined ? { broken: rule } : { value }
  })
}

/** A name on one line, as a dataset or a snapshot carries it. */
export function displayName() {
  const rule = 'it must be one line of at most 255 characters, without control characters'
  return z.string(rule).refine((text) => text.length <= 255 && !/[\p{Cc}\u2028\u2029]/u.test(text), rule)
}

/** Free text of several lines. */
export function description() {
  const rule = 'it must be text of at most 10,000 characters'
  return z.string(rule).refine((text) => text.length <= 10_000, rule)
}

/** The lines of a text that are not blank, trimmed, with their numbers from 1. */
export function linesOf(text: string): { line: number; text: string }[] {
  const lines = text.split(/\r\n|\r|\n/).map((content, index) => ({ line: index + 1, text: content.trim() }))
  return lines.filter((line) => line.text !== '')
}

/** Ids that Visual Layer gave out. UUIDs as far as documented, but that is the service's to judge. */
export function idList() {
  const rule = `it must be IDs separated by commas or lines, or a JSON array of IDs, each of at most ${MAX_ID_CHARACTERS} characters without spaces, commas, quotes, brackets, or braces`
  return parsed(rule, (text) => {
    const items = text.startsWith('[') ? jsonItems(text) : lineItems(text)
    if (items === undefined) return { broken: `${rule}, and it is not a JSON array of strings` }
    const given = items.map(({ place, id }) => ({ place, id: uuidIn(id) ?? id.trim() })).filter(({ id }) => id !== '')
    // Commas alone must not turn a selection that came out empty into the whole dataset.
    if (given.length === 0) return { broken: `${rule}, and it contains no ID` }
    const wrong = given.filter(({ id }) => id.length > MAX_ID_CHARACTERS || /[\s\p{Cc},"'`[\]{}]/u.test(id))
    if (wrong.length === 0) return { value: [...new Set(given.map(({ id }) => id))] }
    const problems = wrong.map(({ place, id }) => `${place}: ${quoted(id)}`)
    return { broken: rule, wrongItems: { kind: 'IDs', total: given.length, problems } }
  }).default([])
}

function lineItems(text: string): { place: string; id: string }[] {
  return linesOf(text).flatMap(({ line, text: ids }) => ids.split(',').map((id) => ({ place: `line ${line}`, id })))
}

/** The items of a JSON array of strings, as `toJSON()` of a workflow writes it; `undefined` for anything else. */
function jsonItems(text: string): { place: string; id: string }[] | undefined {
  const list = jsonOf(text)
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) return undefined
  return list.map((id, index) => ({ place: `item ${index + 1}`, id }))
}

/** The value of a JSON text; `undefined` if it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A VQL filter (docs.visual-layer.com, semantic search): a JSON array of objects, kept as the text that came without the
 * white space between its parts, so that no number in it changes.
 */
export function vql() {
  const rule = 'it must be a JSON array of filter objects'
  return parsed(rule, (text) => {
    const filters = jsonOf(text)
    if (filters === undefined) return { broken: `${rule}, and it is not JSON` }
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
  const rule = 'it must be a bucket and a prefix'
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
    'it must be an S3 folder such as s3://my-bucket/images/, or a .csv, .parquet, or .txt manifest such as s3://my-bucket/list.csv'
  return z.string(rule).regex(/^s3:\/\/[^/\s\p{Cc}]+(?:\/[^\p{Cc}]*)?$/u, rule)
}

/** A name GitHub takes for an artifact; short enough for a file of that name with an ending. */
export function artifactName() {
  const rule = 'it must be a name of at most 200 bytes without " : < > | * ? \\ / or line breaks'
  return z.string(rule).refine((text) => {
    const forbidden = /[":<>|*?\\/\p{Cc}]/u.test(text) || text === '.' || text === '..'
    return !forbidden && Buffer.byteLength(text) <= 200
  }, rule)
}

/** Which of how many disjoint shards of an export. */
export interface Shard {
  /** From 1 on. */
  index: number
  of: number
}

/** More than a matrix of 256 jobs can use, and few enough that no shard is made of nothing. */
const MOST_SHARDS = 1000

/** A shard and the number of shards: `2/8`. */
export function shard() {
  const rule = `it must be the number of a shard and the number of shards: whole numbers, the first from 1 to the second, which is at most ${MOST_SHARDS}`
  return parsed(rule, (text) => {
    const [, first, second] = /^(\d{1,4})\s*\/\s*(\d{1,4})$/.exec(text) ?? []
    const [index, of] = [Number(first), Number(second)]
    return index >= 1 && index <= of && of <= MOST_SHARDS ? { value: { index, of } } : { broken: rule }
  })
}
