import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../clock.ts'
import { networkFault } from '../../network.ts'
import { type Headers, headerOf, redirectTarget, retryAfterMs } from '../../visual-layer/headers.ts'
import { exchangeLine, requestIds, traceLine } from '../../visual-layer/trace.ts'
import { placeOf, type Source } from './source.ts'
import { TransferFailure } from './transfer-failure.ts'

const MOST_REDIRECTS = 5
/** How much of a rejection is read for its words, in bytes. */
const LONGEST_REJECTION = 8 * 1024

/** What requests to a storage host need. */
export interface StorageOptions {
  source: Source
  dispatcher: Dispatcher
  clock: Clock
  /** Without a byte for this long (ms) a connection counts as broken. */
  stallTimeoutMs: number
  userAgent: string
  /** Told of each response; one line for the debug log. */
  onExchange?: ((line: string) => void) | undefined
}

/** Which version of which object bytes belong to, as far as the storage host says. */
export interface Identity {
  /** The `ETag`, only a strong one: a weak one does not promise equal bytes. */
  etag?: string
  lastModified?: string
  /** Of the whole object, in bytes. */
  size?: number
}

/** Bytes to request: from `start` up to `end` (exclusive; to the end of the object without). */
export interface Wanted {
  start: number
  end: number | undefined
  /** Whether to send a `Range`; without it, `start` is 0 or the response is read from its beginning. */
  ranged: boolean
  /** The object that the other bytes came from. */
  identity: Identity | undefined
}

/** What the headers of a response promise: the bytes from `start` up to `end`, where that is known. */
interface Promised {
  start: number
  end: number | undefined
  /** Whether the host answered a range with a part (HTTP 206). */
  part: boolean
  /** What is known of the object by now. */
  identity: Identity
}

/** A response whose body has not been read. */
export interface Bytes extends Promised {
  body: Readable
}

/**
 * Requests bytes of an object. Returns `undefined` when the object ends at `start`. Throws a {@link TransferFailure}, with the storage
 * host's own words and the pause it asks for, or the signal's reason.
 */
export async function requestBytes(
  options: StorageOptions,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Bytes | undefined> {
  const { start, end, ranged, identity } = wanted
  const condition = identity?.etag ?? identity?.lastModified
  const reply = await get(options, signal, {
    ...(ranged ? { range: `bytes=${start}-${end === undefined ? '' : end - 1}` } : {}),
    ...(ranged && condition !== undefined ? { 'if-range': condition } : {}),
  })
  try {
    const part = readReply(reply.status, reply.headers, wanted)
    if (part) return { ...part, body: reply.body }
    discard(reply.body)
    return undefined
  } catch (error) {
    if (!(error instanceof TransferFailure)) throw error
    error.pauseMs = retryAfterMs(reply.headers, options.clock.date())
    error.apiWords = await rejectionWords(reply.body)
    error.trace = reply.trace
    throw error
  }
}

/**
 * Reads status and headers of a response to a (ranged) GET as RFC 9110 defines them. Returns `undefined` when the object ends where the
 * wanted bytes begin. Throws a {@link TransferFailure} for a response that brings no bytes, or not the wanted ones.
 */
export function readReply(status: number, headers: Headers, wanted: Wanted): Promised | undefined {
  const failure = (kind: TransferFailure['kind'], code: TransferFailure['code'], why: string) =>
    new TransferFailure(kind, code, why, { status })
  const answered = `the storage host responded with HTTP ${status}`
  if (status === 200) {
    const size = wholeNumber(headerOf(headers, 'content-length'))
    const identity = identityOf(headers, size)
    if (differs(wanted.identity, identity)) throw changed()
    return { start: 0, end: size, part: false, identity: { ...wanted.identity, ...identity } }
  }
  if (status === 206) return partOf(headers, wanted)
  if (status === 416 && wanted.ranged) {
    const size = wholeNumber(/^bytes \*\/(\d{1,16})$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '')?.[1])
    if (size !== undefined && size === wanted.start && (wanted.identity?.size ?? size) === size) return undefined
    throw failure('changed', 'corrupt_download', 'the object is shorter than the bytes already received')
  }
  if (status === 412) throw changed()
  // 400 is how S3 and Google say that the credentials behind a link expired (ExpiredToken), 403 that the link did.
  if ([400, 401, 403, 404, 410].includes(status)) throw failure('expired', 'server_error', answered)
  if ([408, 416, 425, 429].includes(status) || (status >= 500 && status !== 501))
    throw failure('transient', 'server_error', answered)
  throw failure('final', 'unexpected_reply', answered)
}

function partOf(headers: Headers, { start, end, ranged, identity: known }: Wanted): Promised {
  const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '')
  if (!ranged || !range)
    throw new TransferFailure('transient', 'server_error', 'the storage host sent a range that was not requested')
  const [first, last, size] = [Number(range[1]), Number(range[2]), wholeNumber(range[3])]
  const identity = identityOf(headers, size)
  if (differs(known, identity)) throw changed()
  if (first !== start || last < first || last >= Math.min(size ?? Infinity, end ?? Infinity))
    throw new TransferFailure('transient', 'server_error', 'the storage host sent a different range than requested')
  return { start: first, end: last + 1, part: true, identity: { ...known, ...identity } }
}

