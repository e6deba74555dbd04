/** The ends a step can fail with, as `error_code` gives them to a workflow. */
export const ERROR_CODES = [
  'invalid_input',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'rejected',
  'operation_failed',
  'timed_out',
  'network',
  'server_error',
  'unexpected_reply',
  'corrupt_download',
  'unsafe_archive',
  'artifact_failed',
  'gate_failed',
  'cancelled',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** What an {@link ActionError} may say beyond its code and first sentence. */
export interface ErrorDetails {
  /** The service's own words, unescaped; escaped where they are shown. */
  apiWords?: string | undefined
  /** What the reader should do next: a sentence or two, with the line of YAML to add where there is one. */
  todo?: string | undefined
  /** The failed request, in one line for the operator of the service. Without it, that of the cause. */
  trace?: string | undefined
  cause?: unknown
}

/**
 * A failure a user meets. Thrown where it is known, shown once, by `run()`.
 *
 * `message` says what happened; `apiWords` what the service said; `todo` what to do. Text from outside may stand in any of
 * them: the runner's side escapes and shortens it.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError'
  readonly code: ErrorCode
  readonly apiWords: string | undefined
  readonly todo: string | undefined
  /** Set where the request is known, which may be above the place that throws. */
  trace: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.apiWords = details.apiWords
    this.todo = details.todo
    this.trace = details.trace ?? (details.cause instanceof ActionError ? details.cause.trace : undefined)
  }

  /** The same failure in other words. */
  with({ message = this.message, todo = this.todo }: { message?: string; todo?: string }): ActionError {
    return this.copy(message, { apiWords: this.apiWords, todo, cause: this })
  }

  protected copy(message: string, details: ErrorDetails): ActionError {
    return new ActionError(this.code, message, details)
  }
}

const MOST_CAUSES = 3

/** The text of anything thrown, with the cause chain that network errors hide their reason in; without the period of a sentence. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const parts = [error.message || error.name]
  let { cause } = error
  // Counted, since causes can go round in a circle.
  for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth += 1) {
    const { message } = cause
    if (message && !parts.some((part) => part.includes(message))) parts.push(message)
    cause = cause.cause
  }
  return parts.map((part) => part.replace(/\.$/, '')).join(': ')
}
