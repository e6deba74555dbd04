import { type Clock, type Deadline, delayed, orAborted, within } from './clock.ts'
import { ActionError, describe } from './errors.ts'
import { asActionError } from './system-errors.ts'
import { secretsOf } from './inputs/secrets.ts'
import { perform, readRequest } from './operations/index.ts'
import { undo } from './operations/undo.ts'
import { UndoLog } from './operations/undo-log.ts'
import { readContext } from './runner/context.ts'
import { fail } from './runner/failure.ts'
import { RunnerReporter } from './runner/log.ts'
import { LAST_REQUEST_MS, Session } from './session.ts'
import { type Account, operationOf, summarize, tellEnd } from './summarize.ts'
import { VERSION } from './version.ts'
import type { Phase } from './waiting/until.ts'
import { readProxies } from './visual-layer/connection.ts'
import { IN_FLIGHT_MS } from './visual-layer/attempt.ts'

/**
 * A canceled step has this long, in ms, to undo or name what it left, and a little more for a request in progress. Together with
 * {@link IN_FLIGHT_MS} it ends within five seconds.
 */
const CANCELLED_UNDO_MS = 2_200
/** The same for a step that ended in its own time. */
const UNDO_MS = 60_000
/** A step ends at most this long after its deadline, in ms, whatever hangs. */
const OVERTIME_MS = 2_800

export interface RunOptions {
  env: NodeJS.ProcessEnv
  clock: Clock
  /** Aborts when the step must end. */
  signal: AbortSignal
}

/**
 * Runs the main step: one operation from the inputs to outputs, summary, and at most one error. Returns the exit code, 0 only for a
 * proven success. Never throws.
 */
export async function run({ env, clock, signal }: RunOptions): Promise<0 | 1> {
  const reporter = new RunnerReporter({ clock })
  const account: Account = {
    reporter,
    context: readContext(env),
    request: undefined,
    headline: '',
    failure: undefined,
    env,
  }
  let session: Session | undefined
  const log = new UndoLog((text) => reporter.saveUndo(text))
  try {
    for (const secret of secretsOf(env)) reporter.mask(secret)
    reporter.requireOutputs()
    const { request, warnings } = readRequest(env, { workspace: account.context.workspace })
    account.request = request
    for (const warning of warnings) reporter.warning(warning)
    reporter.info(`visual-layer-dataset-action ${VERSION}: ${request.operation} at ${request.service.origin}`)
    session = new Session(request, clock, readProxies(env), (line) => reporter.info(line), reporter.debugging)
    const opened = session
    account.headline = await performed(opened.deadline, clock, signal, (ends) =>
      perform(request, opened.step({ reporter, context: account.context, signal: ends, undo: log })),
    )
  } catch (error) {
    account.failure = asFailure(error, signal)
    reporter.endGroup()
  }
  if (session) {
    const { phase, hasSentChange } = session
    const undone = await cleanUp(session, log, account, clock, signal)
    await session.close()
    if (account.failure?.code === 'cancelled')
      account.failure = cancelledIn(account.failure, phase, hasSentChange, undone)
  }
  if (signal.aborted) account.failure ??= asFailure(undefined, signal)
  // Nothing waits from here on, so a signal finds the step either not over yet or over.
  return finish(account)
}

