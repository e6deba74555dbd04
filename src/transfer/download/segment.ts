import type { Dispatcher } from 'undici'
import type { Clock } from '../../clock.ts'
import { retryAfterMs } from '../../visual-layer/retry.ts'
import type { Source } from './source.ts'
import { type Asked, type Meaning, readReply } from './storage-reply.ts'
import { askStorage, refusalWords, type StorageReply } from './storage-request.ts'
import { TransferFailure } from './transfer-failure.ts'

/** What every transfer from a storage host needs. */
export interface TransferOptions {
  source: Source
  dispatcher: Dispatcher
  clock: Clock
  signal: AbortSignal
  /** Without a byte for this long (ms) a connection counts as broken. */
  stallTimeoutMs: number
  /** Failures in a row, without a new byte between them, that are made good. */
  maxRetries: number
  userAgent: string
  /** One line for the log whenever something went wrong and is being made good. */
  onNote: (line: string) => void
}

/** A reply whose headers have been read and whose body has not. */
export interface Opened {
  reply: StorageReply
  meaning: Meaning
}

/**
 * One request for bytes of an object, and what its reply means. Throws a {@link TransferFailure}, with the storage host's own
 * words and the pause it asks for, or the signal's reason.
 */
export async function openSegment(options: TransferOptions, asked: Asked, signal: AbortSignal): Promise<Opened> {
  const { offset, end, ranged, identity } = asked
  const reply = await askStorage({
    ...options,
    signal,
    link: options.source.link(),
    range: ranged ? `bytes=${offset}-${end === undefined ? '' : end - 1}` : undefined,
    ifRange: identity?.etag ?? identity?.lastModified,
  })
  try {
    return { reply, meaning: readReply(reply.status, reply.headers, asked) }
  } catch (error) {
    if (!(error instanceof TransferFailure)) throw error
    const pauseMs = retryAfterMs(reply.headers, options.clock.date())
    const apiWords = await refusalWords(reply.body)
    throw new TransferFailure(error.code, error.message, { transient: error.transient, pauseMs, apiWords })
  }
}
