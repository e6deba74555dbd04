import { hash } from 'node:crypto'
import { ActionError } from '../../errors.ts'
import { isRecord } from '../../visual-layer/reply.ts'

/** A record contains a whole number that a JavaScript number cannot represent: it has to be parsed again, by `parseExactly`. */
export class InexactNumber extends Error {
  override readonly name = 'InexactNumber'
}

/** SHA-256 of {@link canonicalText} in UTF-8, in hex: equal for equal records. Throws as it does. */
export function recordHash(record: unknown, exact = false): string {
  // As a buffer it would take twice as long.
  return hash('sha256', canonicalText(record, '', exact))
}

/**
 * Any value of a record as text that is equal for equal data: JSON without white space, members sorted by the UTF-16 code units of their
 * names, strings and numbers as JavaScript writes them (1.0 is 1), with these rules on top:
 *
 * 1. Members named `url`, at any depth, are left out: they are links, signed again for every export.
 * 2. Any other string that is an http(s) link loses the query parameters that sign it.
 * 3. The elements of arrays named `metadata_items`, at any depth, are a set: their texts are sorted by UTF-16 code units.
 * 4. What JSON does not know: a whole number is written in full, a date and time as an ISO 8601 string in UTC with milliseconds, bytes as
 *    {"base64":"…"}, NaN and the infinities as the strings "NaN", "Infinity", and "-Infinity".
 *
 * `.github/docs/comparing.md` has the same rules as a script. Throws `corrupt_download` for a record that is nested thousands of levels deep.
 *
 * @param name of the member that the value is
 * @param exact `false` throws {@link InexactNumber} for a whole number that may have lost digits when it was parsed
 */
export function canonicalText(value: unknown, name = '', exact = true): string {
  return notTooDeep(() => textOf(value, name, exact))
}

/** What `walk` returns, which goes through a record. Throws `corrupt_download` if that is nested too deeply for it. */
export function notTooDeep<T>(walk: () => T): T {
  try {
    return walk()
  } catch (error) {
    // JSON.parse accepts a nesting that no function after it has a stack for.
    if (!(error instanceof RangeError)) throw error
    throw new ActionError('corrupt_download', 'A record of the export is nested thousands of levels deep.', {
      todo: 'Find out who could have modified the export, and export again.',
      cause: error,
    })
  }
}

function textOf(value: unknown, name: string, exact: boolean): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(withoutSignature(value))
    case 'number':
      if (!exact && Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isInteger(value)) throw new InexactNumber()
      // -0 is 0.
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? 'null' : objectText(plain(value), name, exact)
    default:
      return 'null'
  }
}

function objectText(value: unknown, name: string, exact: boolean): string {
  if (Array.isArray(value)) {
    const texts = value.map((one: unknown) => textOf(one, '', exact))
    return `[${(isSet(name) ? texts.sort(byCodeUnits) : texts).join(',')}]`
  }
  if (!isRecord(value)) return textOf(value, name, exact)
  const { names, heads } = orderOf(value, name)
  let text = '{'
  for (let index = 0; index < names.length; index += 1) {
    const member = names[index] ?? ''
    text += `${heads[index]}${textOf(value[member], member, exact)}`
  }
  return `${text}}`
}

/** Whether the order of an array does not count. @param name of the member that it is */
export function isSet(name: string): boolean {
  return name === 'metadata_items'
}

/** What parquet readers give for what JSON does not know, as JSON would have it. */
export function plain(value: object): unknown {
  if (value instanceof Date) return value.toJSON()
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  // For lists of plain numbers.
  return ArrayBuffer.isView(value) ? Object.values(value) : value
}

/** The names of an object's members in the order in which they count, without links. @param name of the member that it is */
export function namesOf(value: object, name: string): readonly string[] {
  return orderOf(value, name).names
}

/** The order of an object's members: sorting the same few names for millions of records would take longer than all the rest. */
interface Order {
  keys: readonly string[]
  names: readonly string[]
  /** What comes before the value of each. */
  heads: readonly string[]
}

const MOST_ORDERS = 20
/** By the name of the member that the objects are. */
const known = new Map<string, Order[]>()

function orderOf(value: object, name: string): Order {
  const keys = Object.keys(value)
  let orders = known.get(name)
  if (!orders) {
    if (known.size >= 1000) known.clear()
    known.set(name, (orders = []))
  }
  const found = orders.find((order) => isSame(order.keys, keys))
  if (found) return found
  const names = keys.filter((key) => key !== 'url').sort(byCodeUnits)
  const heads = names.map((key, index) => `${index === 0 ? '' : ','}${JSON.stringify(key)}:`)
  const order = { keys, names, heads }
  if (orders.length === MOST_ORDERS) orders.shift()
  orders.push(order)
  return order
}

function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index])
}

/** Query parameters that sign a link or say until when it is valid, with their values. */
const SIGNING =
  /(?<=[?&])(?:x-amz-[^=&#]*|x-goog-[^=&#]*|awsaccesskeyid|googleaccessid|signature|expires|key-pair-id|policy|token|access_token|sig)=[^&#]*&?/gi
/** Those of a shared access signature of Azure: too short to mean anything unless there is a `sig`, too. */
const SIGNING_WITH_SIG = /(?<=[?&])(?:s[eprstv]|srt|spr|sip|si|skoid|sktid|skt|ske|sks|skv)=[^&#]*&?/gi

const LOWER_H = 0x68

// Most strings are no link: the cheap question first.
function isLink(text: string): boolean {
  return (text.charCodeAt(0) | 0x20) === LOWER_H && /^https?:\/\/[^ \t\r\n]+$/i.test(text)
}

/** A link without the query parameters that sign it. Any other string comes back unchanged. */
export function withoutSignature(text: string): string {
  if (!isLink(text) || !text.includes('?')) return text
  const isAzure = /[?&]sig=/i.test(text)
  const unsigned = text.replaceAll(SIGNING, '')
  return (isAzure ? unsigned.replaceAll(SIGNING_WITH_SIG, '') : unsigned).replace(/[?&]+(?=#|$)/, '')
}
