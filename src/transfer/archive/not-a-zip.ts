import type { FileHandle } from 'node:fs/promises'
import { ActionError } from '../../errors.ts'

/** How much of a file tells what it is, in bytes. */
export const SAMPLE = 512

/** The error for a file that is not a whole ZIP archive. It says what the file looks like instead, and quotes its beginning. */
export async function notAnArchive(
  file: FileHandle,
  sizeBytes: number,
  reason: string,
  cause?: unknown,
): Promise<ActionError> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0)
  const start = buffer.subarray(0, bytesRead)
  const kind = looksLike(start, sizeBytes)
  const message =
    kind === undefined
      ? `The downloaded archive is damaged: ${reason.replace(/\.$/, '')}.`
      : `The download is not a ZIP archive: it ${kind}.`
  return new ActionError('corrupt_download', message, {
    apiWords: kind?.startsWith('looks like') ? start.toString().slice(0, 200) : undefined,
    todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    cause,
  })
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
  if (/^<(\?xml|error|[a-z]+>)/i.test(text)) return 'looks like XML, as storage hosts answer when they refuse'
  if (/^[[{]/.test(text)) return 'looks like JSON'
  if (/^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\s]+$/u.test(text) && !text.includes('\uFFFD')) return 'looks like plain text'
  return 'begins with bytes that no ZIP archive begins with'
}
