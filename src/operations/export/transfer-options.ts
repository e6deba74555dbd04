import type { DownloadOptions } from '../../transfer/download/download.ts'
import type { Step } from '../step.ts'

/** What all transfers of a step have in common. `signal` ends it. */
export async function transferOptions(
  step: Step,
  signal: AbortSignal,
): Promise<Omit<DownloadOptions, 'source' | 'path' | 'onProgress' | 'onSize'>> {
  return {
    dispatcher: await step.connection(),
    clock: step.clock,
    signal,
    stallTimeoutMs: step.requestTimeoutMs,
    ...(step.retryLimit === undefined ? {} : { maxRetries: step.retryLimit }),
    leftMs: () => step.deadline.remainingMs(),
    slots: step.slots,
    userAgent: step.userAgent,
    onExchange: step.onExchange,
    onNote: (line) => step.reporter.info(line),
  }
}