/** Runs an operation. One that hangs is given up soon after the deadline or a cancellation, even if it does not notice either. */
async function performed(
  deadline: Deadline,
  clock: Clock,
  signal: AbortSignal,
  start: (signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const late = () =>
    new ActionError('timed_out', 'The step was still busy after its timeout, and was stopped.', {
      todo: 'Increase timeout, then re-run the job.',
    })
  const done = new AbortController()
  const canceled = delayed(signal, IN_FLIGHT_MS + 200, clock, done.signal)
  try {
    return await within(clock, deadline.remainingMs(OVERTIME_MS), canceled, late, (over) =>
      orAborted(start(AbortSignal.any([signal, over])), over),
    )
  } finally {
    done.abort()
  }
}

/** What a user reads about anything thrown. After a cancellation, whatever broke broke because of it. */
function asFailure(error: unknown, signal: AbortSignal): ActionError {
  if (signal.aborted && signal.reason instanceof ActionError) return signal.reason
  return asActionError(error)
}

/** A cancellation, with what it interrupted, what continues in Visual Layer, and what was undone. */
function cancelledIn(
  failure: ActionError,
  phase: Phase | undefined,
  hasSentChange: boolean,
  undone: string | undefined,
): ActionError {
  const untouched = hasSentChange ? undefined : 'This step had sent no request that changes anything in Visual Layer.'
  const left = undone ?? phase?.carryOn
  return new ActionError(
    'cancelled',
    phase ? `${failure.message} It was waiting for ${phase.awaited}.` : failure.message,
    { todo: [untouched, left].filter(Boolean).join(' ') || failure.todo, cause: failure },
  )
}

/**
 * Undoes or names what a canceled operation has left; returns a sentence about the result. After any other end only a temporary clone is
 * deleted; an error covers the rest.
 */
async function cleanUp(
  session: Session,
  log: UndoLog,
  { reporter, failure }: Account,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const plan = log.open
  if (!plan || plan.kind === 'rollback') return undefined
  const isEphemeral = plan.kind === 'clone' && plan.ephemeral
  const isCancelled = failure?.code === 'cancelled'
  if (!isCancelled && !isEphemeral) {
    if (failure) log.settle()
    return undefined
  }
  const done = new AbortController()
  const hurry = delayed(signal, CANCELLED_UNDO_MS + LAST_REQUEST_MS, clock, done.signal)
  try {
    const leftMs = session.deadline.remainingMs(OVERTIME_MS) - LAST_REQUEST_MS
    if (!isCancelled && leftMs <= 0) throw new Error('no time was left')
    const { text, settled, datasetId, candidates, snapshot } = await session.lastly(
      isCancelled ? CANCELLED_UNDO_MS : Math.min(UNDO_MS, leftMs),
      hurry,
      (line) => reporter.progress(line),
      (api, waiting) => undo(plan, api, waiting, (known) => log.confirm(known)),
    )
    if (candidates) {
      reporter.addToResult('candidate_dataset_ids', candidates)
      reporter.warning(text)
    } else if (isCancelled) reporter.info(text)
    else reporter.note(text)
    if (datasetId !== undefined && isEphemeral) reporter.addToResult('clone_dataset_id', datasetId)
    else if (datasetId !== undefined) reporter.output('dataset_id', datasetId)
    if (snapshot && plan.kind === 'snapshot' && plan.safety) reporter.output('safety_snapshot_id', snapshot.id)
    else if (snapshot) reporter.output('snapshot_id', snapshot.id)
    if (settled) log.settle()
    return text
  } catch (error) {
    const what =
      plan.kind === 'clone' && plan.datasetId !== undefined
        ? `Could not delete the temporary clone, dataset ${plan.datasetId}`
        : 'Could not undo or find what was started'
    reporter.warning(`${what}: ${describe(error)}.`, {
      todo: isEphemeral
        ? 'Delete it in Visual Layer; nothing else uses it. If the job fails or is canceled, the post step tries again.'
        : 'The post step tries again.',
    })
    return undefined
  } finally {
    done.abort()
  }
}

/** Writes outputs and summary, and shows the error if there is one. Returns the exit code. */
function finish(account: Account): 0 | 1 {
  const { reporter } = account
  if (!account.failure) reporter.note(account.headline)
  tellEnd(account)
  try {
    reporter.finishOutputs()
  } catch (error) {
    account.failure ??= asActionError(error)
  }
  summarize(account)
  if (!account.failure) return 0
  fail(account.failure, { operation: operationOf(account), reporter })
  return 1
}
