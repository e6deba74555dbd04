import type { getOctokit } from '@actions/github'
import type { Dispatcher } from 'undici'
import type { z } from 'zod'
import { attempts, type Clock, within } from '../../clock.ts'
import { USER_AGENT } from '../../version.ts'
import { fullJitter } from '../../visual-layer/retry.ts'
import type { Reporter } from '../reporter.ts'
import { failureOf, GitHubFailure, unexpectedReply } from './failure.ts'

export interface GitHubOptions {
  /** Such as `https://api.github.com`. */
  apiUrl: string
  /** Masked by the caller. */
  token: string
  connection: () => Promise<Dispatcher>
  /** For one attempt, in ms. */
  requestTimeoutMs: number
  maxRetries: number
  clock: Clock
  signal: AbortSignal
  reporter: Pick<Reporter, 'info' | 'debug'>
}

/** A longer pause (ms) than this is not waited for: the hourly limit of a repository comes back in up to an hour. */
const LONGEST_PAUSE_MS = 120_000

/** Of GitHub's REST API; docs.github.com/rest, API versions. */
const API_VERSION = '2022-11-28'

type Octokit = ReturnType<typeof getOctokit>
type Reply = Pick<Awaited<ReturnType<Octokit['request']>>, 'status' | 'headers' | 'data'>
/** One request by a typed method; `request` is to be passed on. */
export type Route = (
  rest: Octokit['rest'],
  request: { redirect: 'follow' | 'manual'; signal: AbortSignal },
) => Promise<Reply>

/**
 * Reads GitHub's REST API. Lost connections, responses that take too long, server errors and used up limits are made good with
 * growing, jittered pauses, or the pause GitHub asks for where that is bearable. Throws a {@link GitHubFailure}, or the signal's
 * reason.
 */
export class GitHubClient {
  readonly #options: GitHubOptions
  #octokit: Promise<Octokit> | undefined

  constructor(options: GitHubOptions) {
    this.#options = options
  }

  /** @param what completes "the request to GitHub for …" */
  async read<T>(what: string, route: Route, schema: z.ZodType<T>): Promise<T> {
    return this.#repeat(what, async () => {
      const { status, data } = await this.#attempt(route, 'follow')
      const parsed = schema.safeParse(data)
      if (parsed.success) return parsed.data
      throw unexpectedReply(what, status, data)
    })
  }

  /** Where a route redirects to. The token is not sent there. */
  async location(what: string, route: Route): Promise<URL> {
    return this.#repeat(what, async () => {
      const { status, headers, data } = await this.#attempt(route, 'manual')
      const link = status >= 300 && status < 400 ? URL.parse(headers.location ?? '') : null
      const allowed = this.#options.apiUrl.startsWith('http:') ? ['http:', 'https:'] : ['https:']
      if (link && allowed.includes(link.protocol)) return link
      throw unexpectedReply(what, status, data)
    })
  }

  async #repeat<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    const { clock, signal, maxRetries, reporter } = this.#options
    return attempts({ clock, signal }, attempt, (error, failures) => {
      signal.throwIfAborted()
      const failure = error instanceof GitHubFailure ? error : failureOf(what, error, clock.date())
      const pause = Math.max(fullJitter(failures), failure.pauseMs ?? 0)
      if (!failure.transient || failures >= maxRetries || pause > LONGEST_PAUSE_MS) throw failure
      reporter.info(`${failure.message} Retrying (${failures + 1} of ${maxRetries}).`)
      return pause
    })
  }

  async #attempt(route: Route, redirect: 'follow' | 'manual'): Promise<Reply> {
    const { clock, signal, requestTimeoutMs } = this.#options
    signal.throwIfAborted()
    this.#octokit ??= this.#open()
    const octokit = await this.#octokit
    const late = () => new Error(`no response within ${Math.round(requestTimeoutMs / 100) / 10} s`)
    return within(clock, requestTimeoutMs, signal, late, async (ends) => {
      const reply = await route(octokit.rest, { redirect, signal: ends })
      // A body that broke off is no error to Octokit.
      ends.throwIfAborted()
      return reply
    })
  }

  async #open(): Promise<Octokit> {
    const { apiUrl, token, connection, reporter } = this.#options
    // The package reads the event of the run when it is imported, and throws if the file is broken. Nothing here needs the event.
    delete process.env['GITHUB_EVENT_PATH']
    const [{ getOctokit: open }, { fetch }, dispatcher] = await Promise.all([
      import('@actions/github'),
      import('undici'),
      connection(),
    ])
    const debug = (line: string) => reporter.debug(line)
    const octokit = open(token, {
      baseUrl: apiUrl,
      userAgent: USER_AGENT,
      log: { debug, info: debug, warn: debug, error: debug },
      request: { fetch: (url: string, options: object) => fetch(url, { ...options, dispatcher }) },
    })
    octokit.hook.before('request', ({ headers }) => {
      headers['x-github-api-version'] = API_VERSION
    })
    return octokit
  }
}
