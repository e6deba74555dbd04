import { ActionError, describe } from '../errors.ts'

/** Where an upload broke: the library speaks of the call in its messages; what is neither is the transfer of the bytes. */
export type UploadStage = 'create' | 'transfer' | 'finalize'

export function stageOf(error: unknown): UploadStage {
  const text = describe(error)
  if (text.includes('Failed to CreateArtifact')) return 'create'
  return text.includes('Failed to FinalizeArtifact') ? 'finalize' : 'transfer'
}

/** Whether the artifact service refused the name because the run already has an artifact of that name. */
export function isNameTaken(error: unknown): boolean {
  return stageOf(error) === 'create' && /\(409\)/.test(describe(error))
}

const NETWORK_CODES =
  /\b(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|REQUEST_SEND_ERROR)\b/

/**
 * Whether another attempt of ours may help: a lost connection or a stall, which the library does not retry. Server errors have
 * outlasted its own retries: one counter is enough. A 403 of FinalizeArtifact counts too: uploads have been seen to meet it at random
 * (dotnet/orleans#10961, QIICR/dcmqi#562).
 */
export function isTransient(error: unknown): boolean {
  const text = describe(error)
  if (isOverQuota(text)) return false
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && NETWORK_CODES.test(error.code))
    return true
  if (statusOf(error) !== undefined) return false
  if (stageOf(error) === 'finalize' && /\(403\)/.test(text)) return true
  return NETWORK_CODES.test(text) || /Upload progress stalled/.test(text)
}

/** The HTTP status of the storage that refused bytes. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
}

function isOverQuota(text: string): boolean {
  return /quota has been hit|insufficient usage/i.test(text)
}

const SKIP =
  'To go without an artifact: `upload_artifact: false`; the export stays in `output_dir` for later steps of the job.'

/**
 * What a user is told of an upload that failed for good.
 *
 * @param lastResponse of whichever server answered last, such as `HTTP 500 from results.example`
 */
export function uploadFailure(error: unknown, storedName: string, lastResponse?: string): ActionError {
  const text = describe(error)
  const failure = (message: string, todo: string, apiWords?: string) =>
    new ActionError('artifact_failed', `The export is complete on disk, but its artifact is not stored: ${message}`, {
      apiWords,
      todo: `${todo} ${SKIP}`,
      cause: error,
    })
  if (isNameTaken(error)) {
    return failure(
      `this workflow run already has an artifact named "${storedName}".`,
      'Another job, another leg of the matrix or an earlier step took the name. Give each its own, such as `artifact_name: export-${{ strategy.job-index }}`, or replace the earlier one: `overwrite_artifact: true`.',
    )
  }
  if (isOverQuota(text)) {
    return failure(
      'the storage for artifacts that GitHub allows this account is used up.',
      'Delete old artifacts or let them live shorter (`retention_days: 7`); GitHub counts anew every 6 to 12 hours.',
    )
  }
  if (isTransient(error)) {
    return failure(
      `the connection to GitHub's artifact storage kept breaking. Last: ${text}`,
      'Run the job again. On a self-hosted runner, check that it reaches *.actions.githubusercontent.com and *.blob.core.windows.net.',
    )
  }
  const status = statusOf(error)
  const how = lastResponse ?? (status === undefined ? undefined : `HTTP ${status}`)
  return failure(
    `the artifact service failed or refused it${how === undefined ? '' : ` (last response: ${how})`}.`,
    'Check whether githubstatus.com reports trouble with Actions, then re-run the job.',
    text,
  )
}

/** What a user is told where the artifact service is out of reach from the start. */
export function noArtifactService(variable: string): ActionError {
  return new ActionError(
    'artifact_failed',
    `The export is complete on disk, but its artifact is not stored: ${variable} is not set, so GitHub's artifact service cannot be reached.`,
    {
      todo: `The runner sets it for actions; it is absent outside a GitHub workflow and where a step or container clears the environment. ${SKIP}`,
    },
  )
}
