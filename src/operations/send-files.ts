import { totalBytes, uploadFiles } from '../transfer/upload.ts'
import type { Sending } from '../visual-layer/ingestion.ts'
import type { FilePart } from '../visual-layer/multipart.ts'
import { size } from './facts.ts'
import type { Phase } from '../waiting/until.ts'
import type { Step } from './step.ts'
import { withinDeadline } from './waits.ts'
import { count, percent } from '../numbers.ts'

/** Between two lines of progress, in ms. */
const PROGRESS_MS = 5_000

/** Says how far an upload is, now and then: `uploaded 1,250 of 2,000 files, 1.2 GiB of 2 GiB (60%)`. */
export function uploadProgress(step: Step, files: readonly FilePart[]): (doneFiles: number, bytes: number) => void {
  const total = totalBytes(files)
  let last = step.clock.now()
  return (doneFiles, bytes) => {
    if (step.clock.now() - last < PROGRESS_MS && doneFiles < files.length) return
    last = step.clock.now()
    const counted = `${count(doneFiles)} of ${count(files.length)} files`
    step.reporter.progress(`uploaded ${counted}, ${size(bytes)} of ${size(total)}${percent(bytes, total)}`)
  }
}

/** Sends files in batches, several at a time, within the deadline of the step. */
export async function sendFiles(
  step: Step,
  files: readonly FilePart[],
  phase: Phase,
  send: (batch: readonly FilePart[], sending: Sending) => Promise<void>,
): Promise<void> {
  const { clock, deadline, maxRetries, reporter } = step
  await reporter.group(`Uploading ${count(files.length)} files, ${size(totalBytes(files))}`, () =>
    withinDeadline(step, phase, (signal) =>
      uploadFiles({
        files,
        send,
        clock,
        deadline,
        signal,
        maxRetries,
        onProgress: uploadProgress(step, files),
        say: (line) => reporter.info(line),
        warn: (line) => reporter.warning(line),
      }),
    ),
  )
}