function changed(): TransferFailure {
  return new TransferFailure('changed', 'corrupt_download', 'the object behind the link has changed')
}

/** Whether two responses show two versions of an object. What only one of them says proves nothing. */
export function differs(known: Identity | undefined, seen: Identity): boolean {
  if (!known) return false
  const keys = ['etag', 'lastModified', 'size'] as const
  const compared = keys.filter((key) => known[key] !== undefined && seen[key] !== undefined)
  // Equal strong tags settle it: mirrors of one object may have different dates.
  if (compared.includes('etag'))
    return known.etag !== seen.etag || (compared.includes('size') && known.size !== seen.size)
  return compared.some((key) => known[key] !== seen[key])
}

/** Whether two responses surely show the same version of an object. */
export function isSame(known: Identity, seen: Identity): boolean {
  if (differs(known, seen)) return false
  if (known.etag !== undefined && known.etag === seen.etag) return true
  return known.lastModified !== undefined && known.lastModified === seen.lastModified && known.size === seen.size
}

function identityOf(headers: Headers, size: number | undefined): Identity {
  const etag = headerOf(headers, 'etag')?.trim()
  const lastModified = headerOf(headers, 'last-modified')?.trim()
  return {
    ...(etag && /^"[^"]*"$/.test(etag) ? { etag } : {}),
    ...(lastModified ? { lastModified } : {}),
    ...(size === undefined ? {} : { size }),
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

interface Reply {
  status: number
  headers: Headers
  body: Readable
  /** The line that lets people find the request. */
  trace: string
}

/**
 * Sends one GET and follows redirects. It never carries credentials: the link itself opens the object, and S3 rejects a signed link
 * that comes with an `Authorization` header.
 */
async function get(options: StorageOptions, signal: AbortSignal, more: Record<string, string>): Promise<Reply> {
  const { source, dispatcher, clock, stallTimeoutMs, userAgent, onExchange } = options
  const { request } = await import('undici')
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent, ...more }
  let link = source.link()
  for (let redirects = 0; ; redirects += 1) {
    if (link.protocol !== 'https:' && link.protocol !== 'http:') throw astray('its link is neither http nor https')
    let reply: Dispatcher.ResponseData
    const [atMs, startedAt] = [clock.date(), clock.now()]
    const tell = (response: { status: number; headers: Headers } | undefined, failure?: unknown) =>
      onExchange?.(exchangeLine('GET', placeOf(link), clock.now() - startedAt, response, failure))
    try {
      const limits = { headersTimeout: stallTimeoutMs, bodyTimeout: stallTimeoutMs }
      reply = await request(link, { headers, dispatcher, signal, ...limits })
    } catch (error) {
      signal.throwIfAborted()
      tell(undefined, error)
      const failure = networkFailure(error, stallTimeoutMs)
      failure.trace = traceLine('GET', placeOf(link), atMs, '')
      throw failure
    }
    const { statusCode: status, headers: got, body } = reply
    tell({ status, headers: got })
    if (![301, 302, 303, 307, 308].includes(status)) {
      return {
        status,
        headers: got,
        body,
        trace: traceLine('GET', placeOf(link), atMs, requestIds({ headers: got })),
      }
    }
    discard(body)
    link = follow(link, redirectTarget(got, link), redirects)
  }
}

function follow(link: URL, next: URL | undefined, redirects: number): URL {
  if (!next) throw astray('the storage host redirected without an address')
  if (redirects >= MOST_REDIRECTS) throw astray(`the storage host redirected more than ${MOST_REDIRECTS} times`)
  if (link.protocol === 'https:' && next.protocol === 'http:')
    throw astray(`the storage host redirected from https to plain http (${placeOf(next)})`)
  return next
}

function astray(why: string): TransferFailure {
  return new TransferFailure('final', 'unexpected_reply', why)
}

/** Why no (more) bytes came. */
export function networkFailure(error: unknown, stallTimeoutMs: number): TransferFailure {
  const { cause, todo, isFinal } = networkFault(error, true)
  const silent = /UND_ERR_(BODY|HEADERS)_TIMEOUT/.test(cause)
  const words = silent ? `no byte arrived for ${Math.round(stallTimeoutMs / 100) / 10} s` : cause
  return new TransferFailure(isFinal ? 'final' : 'transient', 'network', words, { cause: error, todo })
}

/** Ends a response whose body nobody wants. */
export function discard(body: Readable): void {
  body.on('error', () => undefined)
  body.destroy()
}

/**
 * The storage host's own words in a rejection: `Code` and `Message` of the XML that S3 and its kin send. Nothing else of it is kept,
 * because it repeats keys and signatures.
 */
async function rejectionWords(body: Readable): Promise<string | undefined> {
  let text = ''
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1')
      if (text.length > LONGEST_REJECTION) break
    }
  } catch {
    // A rejection that breaks off is still a rejection.
  }
  const words = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(text)?.[1])
  return words.filter((word) => word !== undefined).join(': ') || undefined
}
