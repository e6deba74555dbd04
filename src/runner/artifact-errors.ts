import { z } from 'zod'
import { ActionError, describe } from '../errors.ts'
import { codeOf } from '../system-errors.ts'

/** Where an upload broke: the library speaks of the call in its messages; what is neither is the transfer of the bytes. */
export type UploadStage = 'create' | 'transfer' | 'finalize'

export function stageOf(error: unknown): UploadStage {
  const text = describe(error)
  if (text.includes('Failed to CreateArtifact')) return 'create'
  return text.includes('Failed to FinalizeArtifact') ? 'finalize' : 'transfer'
}

/** Whether the artifact service rejected the name because the run already has an artifact of that name. */
export function isNameTaken(error: unknown): boolean {
  return stageOf(error) === 'create' && /\(409\)/.test(describe(error))
}

const NETWORK_CODES =
  /\b(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|REQUEST_SEND_ERROR)\b/

/**
 * Whether another attempt of ours may help: a lost connection during a call, or a stall. What the libraries below retry themselves
 * (server errors of calls, all failures of the transfer but a stall) has outlasted their retries: one counter is enough. A 403 of
 * FinalizeArtifact counts too: uploads have been seen to meet it at random (dotnet/orleans#10961, QIICR/dcmqi#562).
 */
export function isTransient(error: unknown): boolean {
  const text = describe(error)
  if (isOverQuota(text)) return false
  // All calls fail with these words.
  if (!text.includes('Failed to ')) return isStalled(text)
  return NETWORK_CODES.test(text) || (stageOf(error) === 'finalize' && /\(403\)/.test(text))
}

function isStalled(text: string): boolean {
  return text.includes('Upload progress stalled')
}

/** The HTTP status of the storage that rejected bytes. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
}

function isOverQuota(text: string): boolean {
  return /quota has been hit|insufficient usage/i.test(text)
}

const SKIP =
  'To skip the artifact, set `upload_artifact: false`; the export stays in `output_dir` for later steps of the job.'
const SKIP_IN_ACT =
  'This run is one of act, whose own artifact server is used. Set `upload_artifact: false`, or start act with --artifact-server-path and a version of act that supports the artifacts of upload-artifact@v4.'

/** The error for a name that another artifact of this run has. @param state what became of the export */
export function nameTaken(name: string, state: string, cause?: unknown): ActionError {
  return new ActionError('artifact_failed', `${state}: this workflow run already has an artifact named "${name}".`, {
    todo: `Another job (of the matrix, for example) or an earlier step used the name. Give each a unique name, such as \`artifact_name: export-\${{ strategy.job-index }}\`, or, if they do not run at the same time, replace the earlier one: \`overwrite_artifact: true\`. ${SKIP}`,
    cause,
  })
}

const NOT_STORED = 'The export is complete on disk, but its artifact was not stored'

/**
 * What a user reads about an upload that failed permanently.
 *
 * @param lastResponse of whichever server answered last, such as `HTTP 500 from results.example`
 */
export function uploadFailure(error: unknown, storedName: string, isAct: boolean, lastResponse?: string): ActionError {
  const text = wordsOf(error)
  const failure = (message: string, todo: string, apiWords?: string) =>
    new ActionError('artifact_failed', `${NOT_STORED}: ${message}`, {
      apiWords,
      todo: isAct ? SKIP_IN_ACT : `${todo} ${SKIP}`,
      cause: error,
    })
  if (isNameTaken(error)) return nameTaken(storedName, NOT_STORED, error)
  if (isOverQuota(text)) {
    return failure(
      "the account's artifact storage quota is used up.",
      'Delete old artifacts or shorten their retention (`retention_days: 7`); GitHub recalculates usage every 6 to 12 hours.',
    )
  }
  if (isStalled(text) || NETWORK_CODES.test(`${text} ${codeOf(error)}`)) {
    return failure(
      `the connection to ${isAct ? "act's artifact server" : "GitHub's artifact storage"} kept breaking. Last error: ${text}`,
      'Re-run the job. On a self-hosted runner, check that it reaches *.actions.githubusercontent.com and *.blob.core.windows.net.',
    )
  }
  const status = statusOf(error)
  const how = lastResponse ?? (status === undefined ? undefined : `HTTP ${status}`)
  return failure(
    `${isAct ? "act's artifact server" : 'the artifact service'} failed or rejected it${how === undefined ? '' : ` (last response: ${how})`}.`,
    'Check whether githubstatus.com reports problems with Actions, then re-run the job.',
    text,
  )
}

const withBody = z.object({ response: z.object({ bodyAsText: z.string() }) })

/** The words of an error of the libraries. Those of the storage have no message of their own, but a code and an XML body. */
function wordsOf(error: unknown): string {
  const text = describe(error)
  const status = statusOf(error)
  if (status === undefined) return text
  const body = withBody.safeParse(error).data?.response.bodyAsText ?? ''
  const said = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(body)?.[1])
  const found = said.filter((word) => word !== undefined).join(': ') || body.slice(0, 300)
  const words = text === 'RestError' ? found : text
  return [`HTTP ${status}`, codeOf(error), words].filter(Boolean).join(' ')
}

/** What a user reads if the artifact service is out of reach from the start. */
export function noArtifactService(variable: string, isAct: boolean): ActionError {
  return new ActionError(
    'artifact_failed',
    `${NOT_STORED}: ${variable} is not set, so ${isAct ? "act's artifact server" : "GitHub's artifact service"} cannot be reached.`,
    {
      todo: isAct
        ? SKIP_IN_ACT
        : `The runner sets it for actions. It is missing outside a GitHub workflow, or if a step or container clears the environment. ${SKIP}`,
    },
  )
}
