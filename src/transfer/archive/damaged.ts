import { ActionError } from '../../errors.ts'

/** The error for an entry that cannot be what the archive's writer meant. `why` completes "…: it is encrypted". */
export function damaged(name: string, why: string, cause?: unknown): ActionError {
  return new ActionError(
    'corrupt_download',
    `The downloaded archive is damaged at its entry ${JSON.stringify(name.slice(0, 300))}: ${why}.`,
    {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
      cause,
    },
  )
}
