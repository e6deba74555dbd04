import { z } from 'zod'

/**
 * Fields as responses carry them. Everything is optional in practice, so a field that is absent, null, or of another kind than
 * documented reads as `undefined` and never spoils the response around it.
 */
export const text = z.string().optional().catch(undefined)

export const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined)

/** A progress in whole percent that helps a reader: 100 on work that continues does not, and neither does a larger number. */
export function shownProgress(progress: number | undefined): number | undefined {
  return progress !== undefined && progress >= 0 && progress < 100 ? Math.floor(progress) : undefined
}

export const flag = z.boolean().catch(false).default(false)

/** An id: text that is not empty. A number is taken as text, since transactions carry one. */
export const identifier = z
  .union([z.string().trim().min(1), z.number().int().transform(String)])
  .optional()
  .catch(undefined)

/** The ID of a dataset: a UUID, which IDs from elsewhere are compared with, so in one case. */
export const datasetIdentifier = identifier.transform((id) => id?.toLowerCase())

/** A required id. */
export const requiredIdentifier = z.string().trim().min(1)

/**
 * Milliseconds since the epoch of an ISO 8601 stamp. Stamps without a zone, as the API writes most of them, are read as UTC.
 */
export function parseStamp(stamp: string | undefined): number | undefined {
  if (stamp === undefined) return undefined
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(stamp) ? stamp : `${stamp}Z`
  const milliseconds = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}
