import { ActionError, type ErrorCode, type ErrorDetails } from '../../errors.ts'
import { networkFault } from '../../network.ts'
import { excerpt, isRecord } from '../../visual-layer/reply.ts'
import { retryAfterMs } from '../../visual-layer/headers.ts'

/** A failed request to GitHub's REST API. */
export class GitHubFailure extends ActionError {
  /** `undefined` where no response came. */
  readonly status: number | undefined
  /** Whether another try may end better. */
  readonly transient: boolean
  /** The pause that GitHub asked for, in ms. */
  readonly pauseMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { status?: number | undefined; transient?: boolean; pauseMs?: number | undefined },
  ) {
    super(code, message, details)
    this.status = details.status
    this.transient = details.transient ?? false
    this.pauseMs = details.pauseMs
  }
}

/** Whether something does not exist, or no longer: for an expired artifact, GitHub responds with 410. */
export function isGone(error: unknown): boolean {
  return error instanceof GitHubFailure && (error.status === 404 || error.status === 410)
}

/** A rejection for too many requests that names no time: GitHub asks for at least a minute (docs.github.com, rate limits). */
const RATE_PAUSE_MS = 60_000

const PERMISSIONS = `The token must be allowed to read the runs of this repository's workflows. Give the job these permissions:
permissions:
  actions: read
  contents: read`

const REACH = 'On a self-hosted runner, check that it can reach the GitHub API, through its proxy if it has one.'

/** What a request that threw means. `what` completes "the request to GitHub for …". `dateMs`: the wall clock, ms since the epoch. */
export function failureOf(what: string, error: unknown, dateMs: number): GitHubFailure {
  const reply = replyIn(error)
  if (!reply) {
    const { cause, todo, isFinal } = networkFault(error)
    return new GitHubFailure('network', `Could not reach GitHub to read ${what}: ${cause}.`, {
      todo,
      transient: !isFinal,
      cause: error,
    })
  }
  const { status, headers } = reply
  const apiWords = wordsOf(reply.data)
  const about = { status, apiWords, cause: error }
  const pauseMs = retryAfterMs(headers, dateMs) ?? untilReset(headers, dateMs)
  if (status === 429 || (status === 403 && (pauseMs !== undefined || /rate limit/i.test(apiWords ?? '')))) {
    return new GitHubFailure('server_error', `GitHub's rate limit was reached by the request for ${what}.`, {
      ...about,
      todo: 'Re-run the job later. All jobs of a repository share the limit, so run fewer of them at once.',
      transient: true,
      pauseMs: pauseMs ?? RATE_PAUSE_MS,
    })
  }
  if (status === 401) {
    return new GitHubFailure('unauthorized', `GitHub did not accept the github_token (HTTP 401).`, {
      ...about,
      todo: 'Remove github_token to use the token of the job. Your own token may have expired or been revoked.',
    })
  }
  if (status === 403 || status === 404) {
    const message = `GitHub denied access to ${what} (HTTP ${status}).`
    return new GitHubFailure('forbidden', message, { ...about, todo: PERMISSIONS })
  }
  const passing = status >= 500 || status === 408
  return new GitHubFailure(
    passing ? 'server_error' : 'unexpected_reply',
    `The request to GitHub for ${what} failed (HTTP ${status}).`,
    {
      ...about,
      todo: 'Check whether githubstatus.com reports problems, then re-run the job.',
      transient: passing,
      pauseMs: retryAfterMs(headers, dateMs),
    },
  )
}

/** A response with HTTP 200 that is not what is documented; a cut-off one looks like this too. */
export function unexpectedReply(what: string, status: number, data: unknown): GitHubFailure {
  return new GitHubFailure('unexpected_reply', `Unexpected response to the request to GitHub for ${what}.`, {
    status,
    apiWords: wordsOf(data),
    todo: `Re-run the job. ${REACH}`,
    transient: true,
  })
}

interface Reply {
  status: number
  headers: Record<string, string | undefined>
  data: unknown
}

/** Octokit's errors carry the response; one without is of the connection, whatever status it claims. */
function replyIn(error: unknown): Reply | undefined {
  if (!(error instanceof Error && 'response' in error && isRecord(error.response))) return undefined
  const { status, headers, data } = error.response
  if (typeof status !== 'number') return undefined
  const texts: Reply['headers'] = {}
  for (const [name, value] of Object.entries(isRecord(headers) ? headers : {})) {
    if (typeof value === 'string') texts[name] = value
  }
  return { status, headers: texts, data }
}

function untilReset(headers: Reply['headers'], dateMs: number): number | undefined {
  if (headers['x-ratelimit-remaining'] !== '0') return undefined
  const resetMs = Number(headers['x-ratelimit-reset']) * 1000
  return Number.isFinite(resetMs) ? Math.max(0, resetMs - dateMs) : undefined
}

function wordsOf(data: unknown): string | undefined {
  if (isRecord(data)) return typeof data['message'] === 'string' ? data['message'] : undefined
  return typeof data === 'string' && data !== '' ? excerpt({ kind: 'other', text: data }) : undefined
}
