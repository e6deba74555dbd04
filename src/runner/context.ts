import { tmpdir } from 'node:os'
import { oneLine } from './text.ts'

/** Where the step runs. What has not the shape it should have counts as absent. */
export interface RunnerContext {
  /** `owner/name` */
  repository: string | undefined
  workflow: string | undefined
  job: string | undefined
  runId: string | undefined
  runAttempt: string | undefined
  sha: string | undefined
  ref: string | undefined
  actor: string | undefined
  /** The name of the event, such as `schedule`. */
  event: string | undefined
  /** Without a slash at the end. */
  serverUrl: string
  apiUrl: string
  /** The page of this attempt of the run. */
  runUrl: string | undefined
  workspace: string
  /** A folder for what is gone when the job ends. */
  temp: string
  /** How many days the repository lets artifacts live. */
  retentionDays: number | undefined
  /** GitHub Enterprise Server, whose artifact service the artifact library does not support. */
  isEnterpriseServer: boolean
  /** Whether this is a workflow run by act (github.com/nektos/act), which has an artifact server of its own. */
  isAct: boolean
  /** Whether a GitHub runner started this process. */
  isRunner: boolean
}

/**
 * Reads the runner's variables. `repository`, `job`, `runId`, `runAttempt`, `sha` and `event` are plain ASCII and may go into
 * a header; `workflow`, `ref` and `actor` are one line of any text.
 */
export function readContext(env: NodeJS.ProcessEnv): RunnerContext {
  const shaped = (name: string, shape: RegExp) => (shape.test(env[name] ?? '') ? env[name] : undefined)
  const line = (name: string) => oneLine(env[name] ?? '', 250) || undefined
  const repository = shaped('GITHUB_REPOSITORY', /^[\w.-]{1,100}\/[\w.-]{1,100}$/)
  const runId = shaped('GITHUB_RUN_ID', /^\d{1,20}$/)
  const runAttempt = shaped('GITHUB_RUN_ATTEMPT', /^\d{1,10}$/)
  const serverUrl = address(env['GITHUB_SERVER_URL'], 'https://github.com')
  const run = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}` : undefined
  const days = shaped('GITHUB_RETENTION_DAYS', /^[1-9]\d{0,3}$/)
  return {
    repository,
    workflow: line('GITHUB_WORKFLOW'),
    job: shaped('GITHUB_JOB', /^[\w-]{1,200}$/),
    runId,
    runAttempt,
    sha: shaped('GITHUB_SHA', /^[0-9a-f]{40,64}$/i),
    ref: line('GITHUB_REF'),
    actor: line('GITHUB_ACTOR'),
    event: shaped('GITHUB_EVENT_NAME', /^\w{1,100}$/),
    serverUrl,
    apiUrl: address(env['GITHUB_API_URL'], 'https://api.github.com'),
    runUrl: run && runAttempt ? `${run}/attempts/${runAttempt}` : run,
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    temp: env['RUNNER_TEMP'] || tmpdir(),
    retentionDays: days === undefined ? undefined : Number(days),
    isEnterpriseServer: isEnterpriseServer(serverUrl),
    isAct: Boolean(env['ACT']),
    isRunner: env['GITHUB_ACTIONS'] === 'true',
  }
}

/** As @actions/artifact decides it: neither github.com nor a host under ghe.com or .localhost. */
function isEnterpriseServer(serverUrl: string): boolean {
  const { hostname } = new URL(serverUrl)
  return hostname !== 'github.com' && !hostname.endsWith('.ghe.com') && !hostname.endsWith('.localhost')
}

function address(text: string | undefined, otherwise: string): string {
  const url = URL.parse(text ?? '')
  if (!url || !/^https?:$/.test(url.protocol)) return otherwise
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}
