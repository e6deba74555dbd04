import type { getOctokit } from '@actions/github'
import type { Dispatcher } from 'undici'
import type { z } from 'zod'
import { type Clock, within } from '../../clock.ts'
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

type Octokit = ReturnType<typeof getOctokit>
type Reply = Awaited<ReturnType<Octokit['request']>>
type Parameters = Record<string, string | number | boolean>

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

  /**
   * @param what completes "the request to GitHub for …"
   * @param path of the route, as docs.github.com/rest gives it, such as `/repos/{owner}/{repo}`; what is in `parameters` beyond
   *   its names becomes the query
   */
  async read<T>(what: string, path: string, parameters: Parameters, schema: z.ZodType<T>): Promise<T> {
    return this.#repeat(what, async () => {
      const { status, data } = await this.#attempt(path, parameters, 'follow')
      const parsed = schema.safeParse(data)
      if (parsed.success) return parsed.data
      throw unexpectedReply(what, status, data)
    })
  }

  /** Where a route redirects to. The token is not sent there. */
  async location(what: string, path: string, parameters: Parameters): Promise<URL> {
    return this.#repeat(what, async () => {
      const { status, headers, data } = await this.#attempt(path, parameters, 'manual')
      const link = status >= 300 && status < 400 ? URL.parse(headers.location ?? '') : null
      const allowed = this.#options.apiUrl.startsWith('http:') ? ['http:', 'https:'] : ['https:']
      if (link && allowed.includes(link.protocol)) return link
      throw unexpectedReply(what, status, data)
    })
  }

  async #repeat<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    const { clock, signal, maxRetries, reporter } = this.#options
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt()
      } catch (error) {
        signal.throwIfAborted()
        const failure = error instanceof GitHubFailure ? error : failureOf(what, error, clock.date())
        const pause = Math.max(fullJitter(failures), failure.pauseMs ?? 0)
        if (!failure.transient || failures >= maxRetries || pause > LONGEST_PAUSE_MS) throw failure
        reporter.info(`${failure.message} Retrying (${failures + 1} of ${maxRetries}).`)
        await clock.sleep(pause, signal)
      }
    }
  }

  async #attempt(path: string, parameters: Parameters, redirect: 'follow' | 'manual'): Promise<Reply> {
    const { clock, signal, requestTimeoutMs } = this.#options
    signal.throwIfAborted()
    this.#octokit ??= this.#open()
    const octokit = await this.#octokit
    const late = () => new Error(`no response within ${Math.round(requestTimeoutMs / 100) / 10} s`)
    return within(clock, requestTimeoutMs, signal, late, async (ends) => {
      const reply: Reply = await octokit.request(`GET ${path}`, { ...parameters, request: { redirect, signal: ends } })
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
    return open(token, {
      baseUrl: apiUrl,
      userAgent: USER_AGENT,
      log: { debug, info: debug, warn: debug, error: debug },
      request: { fetch: (url: string, options: object) => fetch(url, { ...options, dispatcher }) },
    })
  }
}
