import { isRecord } from '../../visual-layer/reply.ts'

/** One element of an item's `metadata_items`. */
export interface MetadataItem {
  /** `issue`, `image_label`, `object_label`, `user_tag`, `caption`, `video_info`, or any other type. */
  type: string
  properties: Readonly<Record<string, unknown>>
  /** The element itself: the same as its properties where these stand outside of `properties`. */
  element: Readonly<Record<string, unknown>>
}

/** What is known of a record, JSON and parquet alike. Lent parts of the record itself. */
export interface Item {
  /** A text, or the 16 bytes of a UUID. */
  id: string | Uint8Array | undefined
  /** For people: the path, else the name; '' where it has none. */
  name: string
  type: string | undefined
  cluster: string | undefined
  /** Finite; documented as 0 to 1. */
  uniqueness: number | undefined
  /** Of the file, if `file_size` is known. */
  bytes: number | undefined
  metadata: readonly MetadataItem[]
  /** Whether the member `metadata_items` was understood. */
  hasMetadata: boolean
  /** The elements of `metadata_items` that are no objects. */
  oddMetadata: readonly unknown[]
  /** The members as they are; none where the record is no object. */
  members: Readonly<Record<string, unknown>> | undefined
}

const NONE: readonly never[] = []
const UUID_BYTES = 16

/** Reads any record whatever: what is not there or of another type than it should be is `undefined` or empty. */
export function itemOf(record: unknown): Item {
  const members = isRecord(record) ? record : undefined
  const items = metadataIn(members?.['metadata_items'])
  const odd = items?.filter((item) => !isRecord(item))
  return {
    id: idOf(members),
    name: textOf(members?.['file_path']) || textOf(members?.['file_name']) || textOf(members?.['image_filename']) || '',
    type: textOf(members?.['media_type']),
    cluster: idIn(members, 'cluster_id'),
    uniqueness: scoreIn(members?.['uniqueness_score']),
    bytes: bytesIn(members?.['file_size']),
    metadata: items?.filter(isRecord).map(metadataItem) ?? NONE,
    hasMetadata: items !== undefined,
    oddMetadata: odd ?? NONE,
    members,
  }
}

/** An ID that a record carries, as text; `undefined` if there is none that distinguishes it from all others. */
function idIn(record: unknown, field: 'media_id' | 'cluster_id'): string | undefined {
  const id = isRecord(record) ? record[field] : undefined
  if (typeof id === 'string') return id === '' ? undefined : id
  if (typeof id === 'bigint' || Number.isSafeInteger(id)) return String(id)
  return id instanceof Uint8Array ? Buffer.from(id).toString('hex') : undefined
}

function idOf(members: Record<string, unknown> | undefined): Item['id'] {
  const id = members?.['media_id']
  return id instanceof Uint8Array && id.length === UUID_BYTES ? id : idIn(members, 'media_id')
}

function metadataItem(element: Record<string, unknown>): MetadataItem {
  const { type, properties } = element
  return { type: typeof type === 'string' ? type : '', properties: objectIn(properties) ?? element, element }
}

/** The array that `metadata_items` is, or that it contains as text: a parquet column may. */
function metadataIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  const parsed = typeof value === 'string' && value.startsWith('[') ? parsedJson(value) : undefined
  return Array.isArray(parsed) ? parsed : undefined
}

function objectIn(value: unknown): Record<string, unknown> | undefined {
  const object = typeof value === 'string' && value.startsWith('{') ? parsedJson(value) : value
  return isRecord(object) ? object : undefined
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A name: a text, or a number as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** Beyond this a number is no score, and sums of it would lose what is to be compared. */
const LARGEST_SCORE = 1e6

/** A score that can be summed up and compared within a tolerance. */
export function scoreIn(value: unknown): number | undefined {
  const score = typeof value === 'bigint' ? Number(value) : value
  return typeof score === 'number' && Math.abs(score) <= LARGEST_SCORE ? score : undefined
}

const LONGEST_SIZE = 40
const UNITS = ['', 'k', 'm', 'g', 't', 'p']

/** `"48.27KB"`, as exports have it (a KB taken as 1,024 bytes: inferred), or a number of bytes. */
function bytesIn(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const bytes = Number(value)
    return bytes >= 0 && Number.isFinite(bytes) ? bytes : undefined
  }
  if (typeof value !== 'string' || value.length > LONGEST_SIZE) return undefined
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)i?(?:b|bytes)?\s*$/i.exec(value) ?? []
  return number === undefined ? undefined : Number(number) * 1024 ** UNITS.indexOf(unit.toLowerCase())
}
