import type { Dispatcher } from 'undici'
import type { Clock, Deadline } from '../clock.ts'
import type { RunnerContext } from '../runner/context.ts'
import type { Reporter } from '../runner/reporter.ts'
import type { Slots } from '../transfer/download/slots.ts'
import type { VisualLayer } from '../visual-layer/client.ts'
import type { Waiting } from '../waiting/until.ts'
import type { UndoLog } from './undo-log.ts'

/** All that an operation may touch, so that it can be tested with plain objects. */
export interface Step {
  readonly api: VisualLayer
  readonly clock: Clock
  readonly deadline: Deadline
  readonly signal: AbortSignal
  readonly reporter: Reporter
  readonly context: RunnerContext
  /** How waits go: their pace, patience with faults, and where their lines go. */
  readonly waiting: Waiting
  /** `poll_interval`, `max_retries` and `request_timeout` in ms, for what does not go through `api`. */
  readonly maxRetries: number
  /** `max_retries`, only if it was set to something other than its default. */
  readonly retryLimit: number | undefined
  readonly requestTimeoutMs: number
  readonly userAgent: string
  readonly connection: () => Promise<Dispatcher>
  /** One line for the debug log, if there is one. */
  readonly onExchange: ((line: string) => void) | undefined
  /** The connections that all downloads of the step share. */
  readonly slots: Slots
  /** Where people see a dataset. */
  datasetPage(datasetId: string): string
  /** What is undone or named if the step ends early. */
  readonly undo: UndoLog
}
