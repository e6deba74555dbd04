import { ActionError, unforeseen } from '../errors.ts'

/** SIGBREAK is what Node makes of the Ctrl-Break that the runner sends on Windows in place of SIGTERM. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const
/** What a library throws outside of any call of ours, an upload's event handler say. */
const CRASH = 'uncaughtException'

type Event = (typeof SIGNALS)[number] | typeof CRASH

/** The events of a process, as far as they matter here. */
interface Signalled {
  on(event: Event, listener: (error: unknown) => void): unknown
  off(event: Event, listener: (error: unknown) => void): unknown
}

/**
 * An abort signal that fires when the step must end now: with an ActionError `cancelled` when the runner cancels the step
 * (it sends SIGINT, SIGTERM 7.5 s later, and kills after another 2.5 s; only the first counts here), or with
 * `operation_failed` when something was thrown that nobody could catch, so that even then the step ends in order.
 * `dispose` gives the events back to Node.
 */
export function listenForCancellation(process: Signalled): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController()
  const cancel = () => {
    controller.abort(
      new ActionError(
        'cancelled',
        'The step was cancelled: the workflow run was stopped, or the step ran into its `timeout-minutes`.',
        {
          todo: 'What Visual Layer has already started goes on there unless the log says that it was aborted; the outputs name it.',
        },
      ),
    )
  }
  const crash = (error: unknown) => {
    controller.abort(unforeseen(error))
  }
  for (const name of SIGNALS) process.on(name, cancel)
  process.on(CRASH, crash)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, cancel)
      process.off(CRASH, crash)
    },
  }
}
