import { ActionError } from '../errors.ts'
import type { RunnerContext } from './context.ts'
import { chooseArtifact, forerunners, ownBranch, storedNames } from './github/choice.ts'
import { GitHubClient, type GitHubOptions } from './github/client.ts'
import { isGone } from './github/failure.ts'
import {
  type Artifact,
  artifactsReply,
  type CurrentRun,
  currentRunReply,
  repositoryReply,
  runsReply,
} from './github/replies.ts'

export interface PreviousRunOptions extends Omit<GitHubOptions, 'apiUrl' | 'token'> {
  /** Masked by the caller. */
  token: string | undefined
  /** The name that this step stores its export under, without `.zip`. */
  artifactName: string
  /** Whether this step unpacks: the form of the artifact that is preferred. */
  extract: boolean
  context: Pick<RunnerContext, 'apiUrl' | 'serverUrl' | 'repository' | 'runId' | 'isEnterpriseServer' | 'isRunner'>
}

/** What an earlier run stored, and from where it is fetched. */
export interface PreviousArtifact {
  kind: 'found'
  artifactId: number
  /** As GitHub stored it. */
  name: string
  /** SHA-256 in hex of the bytes behind the link; artifacts of old have none. */
  digest: string | undefined
  createdAt: string | undefined
  runId: string
  runUrl: string
  branch: string
  /** A signed link, good for some minutes. Not masked yet. */
  link: URL
  /** A fresh link. Throws an `ActionError` (`unexpected_reply` where the artifact is gone by now), or the signal's reason. */
  renew: () => Promise<URL>
}

export interface NoPreviousRun {
  kind: 'none'
  /** One sentence for the log and the summary. */
  why: string
}

const PER_PAGE = 100
/** GitHub lets one job store 500 artifacts; a run of many jobs may have more than are looked at. */
const MOST_ARTIFACTS = 1000

/**
 * Looks for the artifact that the last successful run of this workflow stored its export in: on the branch of this run first,
 * else on the default branch. Runs that stored none, or whose artifact expired, are passed over. Throws an `ActionError`
 * (`unauthorized`, `forbidden`, `network`, `server_error`, `unexpected_reply`), or the signal's reason.
 */
export async function findPreviousExport(options: PreviousRunOptions): Promise<PreviousArtifact | NoPreviousRun> {
  const { context, token } = options
  const { repository, runId } = context
  if (!context.isRunner || repository === undefined || runId === undefined)
    return none('this is not a run of a GitHub workflow')
  if (context.isEnterpriseServer)
    return none(`${new URL(context.serverUrl).host} is GitHub Enterprise Server, where the action stores no artifacts`)
  if (!token) return none('github_token is empty, so the earlier runs cannot be read')
  return new Search({ ...options, token }, repository).run(Number(runId))
}

function none(why: string): NoPreviousRun {
  return { kind: 'none', why: `There is no previous run to compare with: ${why}.` }
}

/** One walk back through the runs, which keeps in mind what it saw. */
class Search {
  readonly #options: PreviousRunOptions
  readonly #client: GitHubClient
  readonly #repo: { owner: string; repo: string }
  readonly #branches: string[] = []
  #runs = 0
  /** The newest artifact that is no longer to be had. */
  #gone: { artifact: Artifact; runUrl: string } | undefined

  constructor(options: PreviousRunOptions & { token: string }, repository: string) {
    const [owner = '', repo = ''] = repository.split('/')
    this.#options = options
    this.#client = new GitHubClient({ ...options, apiUrl: options.context.apiUrl })
    this.#repo = { owner, repo }
  }

