import type { Clock } from './clock.ts'
import { ActionError, describe, unforeseen } from './errors.ts'
import type { OperationRequest } from './inputs/operations-table.ts'
import { readRequest, secretsOf } from './inputs/request.ts'
import { abortCreation, abortUnnamedCreation } from './operations/abort-creation.ts'
import { deleteDraft, deleteUnnamedDraft } from './operations/delete-draft.ts'
import { removeDataset } from './operations/remove-dataset.ts'
import { perform } from './operations/index.ts'
import { listenForCancellation } from './runner/cancellation.ts'
import { readContext, type RunnerContext } from './runner/context.ts'
import { RunnerReporter } from './runner/log.ts'
import type { SavedState } from './runner/state.ts'
import { Session } from './session.ts'
import { summarize } from './summarize.ts'

/** Time for an abort, in ms: well within the five minutes that GitHub gives to what runs after a cancellation. */
const ABORT_MS = 30_000
/** Time to delete a clone and to see it gone, in ms. */
const CLEANING_MS = 60_000

interface Owed {
  state: SavedState
  request: OperationRequest
  session: Session
  reporter: RunnerReporter
  context: RunnerContext
  signal: AbortSignal
  env: NodeJS.ProcessEnv
}

export interface PostOptions {
  env: NodeJS.ProcessEnv
  clock: Clock
  process: NodeJS.Process
}

/**
 * Runs the post step, which GitHub starts only where the job failed or was cancelled: aborts a creation that the main step could
 * not abort before it was killed, or rolls back to the snapshot of the main step. Its own trouble is a warning and never fails
 * the job.
 */
export async function post(state: SavedState, { env, clock, process }: PostOptions): Promise<void> {
  const reporter = new RunnerReporter({ clock })
  for (const secret of secretsOf(env)) reporter.mask(secret)
  const settle = state.owed === undefined || !Object.hasOwn(DEBTS, state.owed) ? undefined : DEBTS[state.owed]
  if (!settle) {
    reporter.info('Nothing is left to undo in Visual Layer.')
    return
  }
  const cancellation = listenForCancellation(process)
  const context = readContext(env)
  let session: Session | undefined
  try {
    const { request } = readRequest(env, { workspace: context.workspace })
    session = new Session(request, clock, (line) => reporter.info(line))
    await settle({ state, request, session, reporter, context, signal: cancellation.signal, env })
  } catch (error) {
    const failure = error instanceof ActionError ? error : unforeseen(error)
    reporter.warning(`What this job owed to Visual Layer could not be done: ${failure.message}`, { todo: failure.todo })
  }
  await session?.close()
  cancellation.dispose()
}

/** How each debt that a main step can leave is paid. */
const DEBTS: Record<string, (owed: Owed) => Promise<void>> = {
  'abort-creation': (owed) => undo(owed, abortCreation, abortUnnamedCreation),
  'delete-clone': deleteClone,
  'delete-draft': (owed) => undo(owed, deleteDraft, deleteUnnamedDraft),
  rollback,
}

/** Deletes the ephemeral clone of an export that was killed. */
async function deleteClone({ state, session, reporter }: Owed): Promise<void> {
  const { clone_dataset_id: datasetId } = state
  if (datasetId === undefined) return
  try {
    await session.lastly(CLEANING_MS, (api, waiting) => removeDataset(api, waiting, datasetId))
    reporter.info(`The ephemeral clone, dataset ${datasetId}, was deleted.`)
  } catch (error) {
    reporter.warning(`The ephemeral clone, dataset ${datasetId}, could not be deleted: ${describe(error)}.`, {
      todo: 'Delete it in Visual Layer; it is a copy, and nothing else needs it.',
    })
  }
}

async function undo(
  { state, session, reporter }: Owed,
  known: typeof abortCreation,
  unnamed: typeof abortUnnamedCreation,
): Promise<void> {
  const { dataset_id: datasetId, dataset_name: name = '' } = state
  try {
    reporter.info(
      await session.lastly(ABORT_MS, (api, waiting) =>
        datasetId === undefined
          ? unnamed(api, waiting, name, new Set((state.earlier_dataset_ids ?? '').split(' ')))
          : known(api, waiting, datasetId),
      ),
    )
  } catch (error) {
    const what = datasetId === undefined ? `a dataset named "${name}"` : `dataset ${datasetId}`
    reporter.warning(
      `The creation of ${what}, which this cancelled run had asked for, could not be undone: ${describe(error)}.`,
      {
        todo: 'If it goes on in Visual Layer and is not wanted, abort it in the Task Manager there, or delete the draft.',
      },
    )
  }
}

/**
 * Restores the snapshot that the main step took. No safety snapshot is taken: what a failed job left is what the user asked to
 * be rid of, and a cancelled job has minutes.
 */
async function rollback({ state, request, session, reporter, context, signal, env }: Owed): Promise<void> {
  const { dataset_id: datasetId, snapshot_id: snapshotId, snapshot_name: name } = state
  if (request.operation !== 'snapshot' || datasetId === undefined || snapshotId === undefined) return
  reporter.info(
    `The job failed or was cancelled, and rollback_on_failure is set: dataset ${datasetId} is restored to snapshot "${name}" (${snapshotId}).`,
  )
  const restore: OperationRequest = {
    ...request,
    operation: 'restore',
    snapshot: { by: 'id', snapshotId },
    safetySnapshot: false,
    onConflict: 'wait',
    wait: true,
  }
  let headline = ''
  let failure: ActionError | undefined
  try {
    headline = await perform(restore, session.step({ reporter, context, signal, onCancel: () => undefined }))
    reporter.note(`Rolled back after the failure of the job: ${headline}`)
  } catch (error) {
    failure = signal.aborted && signal.reason instanceof ActionError ? signal.reason : undefined
    failure ??= error instanceof ActionError ? error : unforeseen(error)
    const words = failure.apiWords === undefined ? '' : ` The server said: ${failure.apiWords}`
    reporter.warning(
      `The rollback of dataset ${datasetId} to snapshot "${name}" (${snapshotId}) was not seen to end: ${failure.message}${words}`,
      {
        todo: `${failure.todo ?? ''}\nLook at the dataset in Visual Layer, and restore the snapshot there if it is not the current one.`,
      },
    )
  }
  await summarize({ reporter, context, request: restore, headline, failure, env })
}
