import type { Clock } from './clock.ts'
import { ActionError, describe, unforeseen } from './errors.ts'
import type { OperationRequest } from './inputs/operations-table.ts'
import { readRequest, secretsOf } from './inputs/request.ts'
import { perform } from './operations/index.ts'
import type { Undo } from './operations/step.ts'
import { listenForCancellation } from './runner/cancellation.ts'
import { readContext } from './runner/context.ts'
import { fail } from './runner/failure.ts'
import { RunnerReporter } from './runner/log.ts'
import { Session } from './session.ts'
import { type Account, summarize } from './summarize.ts'
import { VERSION } from './version.ts'

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
    const onCancel = (last: Undo | undefined) => {
      undo.last = last
    }
    headline = await perform(request, session.step({ reporter, context, signal: cancellation.signal, onCancel }))
    reporter.note(headline)
  } catch (error) {
    failure = asFailure(error, cancellation.signal)
    if (failure.code === 'cancelled' && session && undo.last) await undoLast(session, undo.last, reporter)
  }
  await session?.close()
  await finish({ reporter, context, request, headline, failure, env })
  cancellation.dispose()
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

async function finish({ reporter, context, request, headline, failure: thrown, env }: Account): Promise<void> {
  let failure = thrown
  // A step that failed in its own time owes nothing: only a killed one leaves its debts to the post step.
  if (failure && failure.code !== 'cancelled') reporter.state('owed', '')
  reporter.output('error_code', failure?.code ?? '')
  try {
    reporter.finishOutputs()
  } catch (error) {
    failure ??= error instanceof ActionError ? error : unforeseen(error)
  }
  await summarize({ reporter, context, request, headline, failure, env })
  if (failure) fail(failure, { operation: request?.operation, reporter })
}
