import type { ActionError } from './errors.ts'
import type { Service } from './inputs/base-url.ts'
import type { RunnerContext } from './runner/context.ts'
import type { RunnerReporter } from './runner/log.ts'
import { type Outcome, writeSummary } from './runner/summary.ts'

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

/** Writes the account of what was done to the job summary. Never throws. */
export function summarize({ reporter, context, request, headline, failure, env }: Account): void {
  const id = reporter.outputValue('dataset_id')
  const name = reporter.outputValue('dataset_name')
  const link = request && `${request.service.origin}/dataset/${id}/data`
  writeSummary(
    {
      operation: request?.operation ?? env['INPUT_OPERATION'] ?? 'no operation',
      outcome: outcomeOf(failure),
      headline: failure ? beginning(failure) : headline,
      dataset: id === '' ? undefined : { name, id, link },
      facts: reporter.facts,
      notes: reporter.notes.filter((note) => note !== headline),
      warnings: reporter.warnings,
      sections: reporter.sections,
      error: failure && {
        code: failure.code,
        message: failure.message,
        apiWords: failure.apiWords,
        todo: failure.todo,
      },
      durationMs: reporter.elapsedMs,
      runUrl: context.runUrl,
    },
    { env, reporter },
  )
}

function beginning({ code }: ActionError): string {
  return code === 'gate_failed'
    ? 'The export is complete and safe; what it contains fails the step, as fail_if or class_list asks.'
    : 'The step ended early. What is known so far stands below.'
}

function outcomeOf(failure: ActionError | undefined): Outcome {
  switch (failure?.code) {
    case undefined:
      return 'success'
    case 'cancelled':
      return 'cancelled'
    case 'timed_out':
      return 'timed_out'
    default:
      return 'failed'
  }
}
