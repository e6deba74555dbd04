import { ActionError, describe } from './errors.ts'
import { asActionError } from './system-errors.ts'
import { invalidInput } from './inputs/faults.ts'
import { givenInputs } from './inputs/input-table.ts'
import { secretsOf } from './inputs/secrets.ts'
import { readShared, type SharedRequest } from './inputs/service-inputs.ts'
import { restore, UnclearRestore } from './operations/restore.ts'
import { undo } from './operations/undo.ts'
import { type Plan, savedPlan, UndoLog } from './operations/undo-log.ts'
import { readContext } from './runner/context.ts'
import { RunnerReporter } from './runner/log.ts'
import { restoredTo } from './runner/restored.ts'
import { savedUndo } from './runner/state.ts'
import type { RunOptions } from './run.ts'
import { Session } from './session.ts'
import { summarize } from './summarize.ts'
import { readProxies } from './visual-layer/connection.ts'

/** Time to undo each kind of plan, in ms: well within the five minutes that GitHub gives to what runs after a cancellation. */
const LIMITS_MS = { creation: 30_000, clone: 60_000, enrichment: 30_000, snapshot: 15_000 } as const

/** What post works with. */
interface Post extends RunOptions {
  reporter: RunnerReporter
  session: Session
  shared: SharedRequest
}

/**
 * Runs the post step, which GitHub starts only if the job failed or was canceled: undoes what the main step planned and did not
 * settle. Without a saved plan it does nothing. Its own failure is a warning and never fails the job, so it always returns 0.
 */
export async function runPost(options: RunOptions): Promise<0> {
  const { env, clock } = options
  const reporter = new RunnerReporter({ clock })
  let session: Session | undefined
  try {
    for (const secret of secretsOf(env)) reporter.mask(secret)
    const plan = savedPlan(savedUndo(env))
    if (!plan) {
      reporter.info('Nothing is left to undo in Visual Layer.')
      return 0
    }
    const { values, faults } = readShared(givenInputs(env))
    if (!values) throw invalidInput(faults)
    // GitHub gives the post step little time after a cancellation, so `poll_interval` does not apply.
    const shared: SharedRequest = { ...values, pollIntervalMs: 'auto' }
    session = new Session(shared, clock, readProxies(env), (line) => reporter.info(line), reporter.debugging)
    const post: Post = { ...options, reporter, session, shared }
    await (plan.kind === 'rollback' ? rollBack(plan, post) : undoPlan(plan, post))
  } catch (error) {
    const failure = asActionError(error)
    reporter.warning(`Cleanup in Visual Layer failed: ${failure.message}`, { todo: failure.todo })
  }
  await session?.close()
  return 0
}

async function undoPlan(
  plan: Exclude<Plan, { kind: 'rollback' }>,
  { reporter, session, signal, shared, env }: Post,
): Promise<void> {
  const account = {
    reporter,
    context: readContext(env),
    request: { operation: 'cleanup', service: shared.service },
    headline: '',
    env,
  }
  try {
    // Polls are frequent here: lines that differ in their figures only are shown once.
    const told = new Set<string>()
    const progress = (line: string) => {
      const words = line.replace(/[\d.]+/g, '#')
      if (!told.has(words)) reporter.progress(line)
      told.add(words)
    }
    const { text, settled } = await session.lastly(LIMITS_MS[plan.kind], signal, progress, (api, waiting) =>
      undo(plan, api, waiting),
    )
    if (settled) {
      reporter.info(text)
      return
    }
    reporter.warning(text)
  } catch (error) {
    const why = signal.aborted ? 'the post step was canceled' : describe(error)
    reporter.warning(`Could not clean up ${subjectOf(plan)}: ${why}.`, {
      todo: 'Look for it in Visual Layer, and abort or delete it there if you do not need it.',
    })
  }
  const left = 'Something that this job started may still be in Visual Layer.'
  summarize({ ...account, failure: new ActionError('operation_failed', left) })
}

/** What a plan is about, for people. */
function subjectOf(plan: Exclude<Plan, { kind: 'rollback' }>): string {
  switch (plan.kind) {
    case 'creation':
      return plan.datasetId === undefined
        ? `the creation of dataset "${plan.name}"`
        : `the creation of dataset "${plan.name}" (${plan.datasetId})`
    case 'clone':
      return plan.datasetId === undefined
        ? `the clone of dataset "${plan.source.name}" (${plan.source.id})`
        : `the temporary clone, dataset ${plan.datasetId}`
    case 'enrichment':
      return `the enrichment of dataset "${plan.source.name}" (${plan.datasetId ?? plan.source.id})`
    case 'snapshot':
      return `the snapshot of dataset ${plan.datasetId}`
  }
}

/**
 * Restores the snapshot that the main step took, unless a step of the job has done so since. What the failed job left is saved first
 * if it can be: a restore cannot be undone.
 */
async function rollBack(plan: Extract<Plan, { kind: 'rollback' }>, post: Post): Promise<void> {
  const { env, reporter, session, signal, shared } = post
  const { datasetId, snapshot } = plan
  const context = readContext(env)
  if (restoredTo(context, datasetId) === snapshot.id) {
    reporter.info(
      `A later step of this job restored dataset ${datasetId} to snapshot "${snapshot.name}" (${snapshot.id}). It is not restored again.`,
    )
    return
  }
  reporter.info(
    `The job failed or was canceled, and rollback_on_failure is set: restoring dataset ${datasetId} to snapshot "${snapshot.name}" (${snapshot.id}).`,
  )
  const request = {
    ...shared,
    operation: 'restore' as const,
    datasetId,
    snapshot: { by: 'id' as const, snapshotId: snapshot.id },
    safetySnapshot: true,
    onConflict: 'wait' as const,
    wait: true,
  }
  const account = { reporter, context, request: { operation: 'rollback', service: shared.service }, env }
  try {
    // A restore leaves nothing to undo.
    const undoLog = new UndoLog(() => undefined)
    const headline = await restore.run(request, session.step({ reporter, context, signal, undo: undoLog }))
    const told = `Rolled back after the failure of the job: ${headline}`
    reporter.info(told)
    summarize({ ...account, headline: told, failure: undefined })
  } catch (error) {
    const failure = signal.aborted && signal.reason instanceof ActionError ? signal.reason : asActionError(error)
    const { code, apiWords } = failure
    const mayRun = error instanceof UnclearRestore || code === 'cancelled'
    const which = `of dataset ${datasetId} to snapshot "${snapshot.name}" (${snapshot.id})`
    const message = mayRun
      ? `Could not confirm that the rollback ${which} finished: ${failure.message}`
      : `The rollback ${which} failed: ${failure.message}`
    const todo = `${mayRun ? 'If the snapshot is not current in Visual Layer when nothing runs there any longer, restore it' : 'Restore it'}:
  operation: restore
  dataset_id: ${datasetId}
  snapshot_id: ${snapshot.id}`
    const words = apiWords === undefined ? '' : ` Server message: ${apiWords}`
    reporter.warning(`${message}${words}`, { todo })
    summarize({ ...account, headline: '', failure: failure.with({ message, todo }) })
  }
}
