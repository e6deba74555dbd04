import type { TransferOptions } from '../../transfer/download/segment.ts'
import type { Step } from '../step.ts'

/** What every transfer of a step has in common, but for what is transferred. `signal` ends it. */
export async function transferOptions(step: Step, signal: AbortSignal): Promise<Omit<TransferOptions, 'source'>> {
  return {
    dispatcher: await step.connection(),
    clock: step.clock,
    signal,
    stallTimeoutMs: step.requestTimeoutMs,
    maxRetries: step.maxRetries,
    userAgent: step.userAgent,
    onNote: (line) => step.reporter.info(line),
  }
}