  async run(runId: number): Promise<PreviousArtifact | NoPreviousRun> {
    const current = await this.#client.read(
      'this workflow run',
      (rest, request) => rest.actions.getWorkflowRun({ ...this.#repo, run_id: runId, request }),
      currentRunReply,
    )
    const own = ownBranch(current)
    const onOwn = own === undefined ? undefined : await this.#onBranch(own, current)
    if (onOwn) return onOwn
    const { default_branch: main } = await this.#client.read(
      'this repository',
      (rest, request) => rest.repos.get({ ...this.#repo, request }),
      repositoryReply,
    )
    const onMain = main === own ? undefined : await this.#onBranch(main, current)
    return onMain ?? this.#nothing()
  }

  async #onBranch(branch: string, current: CurrentRun): Promise<PreviousArtifact | undefined> {
    this.#branches.push(branch)
    const { workflow_runs: listed } = await this.#client.read(
      `the earlier runs of this workflow on the branch "${branch}"`,
      (rest, request) =>
        rest.actions.listWorkflowRuns({
          ...this.#repo,
          workflow_id: current.workflow_id,
          branch,
          status: 'success',
          exclude_pull_requests: true,
          per_page: PER_PAGE,
          request,
        }),
      runsReply,
    )
    for (const { id } of forerunners(listed, current, branch)) {
      this.#runs += 1
      const { artifactName, extract, context } = this.#options
      const artifact = chooseArtifact(await this.#artifactsOf(id), artifactName, extract)
      if (!artifact) continue
      const runUrl = `${context.serverUrl}/${context.repository}/actions/runs/${id}`
      const link = artifact.expired ? undefined : await this.#linkTo(artifact)
      if (link) return this.#found(artifact, link, { runId: String(id), runUrl, branch })
      this.#gone ??= { artifact, runUrl }
    }
    return undefined
  }

  /** Empty if the run was deleted during the step. */
  async #artifactsOf(runId: number): Promise<Artifact[]> {
    const artifacts: Artifact[] = []
    try {
      for (let page = 1; artifacts.length < MOST_ARTIFACTS; page += 1) {
        const reply = await this.#client.read(
          `the artifacts of run ${runId}`,
          (rest, request) =>
            rest.actions.listWorkflowRunArtifacts({ ...this.#repo, run_id: runId, per_page: PER_PAGE, page, request }),
          artifactsReply,
        )
        artifacts.push(...reply.artifacts)
        if (reply.artifacts.length < PER_PAGE) break
      }
    } catch (error) {
      if (!isGone(error)) throw error
    }
    return artifacts
  }

  /** The same route that @actions/artifact asks. `undefined` where the artifact expired or was deleted since it was listed. */
  async #linkTo({ id, name }: Artifact): Promise<URL | undefined> {
    const zip = { ...this.#repo, artifact_id: id, archive_format: 'zip' }
    try {
      return await this.#client.location(`the artifact "${name}"`, (rest, request) =>
        rest.actions.downloadArtifact({ ...zip, request }),
      )
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  #found(artifact: Artifact, link: URL, run: Pick<PreviousArtifact, 'runId' | 'runUrl' | 'branch'>): PreviousArtifact {
    return {
      kind: 'found',
      artifactId: artifact.id,
      name: artifact.name,
      digest: artifact.digest?.replace(/^sha256:/, '').toLowerCase(),
      createdAt: artifact.created_at ?? undefined,
      ...run,
      link,
      renew: async () => {
        const fresh = await this.#linkTo(artifact)
        if (fresh) return fresh
        throw new ActionError(
          'unexpected_reply',
          `The artifact "${artifact.name}" was deleted while it was downloaded.`,
        )
      },
    }
  }

  #nothing(): NoPreviousRun {
    const branches = this.#branches.map((branch) => `"${branch}"`).join(' or ')
    if (this.#gone) {
      const { artifact, runUrl } = this.#gone
      const at = artifact.expires_at ?? ''
      const what = `the artifact "${artifact.name}" of ${runUrl}`
      const expired = artifact.expired || Date.parse(at) <= this.#options.clock.date()
      if (!expired) return none(`${what} was deleted`)
      const when = at === '' ? '' : ` on ${at.slice(0, 10)}`
      return none(`${what} expired${when}; increase retention_days to keep it longer`)
    }
    if (this.#runs === 0) return none(`no earlier run of this workflow has succeeded on ${branches}`)
    const names = storedNames(this.#options.artifactName, this.#options.extract).map((name) => `"${name}"`)
    const runs = this.#runs === 1 ? 'the one earlier run' : `none of the last ${this.#runs} runs`
    const stored = this.#runs === 1 ? 'stored no artifact' : 'stored an artifact'
    return none(`${runs} of this workflow that succeeded on ${branches} ${stored} named ${names.join(' or ')}`)
  }
}
