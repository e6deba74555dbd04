import { ActionError, type ErrorCode, type ErrorDetails } from '../../errors.ts'

type TransferCode = Extract<ErrorCode, 'network' | 'server_error' | 'corrupt_download' | 'unexpected_reply'>

/** One try at some bytes that came to nothing. Not shown to users: {@link toActionError} makes the error they meet. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure'
  readonly code: TransferCode
  /** Whether another try may end better. */
  readonly transient: boolean
  /** The pause the storage host asked for, in ms. */
  readonly pauseMs: number | undefined
  readonly apiWords: string | undefined
  /** What to do, if that is known better than by the code. */
  readonly todo: string | undefined

  constructor(
    code: TransferCode,
    message: string,
    more: {
      transient?: boolean
      pauseMs?: number | undefined
      apiWords?: string | undefined
      todo?: string | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.transient = more.transient ?? true
    this.pauseMs = more.pauseMs
    this.apiWords = more.apiWords
    this.todo = more.todo
  }
}

/** A failure that no other try will mend. */
export function fail(code: TransferCode, message: string): TransferFailure {
  return new TransferFailure(code, message, { transient: false })
}

const todos: Record<TransferCode, string> = {
  network:
    'If it happens each time, check the network and proxy between the runner and the storage host, or raise max_retries.',
  server_error: 'If it happens each time, tell Visual Layer support the export id.',
  corrupt_download:
    'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
  unexpected_reply:
    'Check that nothing between the runner and the storage host (a proxy, a firewall) answers in its place.',
}

/** The error a user meets when the tries are used up. `place` is what may be shown of the link. */
export function toActionError(failure: TransferFailure, place: string, tries: number): ActionError {
  const times = tries > 1 ? `, ${tries} times in a row without progress` : ''
  const details: ErrorDetails = {
    todo: failure.todo ?? todos[failure.code],
    apiWords: failure.apiWords,
    cause: failure,
  }
  return new ActionError(failure.code, `The download of ${place} failed: ${failure.message}${times}.`, details)
}
