import type { FileHandle } from 'node:fs/promises'
import { ActionError } from '../../errors.ts'
import { NEW_EXPORT } from '../advice.ts'

/** How much of a file shows what it is, in bytes. */
export const SAMPLE = 512

/** The error for an entry that cannot be what the archive's writer meant. `why` completes "…: it is encrypted". */
export function damaged(name: string, why: string, cause?: unknown): ActionError {
  const message = `The downloaded archive is damaged at its entry ${quoted(name)}: ${why}.`
  return new ActionError('corrupt_download', message, { todo: NEW_EXPORT, cause })
}

/** The error for an archive that is made to unpack to more than it should. */
export function bomb(why: string): ActionError {
  return new ActionError('unsafe_archive', `The archive was rejected: ${why}.`, {
    todo: 'Nothing of it was kept. Visual Layer does not produce such archives: find out who could have modified it, and export again.',
  })
}

/** The error for an entry that would harm the folder it is unpacked into. */
export function unsafe(name: string, why: string): ActionError {
  return new ActionError('unsafe_archive', `The archive was rejected because of its entry ${quoted(name)}: ${why}.`, {
    todo: 'Nothing was unpacked. Visual Layer does not produce such entries: find out who could have modified the archive, and export again.',
  })
}

/** The name of an entry, for messages. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 300))
}

/** The error for a file that is not a whole ZIP archive. It says what the file looks like instead, and quotes its beginning. */
export async function notAnArchive(file: FileHandle, sizeBytes: number, cause: unknown): Promise<ActionError> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0)
  const start = buffer.subarray(0, bytesRead)
  const kind = looksLike(start, sizeBytes)
  const message = kind === undefined ? damage(cause) : `The download is not a ZIP archive: it ${kind}.`
  const apiWords = kind?.startsWith('looks like') ? start.toString().slice(0, 200) : undefined
  return new ActionError('corrupt_download', message, { apiWords, todo: NEW_EXPORT, cause })
}

/** What is wrong with the directory of an archive, in words that do not ask the reader back as yauzl's own do. */
function damage(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : String(cause)
  const reason = /comment length|End of central directory record signature not found/i.test(words)
    ? 'it ends too early, or has bytes after its end'
    : words.replace(/[.?!]+$/, '')
  return `The downloaded archive is damaged: ${reason}.`
}

/** `undefined` for something that begins as a ZIP does. */
function looksLike(start: Buffer, sizeBytes: number): string | undefined {
  if (sizeBytes === 0) return 'is empty'
  if (start.subarray(0, 2).toString('latin1') === 'PK') return undefined
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'is a parquet file'
  if (start[0] === 0x1f && start[1] === 0x8b) return 'is compressed with gzip'
  const text = start
    .toString()
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (/^<(!doctype html|html|head|body)/i.test(text)) return 'looks like a web page'
  if (/^<(\?xml|error|[a-z]+>)/i.test(text)) return 'looks like XML, such as the error response of a storage host'
  if (/^[[{]/.test(text)) return 'looks like JSON'
  if (/^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\s]+$/u.test(text) && !text.includes('\uFFFD')) return 'looks like plain text'
  return 'does not begin like a ZIP archive'
}
