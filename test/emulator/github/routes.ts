import type { StoredArtifact } from '../artifacts/service.ts'
import { type Answer, json, Rejection, type Reply } from '../http/reply.ts'
import { type RouteCall, routed } from '../http/routing.ts'
import type { GitHubService, WorkflowRun } from './service.ts'

/** What GitHub keeps artifacts for, in ms, unless told. */
const retentionMs = 90 * 86_400_000

/** GitHub's REST routes as far as a step reads of earlier runs, in the shape that docs.github.com/rest/actions documents. */
export function restAnswer(github: GitHubService): Answer {
  const repo = '/repos/:owner/:repo'
  const get = (pattern: string, answer: (call: RouteCall) => Reply) => ({
    method: 'GET',
    pattern: `${repo}${pattern}`,
    answer: (call: RouteCall) => {
      const ours = `${call.param('owner')}/${call.param('repo')}` === github.repository.fullName
      return ours ? answer(call) : notFound()
    },
  })
  const ofActions = (pattern: string, answer: (call: RouteCall) => Reply) =>
    get(`/actions${pattern}`, (call) => {
      if (github.permission === 'read') return answer(call)
      return rejection(403, 'Resource not accessible by integration')
    })
  const routes = routed('', [
    get('', () => json({ ...repositoryJson(github), default_branch: github.repository.defaultBranch })),
    ofActions('/runs/:run_id', (call) => withRun(github, call, (run) => json(runJson(github, run)))),
    ofActions('/workflows/:workflow_id/runs', (call) => {
      const found = runsAsked(github, call)
      return json({
        total_count: found.length,
        workflow_runs: page(call, found).map((run) => runJson(github, run)),
      })
    }),
    ofActions('/runs/:run_id/artifacts', (call) =>
      withRun(github, call, (run) => {
        const name = call.query.get('name')
        const found = github.artifactsOf(run).filter((artifact) => name === null || artifact.name === name)
        return json({ total_count: found.length, artifacts: page(call, found).map((one) => artifactJson(github, one)) })
      }),
    ),
    ofActions('/artifacts/:artifact_id/zip', (call) => archive(github, Number(call.param('artifact_id')))),
  ])
  return async (call) => {
    // A job's own token begins so; anything else is nobody's.
    if (!/^(token|bearer) ghs_\w+$/i.test(call.headers.authorization ?? '')) return rejection(401, 'Bad credentials')
    try {
      return await routes(call)
    } catch (error) {
      if (error instanceof Rejection) return notFound()
      throw error
    }
  }
}

function withRun(github: GitHubService, call: RouteCall, answer: (run: WorkflowRun) => Reply): Reply {
  const run = github.runs.find(({ id }) => String(id) === call.param('run_id'))
  return run ? answer(run) : notFound()
}

/** Newest first. `status` is held against the conclusion too, as GitHub does it. */
function runsAsked(github: GitHubService, call: RouteCall): WorkflowRun[] {
  const asked = (name: string, values: (string | null)[]) =>
    call.query.get(name) === null || values.includes(call.query.get(name))
  return github.runs
    .filter(
      (run) =>
        String(run.workflowId) === call.param('workflow_id') &&
        asked('branch', [run.headBranch]) &&
        asked('event', [run.event]) &&
        asked('status', [run.status, run.conclusion]),
    )
    .toReversed()
}

function page<T>(call: RouteCall, all: readonly T[]): T[] {
  const size = Math.min(100, Number(call.query.get('per_page') ?? 30))
  const number = Number(call.query.get('page') ?? 1)
  return all.slice((number - 1) * size, number * size)
}

function archive(github: GitHubService, id: number): Reply {
  const artifact = github.artifacts.stored.find((one) => one.id === id)
  if (!artifact) return notFound()
  if (isExpired(artifact)) return rejection(410, 'Artifact has expired')
  return { status: 302, headers: { location: github.artifacts.link(id) ?? '' } }
}

function isExpired(artifact: StoredArtifact): boolean {
  return expiryOf(artifact).getTime() < Date.now()
}

/** GitHub tells a time also where nobody asked for one. */
function expiryOf({ expiresAt, createdAt }: StoredArtifact): Date {
  return expiresAt ?? new Date(createdAt.getTime() + retentionMs)
}

function repositoryJson({ repository }: GitHubService) {
  const [owner, name] = repository.fullName.split('/')
  return {
    id: repository.id,
    name,
    full_name: repository.fullName,
    private: true,
    owner: { login: owner },
    fork: false,
  }
}

function runJson(github: GitHubService, run: WorkflowRun) {
  const ours = run.headRepositoryId === github.repository.id
  const fork =
    run.headRepositoryId === null ? null : { id: run.headRepositoryId, full_name: 'stranger/cats', fork: true }
  return {
    id: run.id,
    name: 'Nightly export',
    head_branch: run.headBranch,
    head_sha: '0123456789abcdef0123456789abcdef01234567',
    run_number: run.id - 4000,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url: `${github.url()}/repos/${github.repository.fullName}/actions/runs/${run.id}`,
    html_url: `https://github.com/${github.repository.fullName}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt.toISOString(),
    repository: repositoryJson(github),
    head_repository: ours ? repositoryJson(github) : fork,
  }
}

function artifactJson(github: GitHubService, artifact: StoredArtifact) {
  return {
    id: artifact.id,
    name: artifact.name,
    size_in_bytes: artifact.bytes.length,
    archive_download_url: `${github.url()}/repos/${github.repository.fullName}/actions/artifacts/${artifact.id}/zip`,
    expired: isExpired(artifact),
    digest: `sha256:${artifact.digest}`,
    created_at: artifact.createdAt.toISOString(),
    expires_at: expiryOf(artifact).toISOString(),
  }
}

function notFound(): Reply {
  return rejection(404, 'Not Found')
}

function rejection(status: number, message: string): Reply {
  return json({ message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, status)
}
