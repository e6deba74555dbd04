import { duration } from '../numbers.ts'
import type { Deadline } from '../clock.ts'
import { ActionError, type ErrorCode, type ErrorDetails } from '../errors.ts'
import { networkFault } from '../network.ts'
import type { Rejection } from './token.ts'

/** What is known of a request that failed. */
export interface Outcome {
  /** Worth another try: the same request may succeed later. */
  transient: boolean
  /** Whether a change it asked for may have been made all the same. */
  effect: 'none' | 'unknown'
  status?: number | undefined
  /** The pause the service asked for, in ms. */
  retryAfterMs?: number | undefined
  /** A whole response that the application itself wrote, not a gateway in front of it. */
  answered?: boolean
  /** The response is JSON, but not of the documented shape: a retry seldom helps. */
  wrongShape?: boolean
  /** What to do if it stays unclear whether an earlier attempt, whose response was lost, took effect. */
  ifUnclear?: string
}

/** A failed request to the Visual Layer API. */
export class RequestFailure extends ActionError {
  readonly outcome: Outcome

  constructor(code: ErrorCode, message: string, details: ErrorDetails, outcome: Outcome) {
    super(code, message, details)
    this.outcome = outcome
  }

  protected override copy(message: string, details: ErrorDetails): RequestFailure {
    return new RequestFailure(this.code, message, details, this.outcome)
  }
}

/** Whether a failure may be transient, so that a wait continues through it. */
export function isTransient(error: unknown): error is RequestFailure {
  return error instanceof RequestFailure && error.outcome.transient
}

/** Whether a request failed because what it names is not there, or not visible to this account. */
export function isMissing(error: unknown): error is RequestFailure {
  return error instanceof RequestFailure && error.outcome.status === 404
}

/**
 * A failure without a response: refused, reset, not resolved, cut off, or too long without a response.
 *
 * @param whole `false`: the connection broke before the last byte of the request had been handed to it
 */
export function networkFailure(what: string, host: string, error: unknown, whole = true): RequestFailure {
  const { cause, todo, neverSent, isFinal } = networkFault(error)
  return new RequestFailure(
    'network',
    `Could not reach Visual Layer (${host}) to ${what}: ${cause}.`,
    { todo, cause: error },
    { transient: !isFinal, effect: neverSent || !whole ? 'none' : 'unknown' },
  )
}

/**
 * No response came in the time that the deadline of the step left.
 *
 * @param whole `false`: the request had not been sent completely
 */
export function outOfTime(
  what: string,
  host: string,
  words: string,
  deadline: Deadline,
  whole: boolean,
): RequestFailure {
  return new RequestFailure(
    'timed_out',
    `Timed out: the request to ${what} got ${words} (${host}; ${deadline.name}: ${duration(deadline.totalMs)}).`,
    { todo: 'Increase timeout, and check that Visual Layer is up, then re-run the job.' },
    { transient: true, effect: whole ? 'unknown' : 'none' },
  )
}

/** A response that came with a 2xx but cannot be what the API documents. */
export function unexpectedReply(what: string, reason: string, excerpt: string, wrongShape: boolean): RequestFailure {
  return new RequestFailure(
    'unexpected_reply',
    `Unexpected response to the request to ${what}: ${reason}.`,
    {
      apiWords: excerpt,
      todo: 'Check base_url (a web page instead of a response means that it is not Visual Layer). If it is right, the API may have changed: look for a newer version of this action.',
    },
    { transient: true, effect: 'unknown', wrongShape },
  )
}

