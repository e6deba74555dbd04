import * as core from '@actions/core'
import { describe, type ActionError } from '../errors.ts'
import { endOf } from './headline.ts'
import type { RunnerReporter } from './log.ts'
import { lines, oneLine } from './text.ts'

/**
 * GitHub keeps the first 4,096 characters of an annotation (ExecutionContext.cs of actions/runner). What is left by the
 * service's own words and by what to do is the message's.
 */
const ANNOTATION_CHARS = 3900
const API_WORDS_CHARS = 700
const TODO_CHARS = 1200
const TRACE_CHARS = 700

/**
 * Ends the step as failed: the one error annotation (what failed, the service's own words, what to do, the request that failed) and
 * exit code 1. The process is left to end by itself: `process.exit` soon after network use crashes Node 24 on Windows (nodejs/node#56645).
 */
export function fail(error: ActionError, options: { operation: string; reporter: RunnerReporter }): void {
  const { reporter } = options
  const words = error.apiWords && `Server message: ${oneLine(reporter.redact(error.apiWords), API_WORDS_CHARS)}`
  const todo = error.todo && lines(reporter.redact(error.todo), TODO_CHARS)
  const trace = error.trace && oneLine(reporter.redact(error.trace), TRACE_CHARS)
  const left = ANNOTATION_CHARS - (words?.length ?? 0) - (todo?.length ?? 0) - (trace?.length ?? 0)
  const message = lines(reporter.redact(error.message), left)
  if (error.cause !== undefined) reporter.debug(`Caused by: ${describe(error.cause)}`)
  process.exitCode = 1
  const title = `Visual Layer: ${oneLine(reporter.redact(options.operation), 60)}${endOf(error.code)[1]}`
  core.error([message, words, todo, trace].filter(Boolean).join('\n'), { title })
}
