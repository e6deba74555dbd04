import { appendFileSync } from 'node:fs'
import { ActionError, describe } from './errors.ts'
import { asActionError } from './system-errors.ts'

/** SIGBREAK is what Node makes of the Ctrl-Break that the runner sends on Windows instead of SIGTERM. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const

/** After a cancellation the runner sends SIGTERM after 7.5 s and kills 2.5 s later. A step must have ended after this many ms. */
const CANCELLED_MS = 4_700

/** action.yml names Node 24. A step that is run by hand may meet an older one, and needs at least this: the first with zstd. */
const OLDEST_NODE = [22, 15] as const

/** How long handles that nothing can close (an artifact upload in progress, for example) may keep a finished process alive, in ms. */
const LINGER_MS = 250

/** A step as a whole. Resolves with the exit code, after it has reported everything. */
export type Step = (options: { env: NodeJS.ProcessEnv; signal: AbortSignal }) => Promise<0 | 1>

/**
 * Runs a step as this process, from its first line to its last. This file is imported before anything slow, so a signal counts
 * from the start. The exit code is 1 until the step proves that it succeeded.
 *
 * `signal` aborts when the step must end: with `cancelled` for the first SIGINT or SIGTERM (later ones change nothing), or with
 * `operation_failed` for anything thrown where no call of ours can catch it, and for an event loop that runs empty before the step
 * ended. If the step cannot even report that, it is reported here.
 *
 * @param load imports the step; what it throws is reported like any other failure
 */
export function runAsProcess(load: () => Promise<Step>): void {
  process.exitCode = 1
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    reportAlone(tooOld())
    return
  }
  const stop = new AbortController()
  let ended = false
  const crash = (error: unknown) => {
    stop.abort(asActionError(error))
  }
  const end = (code: 0 | 1) => {
    ended = true
    process.exitCode = code
    // Node ends by itself once nothing is open: process.exit so soon after network use can crash it on Windows (nodejs/node#56645).
    setTimeout(() => process.exit(), LINGER_MS).unref()
  }
  const giveUp = (error: unknown) => {
    if (ended) return
    reportAlone(stop.signal.aborted ? stop.signal.reason : error)
    end(1)
  }
  const cancel = () => {
    if (stop.signal.aborted) return
    stop.abort(cancelled())
    setTimeout(() => giveUp(stop.signal.reason), CANCELLED_MS).unref()
  }
  for (const name of SIGNALS) process.on(name, cancel)
  // Unhandled rejections arrive here too.
  process.on('uncaughtException', crash)
  process.on('beforeExit', () => {
    if (!ended) crash(new Error('the step stopped before it had finished'))
  })
  process.on('exit', () => giveUp(new Error('the step stopped before it had finished')))
  load()
    .then((step) => step({ env: process.env, signal: stop.signal }))
    .then(end, giveUp)
}

function cancelled(): ActionError {
  return new ActionError(
    'cancelled',
    'The step was canceled: the workflow run was stopped, or the step reached its timeout-minutes.',
    {
      todo: 'What this step started in Visual Layer continues. The outputs list its IDs.',
    },
  )
}

function tooOld(): ActionError {
  return new ActionError(
    'operation_failed',
    `This action needs Node 24, but runs on Node ${process.versions.node}. On GitHub, use a runner of version 2.327.1 or later; in a clone, run npm ci and use node_modules/.bin/node.`,
  )
}

/** Reports a failure without anything else of the action, which may not even have loaded: one error, its outputs, a summary. */
function reportAlone(reason: unknown): void {
  const error = reason instanceof ActionError ? reason : asActionError(reason)
  const text = [error.message, error.todo, describe(error.cause ?? '')].filter(Boolean).join('\n')
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  process.stdout.write(`::error title=Visual Layer%3A step failed::${escaped}\n`)
  const headline = error.message
    .replace(/[\s`<>]+/g, ' ')
    .slice(0, 300)
    .toWellFormed()
  const result = JSON.stringify({ error_code: error.code, headline })
  append('GITHUB_OUTPUT', `error_code=${error.code}\nheadline=${headline}\nresult=${result}\n`)
  append('GITHUB_STEP_SUMMARY', `## ❌ Visual Layer: step failed\n\n${error.message.replace(/[<>&`]/g, ' ')}\n`)
}

function append(variable: string, text: string): void {
  const { [variable]: path } = process.env
  try {
    if (path) appendFileSync(path, text)
  } catch {
    // The annotation says it all the same.
  }
}
