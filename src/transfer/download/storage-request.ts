import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { networkFault } from '../../network.ts'
import { placeOf } from './source.ts'
import { headerOf, type ReplyHeaders } from './storage-reply.ts'
import { fail, TransferFailure } from './transfer-failure.ts'

const MOST_REDIRECTS = 5
/** How much of a refusal is read for its words, in bytes. */
const LONGEST_REFUSAL = 8 * 1024

export interface StorageRequest {
  link: URL
  /** Sent as `Range` and `If-Range`, or not at all. */
  range: string | undefined
  ifRange: string | undefined
  dispatcher: Dispatcher
  signal: AbortSignal
  /** No headers, or no byte of the body, for this long (ms) ends the request. */
  stallTimeoutMs: number
  userAgent: string
}

export interface StorageReply {
  status: number
  headers: ReplyHeaders
  body: Readable
}

/**
 * One GET to a storage host, redirects followed. It never carries credentials: the link itself is what opens the object, and
 * S3 refuses a signed link that comes with an `Authorization` header. Throws a {@link TransferFailure}, or the signal's reason.
 */
export async function askStorage(asked: StorageRequest): Promise<StorageReply> {
  const { request } = await import('undici')
  const headers: Record<string, string> = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': asked.userAgent,
  }
  if (asked.range !== undefined) headers['range'] = asked.range
  if (asked.range !== undefined && asked.ifRange !== undefined) headers['if-range'] = asked.ifRange
  let link = asked.link
  for (let redirects = 0; ; redirects += 1) {
    if (link.protocol !== 'https:' && link.protocol !== 'http:')
      throw fail('unexpected_reply', 'its link is neither http nor https')
    let reply: Dispatcher.ResponseData
    try {
      reply = await request(link, {
        headers,
        dispatcher: asked.dispatcher,
        signal: asked.signal,
        headersTimeout: asked.stallTimeoutMs,
        bodyTimeout: asked.stallTimeoutMs,
      })
    } catch (error) {
      asked.signal.throwIfAborted()
      throw networkFailure(error, asked.stallTimeoutMs)
    }
    const { statusCode: status, body } = reply
    if (![301, 302, 303, 307, 308].includes(status)) return { status, headers: reply.headers, body }
    discard(body)
    link = follow(link, headerOf(reply.headers, 'location'), redirects)
  }
}

function follow(link: URL, location: string | undefined, redirects: number): URL {
  const next = location === undefined ? null : URL.parse(location, link.href)
  if (!next) throw fail('unexpected_reply', 'the storage host redirected to nowhere')
  if (redirects >= MOST_REDIRECTS)
    throw fail('unexpected_reply', `the storage host redirected more than ${MOST_REDIRECTS} times`)
  if (link.protocol === 'https:' && next.protocol === 'http:') {
    throw fail('unexpected_reply', `the storage host redirected from https to plain http (${placeOf(next)})`)
  }
  return next
}

/** Why no (further) bytes came. */
export function networkFailure(error: unknown, stallTimeoutMs: number): TransferFailure {
  const { cause, todo, isFinal } = networkFault(error)
  const isSilent = /UND_ERR_(BODY|HEADERS)_TIMEOUT/.test(cause)
  const words = isSilent ? `no byte arrived for ${Math.round(stallTimeoutMs / 100) / 10} s` : cause
  return new TransferFailure('network', words, { cause: error, transient: !isFinal, todo })
}

/** Ends a reply whose body nobody wants. */
export function discard(body: Readable): void {
  body.on('error', () => undefined)
  body.destroy()
}

/**
 * The storage host's own words in a refusal: `Code` and `Message` of the XML that S3 and its kin send. Nothing else of it is
 * kept, because it repeats keys and signatures. `undefined` when there are none to be had.
 */
export async function refusalWords(body: Readable): Promise<string | undefined> {
  let text = ''
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1')
      if (text.length > LONGEST_REFUSAL) break
    }
  } catch {
    // A refusal that breaks off is a refusal all the same.
  }
  const words = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(text)?.[1])
  return words.filter((word) => word !== undefined).join(': ') || undefined
}
