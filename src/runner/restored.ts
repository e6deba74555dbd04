import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '../errors.ts'
import type { RunnerContext } from './context.ts'
import type { Reporter } from './reporter.ts'

type Job = Pick<RunnerContext, 'temp' | 'runId' | 'runAttempt' | 'job'>

/**
 * Remembers for the other steps of this job to which snapshot a dataset was restored last; `undefined` once it was changed since. The
 * post step of an earlier step has no other way to know. Outside a workflow run nothing is remembered.
 */
export function rememberRestored(
  job: Job,
  datasetId: string,
  snapshotId: string | undefined,
  reporter: Reporter,
): void {
  if (job.runId === undefined) return
  try {
    if (snapshotId === undefined) rmSync(fileOf(job, datasetId), { force: true })
    else writeFileSync(fileOf(job, datasetId), `${ownName(job)} ${snapshotId}`)
  } catch (error) {
    reporter.debug(`Could not remember the restore for later steps: ${describe(error)}`)
  }
}

/** The ID of the snapshot to which a step of this job restored the dataset last, if nothing of this action changed it since. */
export function restoredTo(job: Job, datasetId: string): string | undefined {
  try {
    const [name, snapshotId] = readFileSync(fileOf(job, datasetId), 'utf8').split(' ')
    return job.runId !== undefined && name === ownName(job) ? snapshotId : undefined
  } catch {
    return undefined
  }
}

function fileOf({ temp }: Job, datasetId: string): string {
  return join(temp, `visual-layer-restored-${datasetId}`)
}

/** The folder for temporary files may outlive a job on a self-hosted runner. */
function ownName({ runId, runAttempt, job }: Job): string {
  return `${runId}/${runAttempt}/${job}`
}
