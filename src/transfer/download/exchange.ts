import type { Readable } from 'node:stream'
import prettyBytes from 'pretty-bytes'
import { ActionError } from '../../errors.ts'
import type { Blocks } from './arriving-file.ts'
import type { Segment } from './ranges.ts'
import { type Opened, openSegment, type TransferOptions } from './segment.ts'
import { type Bytes, differs, type Identity } from './storage-reply.ts'
import { discard, networkFailure, type StorageReply } from './storage-request.ts'
import { TransferFailure } from './transfer-failure.ts'

/** What is on disk is void: the object changed, or its host sends nothing but the whole. */
export class StartOver extends Error {
  override readonly name = 'StartOver'
  /** A reply that holds the whole object already. */
  readonly opened: Opened | undefined
  /** What to make good before the next request. */
  readonly failure: TransferFailure | undefined
  /** What to tell where there is no failure. */
  readonly note: string | undefined
  /** Whether parts of the object are to be had. */
  readonly ranges: boolean

  constructor(more: { opened?: Opened; failure?: TransferFailure; note?: string; ranges: boolean }) {
    super('the download starts over')
    this.opened = more.opened
    this.failure = more.failure
    this.note = more.note
    this.ranges = more.ranges
  }
}

/** One request for the bytes of a segment, and what the other connections must know of it. */
export interface Exchange {
  options: TransferOptions
  segment: Segment
  blocks: Blocks
  /** Of the object that the other bytes came from. */
  identity: Identity | undefined
  signal: AbortSignal
  /** To ask for this segment, not for everything from its beginning on. */
  part: boolean
  /** Whether it is to find out if the host sends parts at all. */
  probe: boolean
  /** Whether other connections received bytes since this request began. */
  othersGoOn: () => boolean
  /** Before the first byte is taken. */
  onBytes: (opened: Opened, identity: Identity) => void
  onExpired: (reply: StorageReply) => Promise<void>
  /** After so many more bytes were received; not all of them need be on disk. */
  onChunk: (bytes: number) => void
  /** Makes the segment longer by bytes right behind it. False when another connection has them. */
  extend: () => boolean
}

/**
 * Sends the request, or goes on with a reply that is `given`, and takes what belongs to the segment: `position` tells how far it
 * came, and a reply may rightly bring less than was asked for. Throws a {@link TransferFailure}, a {@link StartOver}, what
 * writing throws, or the signal's reason.
 */
export async function exchange(about: Exchange, given: Opened | undefined): Promise<void> {
  const { segment, identity, part } = about
  const ranged = part || segment.position > 0
  const asked = { offset: segment.position, end: part ? segment.end : undefined, ranged, identity }
  const opened = given ?? (await openSegment(about.options, asked, about.signal))
  const { reply, meaning } = opened
  if (meaning.kind === 'expired') return await about.onExpired(reply)
  if (meaning.kind === 'bytes') {
    if (meaning.offset !== segment.position || differs(identity, meaning.identity))
      throw sentWhole(about, opened, meaning)
    about.onBytes(opened, meaning.identity)
    return await take(about, reply, meaning)
  }
  discard(reply.body)
  if (meaning.kind === 'complete') {
    segment.end = segment.position
    return
  }
  // Bytes of another range were asked for in vain; those that are there came from their place.
  if (part && !meaning.changed) throw new TransferFailure('server_error', meaning.why, { transient: !about.probe })
  throw new StartOver({ failure: new TransferFailure('corrupt_download', meaning.why), ranges: true })
}

/** The whole object came in place of a part. */
function sentWhole(about: Exchange, opened: Opened, { identity }: Bytes): Error {
  const { segment, part, probe } = about
  const changed = differs(about.identity, identity)
  if (!changed && (probe || (part && about.othersGoOn()))) {
    discard(opened.reply.body)
    const why = 'the storage host sent the whole object in place of a part'
    return new TransferFailure('server_error', why, { transient: !probe })
  }
  const note = changed
    ? 'The object behind the link has changed: starting over.'
    : `The storage host sends the whole object again in place of the rest after ${prettyBytes(segment.position)}: starting over.`
  return new StartOver({ opened, note, ranges: changed })
}

async function take(about: Exchange, { body }: StorageReply, meaning: Bytes): Promise<void> {
  const { options, segment, signal } = about
  const limit = meaning.end ?? Infinity
  try {
    await drain(about, body, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionError || error instanceof TransferFailure || error instanceof StartOver) throw error
    throw networkFailure(error, options.stallTimeoutMs)
  }
  if (segment.end === Infinity) segment.end = segment.position
  const wanted = Math.min(segment.end, limit)
  if (segment.position >= wanted) return
  const arrived = `${prettyBytes(segment.position)} arrived of ${prettyBytes(wanted)}`
  throw new TransferFailure('corrupt_download', arrived)
}

/** Takes the body as it comes: what is taken within the event is never queued. */
function drain(about: Exchange, body: Readable, limit: number): Promise<void> {
  const { blocks, segment } = about
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // A reply that was opened before a start over may have broken since: it tells of that only once, and what it still holds counts
  // for nothing.
  if (body.destroyed) {
    reject(body.errored ?? new Error('the connection was closed'))
    return promise
  }
  const stop = (error: unknown) => {
    reject(error)
    discard(body)
  }
  body.on('error', reject)
  body.on('end', resolve)
  body.on('close', () => reject(new Error('the connection was closed')))
  const onData = (chunk: Buffer) => {
    try {
      const ended = takeChunk(about, chunk, limit)
      if (ended && segment.end < limit) {
        // The rest of the body is another connection's.
        resolve()
        discard(body)
        return
      }
      const room = blocks.room()
      if (!room) return
      body.pause()
      room.then(() => body.resume(), stop)
    } catch (error) {
      stop(error)
    }
  }
  body.on('data', onData)
  // Once it is over, no byte may come in any more: the rest of the segment is fetched anew.
  return promise.finally(() => body.off('data', onData))
}

/** True when the segment is at its end. */
function takeChunk(about: Exchange, chunk: Buffer, limit: number): boolean {
  const { options, segment, blocks, signal } = about
  signal.throwIfAborted()
  let rest = chunk
  for (;;) {
    const start = segment.position
    if (start + rest.length > limit) {
      const why = `more bytes arrived than the ${prettyBytes(limit)} announced`
      throw new StartOver({ failure: new TransferFailure('corrupt_download', why), ranges: true })
    }
    const bytes = rest.subarray(0, segment.end - start)
    segment.position += bytes.length
    segment.heardAt = options.clock.now()
    about.onChunk(bytes.length)
    blocks.push(bytes, start)
    rest = rest.subarray(bytes.length)
    if (segment.position < segment.end) return false
    if (segment.end >= limit || !about.extend()) return true
    if (rest.length === 0) return false
  }
}
