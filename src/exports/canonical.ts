import { ActionError } from '../errors.ts'

/**
 * One record as text that is equal for equal data: canonical JSON as RFC 8785 defines it (no white space, members sorted by the
 * UTF-16 code units of their names, numbers and strings as ECMAScript writes them, so that 1.0 is 1), with these rules on top:
 *
 * 1. Members named `url`, at any depth, are left out: they are links, signed anew for every export.
 * 2. Any other string that is an http(s) link as a whole loses the parts of its query that sign it (see {@link withoutSignature}).
 * 3. The elements of arrays named `metadata_items`, at any depth, are a set: their canonical texts are sorted by UTF-16 code
 *    units. A `metadata_items` that is a string holding a JSON array (a parquet column may) counts as that array. All other
 *    arrays keep their order.
 * 4. Parquet values that JSON does not know: a 64-bit integer is written as a number in full, a date and time as an ISO 8601 string
 *    in UTC with milliseconds, bytes as a base64 string, NaN and the infinities as the strings "NaN", "Infinity", "-Infinity".
 *
 * Throws `corrupt_download` for a record that is nested thousands of levels deep.
 */
export function canonical(value: unknown): string {
  try {
    return text(value, '')
  } catch (error) {
    // JSON.parse takes a nesting that no function that follows it has a stack for.
    if (error instanceof RangeError) throw tooDeep(error)
    throw error
  }
}

function tooDeep(cause: RangeError): ActionError {
  return new ActionError(
    'corrupt_download',
    'A record of the export is nested thousands of levels deep: no export has such.',
    {
      todo: 'Find out who could have changed the export, and export again.',
      cause,
    },
  )
}

function text(value: unknown, name: string): string {
  switch (typeof value) {
    case 'string':
      return name === 'metadata_items' ? metadataItems(value) : JSON.stringify(withoutSignature(value))
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value))
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : structure(value, name)
    default:
      return 'null'
  }
}

function structure(value: object, name: string): string {
  if (Array.isArray(value)) return list(value, name)
  if (value instanceof Date) return JSON.stringify(value)
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (isNumbers(value)) return list(Array.from(value), name)
  const members: [string, unknown][] = Object.entries(value)
  members.sort(([one], [other]) => (one < other ? -1 : 1))
  let texts = ''
  for (const [key, member] of members) {
    if (key === 'url' || member === undefined) continue
    texts += `${texts === '' ? '' : ','}${JSON.stringify(key)}:${text(member, key)}`
  }
  return `{${texts}}`
}

/** A typed array: parquet readers give one for a list of plain numbers. */
function isNumbers(value: object): value is Iterable<number | bigint> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

function list(values: readonly unknown[], name: string): string {
  const texts = values.map((value) => text(value, ''))
  return `[${(name === 'metadata_items' ? texts.sort() : texts).join(',')}]`
}

function metadataItems(value: string): string {
  if (value.startsWith('[')) {
    try {
      return text(JSON.parse(value), 'metadata_items')
    } catch {
      // Not JSON: a string like any other.
    }
  }
  return JSON.stringify(value)
}

/** Names of query parameters that sign a link or say until when it holds, in lower case. */
const SIGNING = new Set([
  'awsaccesskeyid',
  'googleaccessid',
  'signature',
  'expires',
  'key-pair-id',
  'policy',
  'token',
  'access_token',
  'sig',
])
/** Parameters of a shared access signature of Azure: too short to mean anything unless a `sig` stands beside them. */
const SIGNING_WITH_SIG = new Set([
  'se',
  'sp',
  'sv',
  'st',
  'sr',
  'ss',
  'srt',
  'spr',
  'sip',
  'si',
  'skoid',
  'sktid',
  'skt',
  'ske',
  'sks',
  'skv',
])

/**
 * A link without the query parameters that sign it: those that begin with `X-Amz-` or `X-Goog-`, and `AWSAccessKeyId`,
 * `GoogleAccessId`, `Signature`, `Expires`, `Key-Pair-Id`, `Policy`, `token`, `access_token`, `sig`; beside a `sig` also `se` `sp`
 * `sv` `st` `sr` `ss` `srt` `spr` `sip` `si` `skoid` `sktid` `skt` `ske` `sks` `skv`. Upper and lower case are the same. The other
 * parameters stay as they are, in their order; a `?` with nothing after it goes. Any string that is not one http(s) link without
 * white space comes back unchanged.
 */
export function withoutSignature(value: string): string {
  // Most strings of an export are none: the cheap question first.
  if (!value.includes('?') || !/^https?:\/\/\S+$/i.test(value)) return value
  const [, place = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(value) ?? []
  if (query === undefined) return value
  const parameters = query.split('&').map((parameter) => ({ parameter, name: nameOf(parameter) }))
  const azure = parameters.some(({ name }) => name === 'sig')
  const kept = parameters.filter(({ name }) => !signs(name, azure)).map(({ parameter }) => parameter)
  const rest = kept.join('&')
  return place + (rest === '' ? '' : `?${rest}`) + fragment
}

function nameOf(parameter: string): string {
  const name = parameter.split('=', 1)[0] ?? ''
  try {
    return decodeURIComponent(name).toLowerCase()
  } catch {
    return name.toLowerCase()
  }
}

function signs(name: string, azure: boolean): boolean {
  return (
    name.startsWith('x-amz-') ||
    name.startsWith('x-goog-') ||
    SIGNING.has(name) ||
    (azure && SIGNING_WITH_SIG.has(name))
  )
}
