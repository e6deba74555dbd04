import type { ArtifactService, MadeArtifact, StoredArtifact } from '../artifacts/service.ts'

export interface WorkflowRun {
  id: number
  workflowId: number
  attempt: number
  event: string
  headBranch: string | null
  /** The repository that the branch is in: a fork's for its pull request, null where that fork is gone. */
  headRepositoryId: number | null
  status: 'in_progress' | 'completed'
  conclusion: 'success' | 'failure' | 'cancelled' | null
  createdAt: Date
  /** Its name in the artifact service. */
  artifactRun: string
}

type RunSettings = Partial<Omit<WorkflowRun, 'id' | 'artifactRun'>>

const workflowId = 161335

/**
 * What GitHub knows of one repository and of the runs of its one workflow; `routes.ts` answers for it as GitHub's REST API. Run
 * 4242 of `octo/cats` on `main` is in progress; what its steps upload to the artifact service is in the lists here. After
 * `endRun()` and `beginRun()` the next run finds it:
 *
 *     await scene.succeed(inputs, emulator.github.environment())
 *     emulator.github.endRun()
 *     emulator.github.beginRun()
 *     await scene.succeed({ ...inputs, compare_with: 'previous-run' }, emulator.github.environment())
 *
 * Faults are added with `server: 'github'`.
 */
export class GitHubService {
  readonly repository = { id: 1296269, fullName: 'octo/cats', defaultBranch: 'main' }
  /** What the job's token may do with `actions`. */
  permission: 'read' | 'none' = 'read'
  /** Oldest first. */
  readonly runs: WorkflowRun[] = []
  readonly artifacts: ArtifactService
  /** Without a slash at the end. */
  readonly url: () => string
  private lastId = 4242
  private lastMadeId = 4000

  constructor(artifacts: ArtifactService, url: () => string) {
    this.artifacts = artifacts
    this.url = url
    this.add({}, 4242, artifacts.currentRun)
  }

  /** The run that goes on; the last one where none does. */
  get current(): WorkflowRun {
    const run = this.runs.findLast(({ status }) => status === 'in_progress') ?? this.runs.at(-1)
    if (!run) throw new Error('there is no run')
    return run
  }

  /** What the runner gives a step of the current run, the artifact service's part included. */
  environment(): Record<string, string> {
    const { id, attempt, event, headBranch } = this.current
    return {
      ...this.artifacts.environment(),
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: this.url(),
      GITHUB_REPOSITORY: this.repository.fullName,
      GITHUB_RUN_ID: String(id),
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_EVENT_NAME: event,
      GITHUB_REF: `refs/heads/${headBranch ?? this.repository.defaultBranch}`,
    }
  }

  endRun(conclusion: WorkflowRun['conclusion'] = 'success'): void {
    Object.assign(this.current, { status: 'completed', conclusion })
  }

  /** A new run, whose steps may upload from now on. */
  beginRun(settings: RunSettings = {}): WorkflowRun {
    this.lastId += 1
    return this.add(settings, this.lastId, this.artifacts.beginRun())
  }

  /** A run that ended before any that was begun, with what it stored; newer than the one added before it. */
  addRun(settings: RunSettings & { artifacts?: MadeArtifact[] } = {}): WorkflowRun {
    const { artifacts = [], ...rest } = settings
    this.lastMadeId += 1
    const run = this.add(
      { status: 'completed', conclusion: 'success', ...rest },
      this.lastMadeId,
      `made-${this.lastMadeId}`,
    )
    for (const artifact of artifacts) this.artifacts.put(run.artifactRun, artifact)
    return run
  }

  artifactsOf(run: WorkflowRun): StoredArtifact[] {
    return this.artifacts.stored.filter((artifact) => artifact.run === run.artifactRun)
  }

  private add(settings: RunSettings, id: number, artifactRun: string): WorkflowRun {
    const run: WorkflowRun = {
      id,
      workflowId,
      attempt: 1,
      event: 'schedule',
      headBranch: this.repository.defaultBranch,
      headRepositoryId: this.repository.id,
      status: 'in_progress',
      conclusion: null,
      createdAt: new Date(),
      artifactRun,
      ...settings,
    }
    this.runs.push(run)
    this.runs.sort((one, other) => one.id - other.id)
    return run
  }
}
