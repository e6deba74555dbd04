import { isRecord } from '../visual-layer/reply.ts'

/** An id that a record carries, as text; `undefined` where there is none that tells it from all others. */
export function idIn(record: unknown, field: 'media_id' | 'cluster_id'): string | undefined {
  const id = isRecord(record) ? record[field] : undefined
  if (typeof id === 'string') return id === '' ? undefined : id
  // A larger number may have lost digits when it was read.
  if (typeof id === 'bigint' || Number.isSafeInteger(id)) return String(id)
  return id instanceof Uint8Array ? Buffer.from(id).toString('hex') : undefined
}
