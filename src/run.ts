import { type Clock, Deadline } from './clock.ts'
import { ActionError, describe, unforeseen } from './errors.ts'
import type { OperationRequest } from './inputs/operations-table.ts'
import { readRequest, secretsOf } from './inputs/request.ts'
import { perform } from './operations/index.ts'
import type { Step, Undo } from './operations/step.ts'
import { listenForCancellation } from './runner/cancellation.ts'
import { readContext, type RunnerContext } from './runner/context.ts'
import { fail } from './runner/failure.ts'
import { RunnerReporter } from './runner/log.ts'
import { type Outcome, writeSummary } from './runner/summary.ts'
import { Session } from './session.ts'
import { USER_AGENT, VERSION } from './version.ts'

/** The runner kills a cancelled step after 7.5 s; what is undone on the server has this many ms of them. */
const UNDO_MS = 3_500

export interface RunOptions {
  env: NodeJS.ProcessEnv
  clock: Clock
  process: NodeJS.Process
}

/**
 * Runs the main step: one operation from the inputs to outputs, summary, and at most one error. Never throws; a failure sets
 * `process.exitCode`.
 */
export async function run({ env, clock, process }: RunOptions): Promise<void> {
  const reporter = new RunnerReporter({ clock })
  for (const secret of secretsOf(env)) reporter.mask(secret)
  reporter.state('phase', 'post')
  const context = readContext(env)
  const cancellation = listenForCancellation(process)
  const undo: { last: Undo | undefined } = { last: undefined }
  let request: OperationRequest | undefined
  let session: Session | undefined
  let headline = ''
  let failure: ActionError | undefined
  try {
    const read = readRequest(env, { workspace: context.workspace })
    request = read.request
    for (const warning of read.warnings) reporter.warning(warning)
    reporter.info(`visual-layer-dataset-action ${VERSION}: ${request.operation} at ${request.service.origin}`)
    reporter.state('operation', request.operation)
    session = new Session(request, clock, (line) => reporter.info(line))
    headline = await perform(
      request,
      stepFor({ request, session, reporter, context, clock, signal: cancellation.signal, undo }),
    )
    reporter.note(headline)
  } catch (error) {
    failure = asFailure(error, cancellation.signal)
    if (failure.code === 'cancelled' && session && undo.last) await undoLast(session, undo.last, reporter)
  }
  await session?.close()
  await finish({ reporter, context, request, headline, failure, env })
  cancellation.dispose()
}

interface Parts {
  request: OperationRequest
  session: Session
  reporter: RunnerReporter
  context: RunnerContext
  clock: Clock
  signal: AbortSignal
  undo: { last: Undo | undefined }
}

function stepFor({ request, session, reporter, context, clock, signal, undo }: Parts): Step {
  const deadline = new Deadline(clock, request.timeoutMs)
  return {
    api: session.client(deadline, signal),
    clock,
    deadline,
    signal,
    reporter,
    context,
    waiting: session.waiting(deadline, signal, request.pollIntervalMs, (line) => reporter.progress(line)),
    maxRetries: request.maxRetries,
    requestTimeoutMs: request.requestTimeoutMs,
    userAgent: USER_AGENT,
    connection: session.connection,
    datasetPage: (datasetId) => `${request.service.origin}/dataset/${datasetId}/data`,
    onCancel: (last) => {
      undo.last = last
    },
  }
}

/** What a user is told of anything thrown. After a cancellation, whatever broke broke because of it. */
function asFailure(error: unknown, signal: AbortSignal): ActionError {
  if (signal.aborted && signal.reason instanceof ActionError) return signal.reason
  if (error instanceof ActionError) return error
  return unforeseen(error)
}

async function undoLast(session: Session, undo: Undo, reporter: RunnerReporter): Promise<void> {
  try {
    reporter.note(await session.lastly(UNDO_MS, undo))
    reporter.state('owed', '')
  } catch (error) {
    // What is owed stays in the state: the post step tries again.
    reporter.info(`Undoing what was started did not succeed (${describe(error)}). The post step tries again.`)
  }
}

interface End {
  reporter: RunnerReporter
  context: RunnerContext
  request: OperationRequest | undefined
  headline: string
  failure: ActionError | undefined
  env: NodeJS.ProcessEnv
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

async function finish({ reporter, context, request, headline, failure: thrown, env }: End): Promise<void> {
  let failure = thrown
  // A step that failed in its own time owes nothing: only a killed one leaves its debts to the post step.
  if (failure && failure.code !== 'cancelled') reporter.state('owed', '')
  reporter.output('error_code', failure?.code ?? '')
  try {
    reporter.finishOutputs()
  } catch (error) {
    failure ??= error instanceof ActionError ? error : unforeseen(error)
  }
  const id = reporter.outputValue('dataset_id')
  const name = reporter.outputValue('dataset_name')
  await writeSummary(
    {
      operation: request?.operation ?? env['INPUT_OPERATION'] ?? 'no operation',
      outcome: outcomeOf(failure),
      headline: failure ? 'The step ended early. What is known so far stands below.' : headline,
      dataset: id === '' ? undefined : { name, id, link: request && `${request.service.origin}/dataset/${id}/data` },
      facts: reporter.facts,
      notes: reporter.notes.filter((note) => note !== headline),
      warnings: reporter.warnings,
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
  if (failure) fail(failure, { operation: request?.operation, reporter })
}
