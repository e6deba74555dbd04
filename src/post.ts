import type { Clock } from './clock.ts'
import { describe } from './errors.ts'
import { readRequest, secretsOf } from './inputs/request.ts'
import { abortCreation } from './operations/abort-creation.ts'
import { readContext } from './runner/context.ts'
import { RunnerReporter } from './runner/log.ts'
import type { SavedState } from './runner/state.ts'
import { Session } from './session.ts'

/** Time for what is owed, in ms: well within the five minutes that GitHub gives to what runs after a cancellation. */
const OWED_MS = 60_000

/**
 * Runs the post step: does what the main step left undone when it was killed. Its own trouble is a warning and never fails
 * the job.
 */
export async function post(state: SavedState, { env, clock }: { env: NodeJS.ProcessEnv; clock: Clock }): Promise<void> {
  const reporter = new RunnerReporter({ clock })
  for (const secret of secretsOf(env)) reporter.mask(secret)
  const datasetId = state.dataset_id
  if (state.owed !== 'abort-creation' || datasetId === undefined) {
    reporter.info('Nothing is left to undo in Visual Layer.')
    return
  }
  let session: Session | undefined
  try {
    const { request } = readRequest(env, { workspace: readContext(env).workspace })
    session = new Session(request, clock, (line) => reporter.info(line))
    reporter.info(await session.lastly(OWED_MS, (api, waiting) => abortCreation(api, waiting, datasetId)))
  } catch (error) {
    reporter.warning(
      `The creation of dataset ${datasetId}, which this cancelled run had started, could not be aborted: ${describe(error)}.`,
      {
        todo: 'It goes on in Visual Layer. Abort it in the Task Manager there if it is not wanted.',
      },
    )
  } finally {
    await session?.close()
  }
}
