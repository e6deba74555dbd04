import { NEW_EXPORT, REPORT } from '../advice.ts'
import { ActionError, type ErrorCode } from '../../errors.ts'

type TransferCode = Extract<ErrorCode, 'network' | 'server_error' | 'corrupt_download' | 'unexpected_reply'>

/**
 * What a failed request for bytes asks for: a retry (`transient`), a new link (`expired`), or a restart because what is on disk belongs
 * to another object (`changed`). Nothing helps with `final`.
 */
type Kind = 'transient' | 'expired' | 'changed' | 'final'

/** One request for bytes that failed. Users see the {@link ActionError} that {@link toActionError} makes of it. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure'
  readonly kind: Kind
  readonly code: TransferCode
  /** The pause the storage host asks for, in ms. */
  pauseMs: number | undefined
  apiWords: string | undefined
  /** The request, in one line for the operator of the storage host. */
  trace: string | undefined
  /** What to do, if that is known better than by the code. */
  readonly todo: string | undefined
  /** Of the response, if it is one without the wanted bytes. */
  readonly status: number | undefined

  constructor(
    kind: Kind,
    code: TransferCode,
    message: string,
    more: { todo?: string; cause?: unknown; status?: number } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.kind = kind
    this.code = code
    this.todo = more.todo
    this.status = more.status
  }
}

const todos: Record<TransferCode, string> = {
  network: 'Check the network and the proxy between the runner and the storage host, then re-run the job.',
  server_error: REPORT,
  corrupt_download: NEW_EXPORT,
  unexpected_reply:
    'Check that nothing between the runner and the storage host (a proxy, a firewall) responds instead of it.',
}

/**
 * The error that users see. `place` is what may be shown of the link.
 *
 * @param ending completes the sentence: `, 3 times in a row without progress`
 */
export function toActionError(failure: TransferFailure, place: string, ending: string): ActionError {
  const { code, message, todo, apiWords, trace } = failure
  const details = { todo: todo ?? todos[code], apiWords, trace, cause: failure }
  return new ActionError(code, `The download of ${place} failed: ${message}${ending}.`, details)
}
