import { fail, TransferFailure } from './transfer-failure.ts'

/** Which version of which object the bytes belong to, as far as the storage host tells. */
export interface Identity {
  /** The `ETag`, only where it is a strong one: a weak one does not promise equal bytes. */
  etag?: string
  lastModified?: string
  totalBytes?: number
}

/** What was asked for: bytes from `offset` up to `end` (exclusive; to the end of the object without). */
export interface Asked {
  offset: number
  end: number | undefined
  /** Whether the request carried a `Range`. */
  ranged: boolean
  /** The object that the bytes before `offset` came from. */
  identity: Identity | undefined
}

/** The body holds the bytes from `offset` on, up to `end` where that is known. */
export interface Bytes {
  kind: 'bytes'
  offset: number
  end: number | undefined
  identity: Identity
}

/** What a reply of the storage host means for the bytes that are still missing. */
export type Meaning =
  | Bytes
  /** Nothing is missing: the object ends where we are. */
  | { kind: 'complete' }
  /** What we have belongs to another version of the object (`changed`), or its place in the object is in doubt. */
  | { kind: 'start over'; why: string; changed: boolean }
  /** The link no longer opens the object. */
  | { kind: 'expired' }

export type ReplyHeaders = Record<string, string | string[] | undefined>

/**
 * Reads status and headers of a reply to a (ranged) GET as RFC 9110 defines them. Throws a {@link TransferFailure} for a reply
 * that brings no bytes: one that may be better at the next try, or one that never will.
 */
export function readReply(status: number, headers: ReplyHeaders, asked: Asked): Meaning {
  if (status === 200) return whole(headers)
  if (status === 206) return part(headers, asked)
  if (status === 416) return outside(headers, asked)
  // 400 is how S3 and Google say that the credentials behind a link ran out (ExpiredToken); 403 that the link did.
  if ([400, 401, 403, 404, 410].includes(status)) return { kind: 'expired' }
  if ([408, 425, 429].includes(status) || status >= 500) {
    throw new TransferFailure('server_error', `the storage host answered HTTP ${status}`)
  }
  throw fail('unexpected_reply', `the storage host answered HTTP ${status}`)
}

function whole(headers: ReplyHeaders): Meaning {
  const length = wholeNumber(headerOf(headers, 'content-length'))
  return { kind: 'bytes', offset: 0, end: length, identity: identityOf(headers, length) }
}

function part(headers: ReplyHeaders, asked: Asked): Meaning {
  const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '')
  if (!asked.ranged || !range)
    throw new TransferFailure('server_error', 'the storage host sent a part that was not asked for')
  const first = Number(range[1])
  const last = Number(range[2])
  const total = wholeNumber(range[3])
  const identity = identityOf(headers, total)
  if (differs(asked.identity, identity))
    return { kind: 'start over', why: 'the object behind the link has changed', changed: true }
  const beyond = Math.min(total ?? Infinity, asked.end ?? Infinity)
  if (first !== asked.offset || last < first || last >= beyond) {
    return { kind: 'start over', why: 'the storage host sent another range than the one asked for', changed: false }
  }
  return { kind: 'bytes', offset: first, end: last + 1, identity: { ...asked.identity, ...identity } }
}

function outside(headers: ReplyHeaders, asked: Asked): Meaning {
  const total = wholeNumber(/^bytes \*\/(\d{1,16})$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '')?.[1])
  const known = asked.identity?.totalBytes
  if (total !== undefined && total === asked.offset && (known === undefined || known === total))
    return { kind: 'complete' }
  const why = 'the object behind the link is shorter than what was already received'
  return { kind: 'start over', why, changed: total !== undefined && total !== known }
}

/** Whether two looks at an object show two versions of it. What only one of them tells proves nothing. */
export function differs(known: Identity | undefined, seen: Identity): boolean {
  if (!known) return false
  const keys = ['etag', 'lastModified', 'totalBytes'] as const
  const compared = keys.filter((key) => known[key] !== undefined && seen[key] !== undefined)
  // Equal strong tags settle it: mirrors of one object may carry different dates.
  if (compared.includes('etag'))
    return known.etag !== seen.etag || (compared.includes('totalBytes') && known.totalBytes !== seen.totalBytes)
  return compared.some((key) => known[key] !== seen[key])
}

function identityOf(headers: ReplyHeaders, totalBytes: number | undefined): Identity {
  const etag = headerOf(headers, 'etag')?.trim()
  const lastModified = headerOf(headers, 'last-modified')?.trim()
  return {
    ...(etag && /^"[^"]*"$/.test(etag) ? { etag } : {}),
    ...(lastModified ? { lastModified } : {}),
    ...(totalBytes === undefined ? {} : { totalBytes }),
  }
}

/** The first value of a header; names are lower case. */
export function headerOf(headers: ReplyHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
