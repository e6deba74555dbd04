import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { actionYml } from './action-yml.ts'
import { parseRunnerFile } from './runner-files.ts'
import { type WorkflowCommand, workflowCommands } from './workflow-commands.ts'

const DIST = path.resolve(import.meta.dirname, '../../dist/index.js')
/** A cancelled step that is still there after this time, in ms, would soon meet the runner's SIGTERM (7.5 s) and SIGKILL. */
const CANCELLED_MS = 5_000

/** What `${{ github.token }}` is in these runs. */
export const GITHUB_TOKEN = 'ghs_0EmulatedGitHubToken0123456789abcdef'

/** A workspace on disk with the files that the runner gives a job; removed by `remove()`. */
export class Job {
  readonly root: string
  readonly workspace: string
  readonly #children = new Set<ChildProcess>()
  #steps = 0

  private constructor(root: string) {
    this.root = root
    this.workspace = path.join(root, 'workspace')
  }

  static async create(): Promise<Job> {
    const job = new Job(await mkdtemp(path.join(os.tmpdir(), 'vl-action-')))
    await mkdir(job.workspace)
    return job
  }

  /**
   * Starts a step as the runner does: inputs as INPUT_*, the defaults of action.yml for those left out, files for outputs,
   * state and summary, and nothing else of our shell.
   */
  async start(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<RunningStep> {
    this.#steps += 1
    const folder = path.join(this.root, `step-${this.#steps}`)
    await mkdir(folder)
    const files = { GITHUB_OUTPUT: 'output', GITHUB_STATE: 'state', GITHUB_STEP_SUMMARY: 'summary' }
    const paths: Record<string, string> = {}
    for (const [name, file] of Object.entries(files)) {
      paths[name] = path.join(folder, file)
      await writeFile(path.join(folder, file), '')
    }
    const child = spawn(process.execPath, [DIST], {
      cwd: this.workspace,
      env: {
        ...RUNNER,
        ...paths,
        GITHUB_WORKSPACE: this.workspace,
        RUNNER_TEMP: this.root,
        ...inputVariables({ ...defaults, ...inputs }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.add(child)
    child.once('close', () => this.#children.delete(child))
    return new RunningStep(child, folder)
  }

  async run(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> {
    return (await this.start(inputs, env)).ended
  }

  /** Ends what still runs, and removes everything. */
  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await rm(this.root, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What a hosted runner sets, as far as the action reads it. */
const RUNNER = {
  PATH: process.env['PATH'] ?? '',
  // No runner sets it: thousands of starts need not compile the bundle each time.
  NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../node_modules/.cache/compile'),
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'octo/cats',
  GITHUB_RUN_ID: '4242',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_WORKFLOW: 'Nightly export',
  GITHUB_JOB: 'export',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_ACTOR: 'octocat',
  GITHUB_EVENT_NAME: 'schedule',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_RETENTION_DAYS: '90',
}

const defaults = Object.fromEntries(
  Object.entries(actionYml.inputs).map(([name, input]) => [
    name,
    (input.default ?? '').replace('${{ github.token }}', GITHUB_TOKEN),
  ]),
)

function inputVariables(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
}

export interface StepResult {
  /** `null` where a signal ended the process. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  outputs: Record<string, string>
  /** As post gets it: `STATE_*`. */
  state: Record<string, string>
  summary: string
  commands: WorkflowCommand[]
  /** The texts of the annotations. */
  errors: string[]
  warnings: string[]
  masks: string[]
}

export class RunningStep {
  readonly ended: Promise<StepResult>
  readonly #child: ChildProcess
  readonly #folder: string
  #stdout = ''
  readonly #watchers = new Set<() => void>()

  constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.#folder = folder
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      for (const watcher of this.#watchers) watcher()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => {
        resultOf(folder, { exitCode, signal, stdout: this.#stdout, stderr }).then(resolve, reject)
      })
    })
    // A test that fails elsewhere must not be reported as an unhandled rejection of this one.
    this.ended.catch(() => undefined)
  }

  /** Resolves once the log matches; rejects when the process ended before. */
  async logged(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(this.#stdout)) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      this.ended.then((result) => reject(new Error(`ended before ${pattern}:\n${result.stdout}`)), reject)
      look()
    })
  }

  /** What the step has set so far. */
  async outputsSoFar(): Promise<Record<string, string>> {
    return parseRunnerFile(await readFile(path.join(this.#folder, 'output'), 'utf8'))
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Cancels as the runner does, by SIGINT unless told; a step that does not end in time is killed, and its result says so. */
  async cancel(signal: NodeJS.Signals = 'SIGINT'): Promise<StepResult> {
    this.kill(signal)
    const killer = setTimeout(() => this.kill('SIGKILL'), CANCELLED_MS)
    try {
      return await this.ended
    } finally {
      clearTimeout(killer)
    }
  }
}

interface Ended {
  exitCode: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

async function resultOf(folder: string, ended: Ended): Promise<StepResult> {
  const text = (file: string) => readFile(path.join(folder, file), 'utf8')
  const state = parseRunnerFile(await text('state'))
  const commands = workflowCommands(ended.stdout)
  const texts = (name: string) => commands.filter((command) => command.name === name).map(({ data }) => data)
  return {
    ...ended,
    outputs: parseRunnerFile(await text('output')),
    state: Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
    summary: await text('summary'),
    commands,
    errors: texts('error'),
    warnings: texts('warning'),
    masks: texts('add-mask'),
  }
}
