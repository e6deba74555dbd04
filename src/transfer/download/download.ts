import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { orAborted } from '../../clock.ts'
import { ActionError } from '../../errors.ts'
import { Ended, inScope, type Scope } from '../../scope.ts'
import { systemFailure } from '../../system-errors.ts'
import { FileWriter } from './file-writer.ts'
import { Recovery, type RecoveryOptions } from './recovery.ts'
import { type Segment, Segments } from './segments.ts'
import { Slots } from './slots.ts'
import { type Bytes, discard, type Identity, isSame, networkFailure, requestBytes } from './storage.ts'
import { TransferFailure } from './transfer-failure.ts'
import { ObjectChanged, Watermark } from './watermark.ts'
import { count } from '../../numbers.ts'

const MIB = 1024 * 1024
/** Bytes that one request asks for, unless the caller says otherwise. */
const SEGMENT = 4 * MIB
const MOST_CONNECTIONS = 8
/** If the host rejected a connection while others worked, one more is tried after this many segments. */
const SEGMENTS_PER_ATTEMPT = 4
/** Responses in a row that contain the whole object instead of a segment, before the download restarts without segments. */
const MOST_WHOLES = 10
/** The file is hashed behind the watermark in blocks of this size, in bytes. */
const HASHED = MIB

export interface DownloadOptions extends RecoveryOptions {
  /** The file to write; an existing one is replaced. It is not the final name: only a verified file gets that. */
  path: string
  signal: AbortSignal
  /** Connections that all downloads of a step share; without it, this download has {@link MOST_CONNECTIONS}. */
  slots?: Slots
  /** Bytes that one request asks for; {@link SEGMENT} by default. */
  segmentBytes?: number
  /** Called as bytes reach the file. */
  onProgress: (receivedBytes: number, totalBytes: number | undefined) => void
  /**
   * Called as soon as the size of the object is known, and again after a restart, when what was read behind the earlier watermark no longer
   * counts. The download continues during it, and does not end before it. Its rejection ends the download.
   */
  onSize?: (watermark: Watermark) => Promise<void> | void
}

/** A finished download: every byte that the storage host announced is in the file. */
export interface Downloaded {
  sizeBytes: number
  /** Of the whole file, in hex. */
  sha256: string
  etag?: string
}

/**
 * Downloads one object to `path`, in order, over as many connections as the host and the step allow, and hashes it behind the watermark.
 * Broken, stalled, rejected, and expired connections are retried as long as {@link Recovery} says; an object that changes restarts the
 * download. If it fails or is aborted, no file is left at `path`. Throws an `ActionError` (`network`, `server_error`,
 * `corrupt_download`, `unexpected_reply`; `operation_failed` for the disk), what `source.renew()` or `onSize` throws, or the signal's reason.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  options.signal.throwIfAborted()
  let file: FileHandle
  try {
    // Removed and created, never opened as it is: it could be a link to somewhere else.
    await rm(options.path, { force: true })
    file = await open(options.path, 'wx+')
  } catch (error) {
    throw systemFailure(error, 'write the download', options.path)
  }
  try {
    const result = await downloadInto(file, options)
    await file.close()
    return result
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(options.path, { force: true }).catch(() => undefined)
    throw error
  }
}

async function downloadInto(file: FileHandle, options: DownloadOptions): Promise<Downloaded> {
  const { signal, path } = options
  const recovery = new Recovery(options)
  for (let restarts = 0; ; restarts += 1) {
    try {
      // Where one object after another is another one, only a single response belongs together.
      return await new Version(options, file, recovery, restarts < 2).fetch()
    } catch (error) {
      if (!(error instanceof TransferFailure)) throw error
      await file.truncate(0).catch((failure: unknown) => {
        throw systemFailure(failure, 'write the download', path)
      })
      await recovery.recover(error, recovery.attempt(), 0, signal)
    }
  }
}

/** One version of the object, on its way into the file. */
class Version {
  readonly #options: DownloadOptions
  readonly #file: FileHandle
  readonly #recovery: Recovery
  readonly #slots: Slots
  readonly #watermark = new Watermark()
  readonly #sized = Promise.withResolvers<void>()
  readonly #complete = Promise.withResolvers<void>()
  #identity: Identity | undefined
  /** Whether segments are requested, instead of the whole object in one response. */
  #inSegments: boolean
  readonly #segments: Segments
  #connections = 0
  #limit = MOST_CONNECTIONS
  #received = 0
  /** Responses in a row, without a new byte, that contained the whole object instead of a segment. */
  #wholes = 0

