import type { ActionError } from './errors.ts'
import type { Service } from './inputs/base-url.ts'
import type { RunnerContext } from './runner/context.ts'
import { failureHeadline, plainSentence } from './runner/headline.ts'
import type { RunnerReporter } from './runner/log.ts'
import { type SummaryModel, writeReport, writeSummary } from './runner/summary.ts'

/** What a step, or its post step, came to. */
export interface Account {
  reporter: RunnerReporter
  context: RunnerContext
  /** `undefined` where the inputs made none. */
  request: { operation: string; service: Service } | undefined
  /** One sentence: what was done to what. */
  headline: string
  failure: ActionError | undefined
  env: NodeJS.ProcessEnv
}

/** Sets the outputs that say how the step ended, and writes the report for them. Never throws. */
export function tellEnd(account: Account): void {
  const { reporter, context, headline, failure } = account
  const operation = operationOf(account)
  const dataset = reporter.outputValue('dataset_name')
  reporter.output('error_code', failure?.code ?? '')
  // Before it is cut: half of a secret would slip past the search for it.
  const told = failure ? failureHeadline(failure, { operation, dataset }) : headline
  reporter.output('headline', plainSentence(reporter.redact(told)))
  reporter.output('report_path', writeReport(modelOf(account), { temp: context.temp, reporter }))
}

/** Writes the account of what was done to the job summary. Never throws. */
export function summarize(account: Account): void {
  writeSummary(modelOf(account), account)
}

function modelOf(account: Account): SummaryModel {
  const { reporter, context, request, headline, failure } = account
  const id = reporter.outputValue('dataset_id')
  const name = reporter.outputValue('dataset_name')
  const isGone = request?.operation === 'delete-dataset' && !failure
  const link = isGone ? undefined : request && `${request.service.origin}/dataset/${id}/data`
  return {
    operation: operationOf(account),
    headline: failure ? '' : headline,
    dataset: id === '' ? undefined : { name, id, link },
    facts: reporter.facts,
    notes: reporter.notes.filter((note) => note !== headline),
    warnings: reporter.warnings.filter((warning) => !failure || !warning.startsWith(failure.message)),
    sections: reporter.sections,
    error: failure && {
      code: failure.code,
      message: failure.message,
      apiWords: failure.apiWords,
      todo: failure.todo,
      trace: failure.trace,
    },
    durationMs: reporter.elapsedMs,
    runUrl: context.runUrl,
  }
}

/** What to call a step in a title; 'step' if its inputs do not say what it does. */
export function operationOf({ request, env }: Account): string {
  return request?.operation ?? (env['INPUT_OPERATION'] || 'step')
}