const MEANING: Record<number, { code: ErrorCode; happened: string; todo: string }> = {
  403: {
    code: 'forbidden',
    happened: 'permission denied',
    todo: 'Check that the account of the credentials has the Editor or Owner role on the dataset, and that the feature is enabled for it.',
  },
  404: {
    code: 'not_found',
    happened: 'not found, or this account has no access (the API does not distinguish the two)',
    todo: 'Check the IDs, that base_url is the right server, and that the dataset is shared with the account that the credentials belong to.',
  },
  407: {
    code: 'network',
    happened: 'the proxy between the runner and Visual Layer requires credentials',
    todo: 'Put a user and a password into the proxy address (HTTPS_PROXY: http://user:password@host:port), or add the host to NO_PROXY.',
  },
  409: {
    code: 'conflict',
    happened: 'the dataset is busy, or its status does not allow this',
    todo: 'Wait until nothing else runs on the dataset (on_conflict: wait does so), then re-run the job.',
  },
  413: { code: 'rejected', happened: 'the request is too large', todo: 'Request less at once.' },
  414: {
    code: 'rejected',
    happened: 'the URL of the request is too long',
    todo: 'Shorten vql, or select by media_ids or cluster_ids, which are sent in the request body.',
  },
}

const REJECTIONS: Record<Rejection, { happened: string; todo: string }> = {
  key: {
    happened: 'Visual Layer did not accept the credentials',
    todo: 'Check api_key and api_secret: they must be complete, not revoked, and made for this base_url. Pull requests from forks get no secrets.',
  },
  token: {
    happened: 'Visual Layer did not accept the token',
    todo: 'Check token: it must be complete, not revoked, and made for this base_url. Or set api_key and api_secret instead: they sign a new token for each request.',
  },
  expired_token: {
    happened: 'the token has expired',
    todo: 'The action cannot renew token. Set api_key and api_secret instead: they sign a new token for each request, however long the step takes.',
  },
  none_sent: {
    happened: 'Visual Layer requires credentials, and none were sent',
    todo: 'Set api_key and api_secret (or token). Undefined secrets are empty, and pull requests from forks get no secrets.',
  },
}

const REJECTED = {
  code: 'rejected' as const,
  happened: 'Visual Layer rejected the request',
  todo: 'Fix what the server message describes, then re-run the job.',
}

/**
 * A response with a status that is no success. 408, 425, 429, and 5xx may be transient; the rest ends the step.
 *
 * @param words the API's own words, '' where it gave none
 * @param answered the body had the API's own JSON form
 * @param rejection what a 401 is about
 */
export function statusFailure(
  what: string,
  status: number,
  words: string,
  answered: boolean,
  retryAfter: number | undefined,
  rejection: Rejection = 'key',
): RequestFailure {
  const apiWords = words === '' ? undefined : words
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    const isLimit = status === 429
    const asked = retryAfter === undefined ? '' : `, Retry-After: ${Math.ceil(retryAfter / 1000)} s`
    const happened = isLimit ? 'Visual Layer is limiting the request rate' : 'the server failed'
    const todo = isLimit
      ? `Re-run the job ${retryAfter === undefined ? 'later' : 'after that time'}, with fewer jobs that use Visual Layer at the same time.`
      : 'Re-run the job later. If the problem persists, contact Visual Layer support.'
    return new RequestFailure(
      'server_error',
      `The request to ${what} failed (HTTP ${status}${asked}): ${happened}.`,
      { apiWords, todo },
      {
        transient: true,
        // Too many requests, and too early: the request was turned away before anything was done with it.
        effect: status === 429 || status === 425 ? 'none' : 'unknown',
        status,
        retryAfterMs: retryAfter,
        answered,
      },
    )
  }
  const meaning =
    status === 401 ? { code: 'unauthorized' as const, ...REJECTIONS[rejection] } : (MEANING[status] ?? REJECTED)
  const old =
    status === 403 && what.includes('snapshot')
      ? ' Datasets created before Visual Layer had snapshots do not support them.'
      : ''
  return new RequestFailure(
    meaning.code,
    `The request to ${what} failed (HTTP ${status}): ${meaning.happened}.`,
    { apiWords, todo: meaning.todo + old },
    { transient: false, effect: 'none', status, answered },
  )
}

/** The API itself rejects the request, permanently, although it knows the account. */
export function isRejection(error: unknown): error is RequestFailure {
  if (!(error instanceof RequestFailure) || error.outcome.transient) return false
  const { status = 0 } = error.outcome
  return status === 200 || (status >= 400 && status !== 401 && status !== 407)
}

/** What is read; `undefined` if the API rejects the request. */
export async function unlessRejected<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (!isRejection(error)) throw error
    return undefined
  })
}
