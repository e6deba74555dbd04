import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { diskFailure, writeFully } from './disk.ts'
import { fetchSegment, type Sink, type TransferOptions } from './segment.ts'

export interface DownloadOptions extends TransferOptions {
  /** The file to write; one that is there is replaced. It is not the final name: that is for a verified file. */
  path: string
  /** Called for every chunk, in bytes. */
  onProgress: (receivedBytes: number, totalBytes: number | undefined) => void
}

/** A download that is whole: every byte the storage host announced is in the file. */
export interface Downloaded {
  sizeBytes: number
  /** Of the whole file, in hex. */
  sha256: string
  etag?: string
}

/**
 * Downloads one object to `path`, hashing it on the way; the memory used does not grow with its size. Broken, stalled and
 * expired connections are resumed. On failure and on abort no file is left at `path`. Throws an `ActionError` (`network`,
 * `server_error`, `corrupt_download`, `unexpected_reply`; `operation_failed` when the disk is full), what `source.renew()`
 * throws, or the signal's reason.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  options.signal.throwIfAborted()
  let file: FileHandle
  try {
    // Removed and made anew, never opened as it is: what lies there could be a link to somewhere else.
    await rm(options.path, { force: true })
    file = await open(options.path, 'wx')
  } catch (error) {
    throw diskFailure(error, 'write the download', options.path)
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
  let hash = createHash('sha256')
  let received = 0
  const sink: Sink = {
    async write(chunk, totalBytes) {
      try {
        await writeFully(file, chunk, received)
      } catch (error) {
        throw diskFailure(error, 'write the download', options.path)
      }
      hash.update(chunk)
      received += chunk.length
      options.onProgress(received, totalBytes)
    },
    async startOver() {
      try {
        await file.truncate(0)
      } catch (error) {
        throw diskFailure(error, 'write the download', options.path)
      }
      hash = createHash('sha256')
      received = 0
    },
  }
  const { etag } = await fetchSegment({ ...options, start: 0, sink })
  return { sizeBytes: received, sha256: hash.digest('hex'), ...(etag === undefined ? {} : { etag }) }
}