  constructor(options: DownloadOptions, file: FileHandle, recovery: Recovery, inSegments: boolean) {
    this.#options = options
    this.#file = file
    this.#recovery = recovery
    this.#slots = options.slots ?? new Slots(MOST_CONNECTIONS)
    this.#inSegments = inSegments
    this.#segments = new Segments(options.segmentBytes ?? SEGMENT, inSegments)
  }

  /** Throws a {@link TransferFailure} when the download must restart, an `ActionError`, or the signal's reason. */
  async fetch(): Promise<Downloaded> {
    return await inScope(this.#options.signal, async (scope) => {
      scope.signal.addEventListener('abort', () => this.#stopReaders(scope.signal.reason), { once: true })
      const sha256 = scope.start((signal) => hashOf(this.#file, this.#options.path, this.#watermark, signal))
      const told = scope.start(async (signal) => {
        await orAborted(this.#sized.promise, signal)
        await this.#options.onSize?.(this.#watermark)
      })
      await inScope(scope.signal, async (connections) => {
        this.#connect(connections)
        await orAborted(this.#complete.promise, connections.signal)
      })
      const { etag } = this.#identity ?? {}
      const result = { sizeBytes: this.#received, sha256: await sha256, ...(etag === undefined ? {} : { etag }) }
      if (this.#identity?.size !== undefined) await told
      return result
    })
  }

  #stopReaders(reason: unknown): void {
    if (reason instanceof Ended) return
    this.#watermark.stop(reason instanceof TransferFailure ? new ObjectChanged() : reason)
  }

  /** Starts as many connections as there may be work for; one that finds none ends at once. */
  #connect(scope: Scope): void {
    while (this.#connections < Math.floor(this.#limit) && this.#segments.peek()) {
      this.#connections += 1
      void scope.start((signal) => this.#connection(scope, signal))
    }
  }

  /** Fetches one segment after another, until none is left. */
  async #connection(scope: Scope, signal: AbortSignal): Promise<void> {
    for (;;) {
      const release = await this.#slots.acquire(signal)
      const segment = this.#segments.take()
      if (!segment) {
        release()
        break
      }
      const attempt = this.#recovery.attempt()
      const from = segment.position
      const failure = await this.#fetch(segment, scope).finally(release)
      this.#segments.giveBack(segment)
      if (segment.position === this.#identity?.size) this.#watermark.tail(segment.start)
      if (!failure) {
        this.#limit = Math.min(MOST_CONNECTIONS, this.#limit + 1 / SEGMENTS_PER_ATTEMPT)
        this.#connect(scope)
        continue
      }
      if (failure.kind === 'transient' && segment.position === from && this.#segments.active > 0) {
        // One connection too many: the others continue, and take its segment.
        this.#limit = this.#segments.active
        break
      }
      await this.#recovery.recover(failure, attempt, this.#received, signal).catch((error: unknown) => {
        // Meanwhile another connection fetched the last byte.
        if (!this.#isComplete()) throw error
      })
    }
    this.#connections -= 1
  }

  /**
   * One request for the rest of a segment, whose `position` then shows how far it came. Returns a failure that {@link Recovery} deals
   * with, and throws any other.
   */
  async #fetch(segment: Segment, scope: Scope): Promise<TransferFailure | undefined> {
    try {
      const bytes = await this.#request(segment, scope)
      if (!bytes) this.#end(segment)
      else await this.#write(segment, bytes, scope).finally(() => discard(bytes.body))
      return undefined
    } catch (error) {
      scope.signal.throwIfAborted()
      if (error instanceof TransferFailure && error.kind !== 'changed') return error
      throw error
    }
  }

  async #request(segment: Segment, { signal }: Scope): Promise<Bytes | undefined> {
    const { position: start, end } = segment
    const identity = this.#identity
    const ranged = this.#inSegments || start > 0
    const rest = { start, end: end === Infinity ? undefined : end, ranged, identity }
    try {
      return await requestBytes(this.#options, rest, signal)
    } catch (error) {
      // A host without ranges may return an error.
      const rejected = error instanceof TransferFailure && error.status !== undefined
      if (
        !rejected ||
        error.kind === 'transient' ||
        error.kind === 'expired' ||
        !ranged ||
        (this.#inSegments && identity)
      )
        throw error
      if (this.#inSegments) segment.end = Infinity
      this.#inSegments = false
      return await requestBytes(this.#options, { ...rest, end: undefined, ranged: false }, signal)
    }
  }

  async #write(segment: Segment, bytes: Bytes, scope: Scope): Promise<void> {
    const { stallTimeoutMs, path } = this.#options
    let known = this.#overlap(segment, bytes)
    this.#learn(segment, bytes, scope)
    const end = Math.min(bytes.end ?? Infinity, segment.end)
    let arrived = segment.position
    const writer = new FileWriter(this.#file, path, arrived, (written) => {
      segment.position += written
      this.#advance(written)
    })
    try {
      for await (const chunk of bytes.body as AsyncIterable<Buffer>) {
        const fresh = known > 0 ? chunk.subarray(known) : chunk
        known -= chunk.length - fresh.length
        arrived += fresh.length
        if (arrived > end) {
          const why = 'more bytes arrived than the storage host announced'
          throw new TransferFailure('changed', 'corrupt_download', why)
        }
        if (fresh.length > 0) await writer.push(fresh)
      }
    } catch (error) {
      await writer.flush()
      scope.signal.throwIfAborted()
      if (error instanceof ActionError || error instanceof TransferFailure) throw error
      // A connection that breaks after the last byte has done its work.
      if (arrived < end) throw networkFailure(error, stallTimeoutMs)
    }
    await writer.flush()
    if (end === Infinity) return this.#end(segment)
    if (arrived >= end) return
    const missing = `only ${count(arrived)} of ${count(end)} bytes arrived`
    throw new TransferFailure('transient', 'corrupt_download', missing)
  }

  /** How many bytes at the beginning of a response are in the file already. */
  #overlap({ position }: Segment, { start, identity }: Bytes): number {
    if (start === position) return 0
    // The whole object instead of the rest of it.
    if (!this.#inSegments && isSame(this.#identity ?? {}, identity)) return position
    this.#wholes += 1
    const kind = this.#inSegments && this.#wholes <= MOST_WHOLES ? 'transient' : 'changed'
    throw new TransferFailure(kind, 'server_error', 'the storage host sent the whole object instead of a range')
  }

  /** The first response shows which object it is, its size, and whether to download it in segments. */
  #learn(segment: Segment, { part, identity }: Bytes, scope: Scope): void {
    const { size } = identity
    if (!this.#identity && (!part || size === undefined)) {
      this.#inSegments = false
      segment.end = Infinity
    }
    this.#identity = identity
    if (size === undefined || this.#watermark.sizeBytes !== undefined) return
    this.#watermark.sizeBytes = size
    this.#segments.divide(segment, size)
    this.#sized.resolve()
    this.#connect(scope)
    this.#advance(0)
  }

  /** The object ends where the segment does now. */
  #end(segment: Segment): void {
    segment.end = segment.position
    this.#watermark.sizeBytes = this.#received
    this.#advance(0)
  }

  #advance(written: number): void {
    this.#received += written
    this.#recovery.reached(this.#received)
    if (written > 0) {
      this.#wholes = 0
      this.#options.onProgress(this.#received, this.#identity?.size)
    }
    this.#watermark.advance(this.#segments.front() ?? this.#received)
    if (this.#isComplete()) this.#complete.resolve()
  }

  #isComplete(): boolean {
    return this.#received === this.#watermark.sizeBytes
  }
}

/** Hashes the file behind the watermark, to its end; in hex. */
async function hashOf(file: FileHandle, path: string, watermark: Watermark, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafeSlow(HASHED)
  for (let position = 0; ; ) {
    const front = await orAborted(watermark.beyond(position, HASHED), signal)
    if (position === front) return hash.digest('hex')
    while (position < front) {
      const { bytesRead } = await file
        .read(block, 0, Math.min(HASHED, front - position), position)
        .catch((error: unknown) => {
          throw systemFailure(error, 'read the download', path)
        })
      if (bytesRead === 0) throw systemFailure(new Error('the file became shorter'), 'read the download', path)
      hash.update(block.subarray(0, bytesRead))
      position += bytesRead
    }
  }
}
