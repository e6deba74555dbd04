import { systemFailure } from '../../system-errors.ts'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { ArrivingFile } from './arriving-file.ts'
import { StartOver } from './exchange.ts'
import { Fetching, type FetchOptions } from './fetching.ts'
import { Recovery } from './recovery.ts'
import type { Opened } from './segment.ts'
import { discard } from './storage-request.ts'

export interface DownloadOptions extends FetchOptions {
  /** The file to write; one that is there is replaced. It is not the final name: that is for a verified file. */
  path: string
}

/** A download that is whole: every byte the storage host announced is in the file. */
export interface Downloaded {
  sizeBytes: number
  /** Of the whole file, in hex. */
  sha256: string
  etag?: string
}

/** Where one object after another turns out to be another one, the next is fetched over one connection, in one piece. */
const MOST_SPREAD = 2

/**
 * Downloads one object to `path` over as many connections as make it faster, hashing it on the way; the memory used does not
 * grow with its size. Broken, stalled, refused and expired connections are made good. On failure and on abort no file is left at
 * `path`. Throws an `ActionError` (`network`, `server_error`, `corrupt_download`, `unexpected_reply`; `operation_failed` when
 * the disk is full), what `source.renew()` or `onSize` throws, or the signal's reason.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  options.signal.throwIfAborted()
  let file: FileHandle
  try {
    // Removed and made anew, never opened as it is: what lies there could be a link to somewhere else.
    await rm(options.path, { force: true })
    // Readable too: what arrives out of order is hashed from the file.
    file = await open(options.path, 'wx+')
  } catch (error) {
    throw systemFailure(error, 'write the download', options.path)
  }
  try {
    const result = await downloadInto(new ArrivingFile(file, options.path), options)
    await file.close()
    return result
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(options.path, { force: true }).catch(() => undefined)
    throw error
  }
}

async function downloadInto(file: ArrivingFile, options: DownloadOptions): Promise<Downloaded> {
  const recovery = new Recovery(options)
  let opened: Opened | undefined
  let ranges = true
  for (let round = 0; ; round += 1) {
    try {
      const { identity, sizeBytes, sha256 } = await new Fetching(options, file, recovery, ranges).run(opened)
      return { sizeBytes, sha256, ...(identity.etag === undefined ? {} : { etag: identity.etag }) }
    } catch (error) {
      if (!(error instanceof StartOver)) throw error
      opened = error.opened
      if (error.note !== undefined) options.onNote(error.note)
      ranges &&= error.ranges && round + 1 < MOST_SPREAD
      try {
        await file.startOver()
        if (error.failure) await recovery.recover(error.failure, recovery.attempt(), 0, options.signal)
      } catch (failure) {
        if (opened) discard(opened.reply.body)
        throw failure
      }
    }
  }
}
