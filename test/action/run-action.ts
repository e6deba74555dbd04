import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { actionYml } from './action-yml.ts'
import { parseRunnerFile } from './runner-files.ts'
import { type WorkflowCommand, workflowCommands } from './workflow-commands.ts'

/** Which of the two entries of action.yml a step runs. */
export type Entry = 'main' | 'post'

const ENTRIES: Record<Entry, string> = {
  main: path.resolve(import.meta.dirname, '../..', actionYml.runs.main),
  post: path.resolve(import.meta.dirname, '../..', actionYml.runs.post),
}
/** A cancelled step that is still there after this time, in ms, would soon meet the runner's SIGTERM (7.5 s) and SIGKILL. */
const CANCELLED_MS = 5_000

/** What `${{ github.token }}` is in these runs. */
export const GITHUB_TOKEN = 'ghs_0EmulatedGitHubToken0123456789abcdef'

/** A step that was started, wherever it runs. */
export interface StepProcess {
  /** Called with all that goes to stdout, from the beginning. */
  onStdout(listener: (text: string) => void): void
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Pick<StepResult, 'exitCode' | 'signal' | 'stderr'>>
}

/** Starts a step that sees this environment, in this folder, and nothing else of ours. */
export type Launch = (env: Record<string, string>, cwd: string, entry: Entry) => StepProcess

let launch: Launch = launchDist

/** Decides how the steps of all jobs of this test file run, which is the built action as a process of its own otherwise. */
export function launchStepsBy(other: Launch): void {
  launch = other
}

/** A workspace on disk with the files that the runner gives a job; removed by `remove()`. */
export class Job {
  readonly root: string
  readonly workspace: string
  readonly #running = new Set<StepProcess>()
  /** Whether its files stay, in a folder that the caller chose. */
  readonly isKept: boolean
  #steps = 0

  private constructor(root: string, isKept: boolean) {
    this.root = root
    this.isKept = isKept
    this.workspace = path.join(root, 'workspace')
  }

  /** `folder`: where its files go, instead of a temporary folder. */
  static async create(folder?: string): Promise<Job> {
    const job = new Job(folder ?? (await mkdtemp(path.join(os.tmpdir(), 'vl-action-'))), folder !== undefined)
    await mkdir(job.workspace, { recursive: true })
    return job
  }

  /**
   * Starts a step as the runner does: inputs as INPUT_*, the defaults of action.yml for those left out, files for outputs,
   * state and summary, and nothing else of our shell.
   */
  async start(
    inputs: Record<string, string>,
    env: Record<string, string> = {},
    entry: Entry = 'main',
    start: Launch = launch,
  ): Promise<RunningStep> {
    this.#steps += 1
    const folder = path.join(this.root, `step-${this.#steps}`)
    await mkdir(folder)
    const files = { GITHUB_OUTPUT: 'output', GITHUB_STATE: 'state', GITHUB_STEP_SUMMARY: 'summary' }
    const paths: Record<string, string> = {}
    for (const [name, file] of Object.entries(files)) {
      paths[name] = path.join(folder, file)
      await writeFile(path.join(folder, file), '')
    }
    const variables = {
      ...RUNNER,
      ...paths,
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_TEMP: this.root,
      ...inputVariables({ ...defaults, ...inputs }),
      ...env,
    }
    const step = start(variables, this.workspace, entry)
    this.#running.add(step)
    const running = new RunningStep(step, folder)
    const over = () => this.#running.delete(step)
    step.ended.then(over, over)
    return running
  }

  async run(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> {
    return (await this.start(inputs, env)).ended
  }

  /** Ends what still runs, and removes everything. */
  async remove(): Promise<void> {
    for (const step of this.#running) step.kill('SIGKILL')
    await rm(this.root, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Runs the built action. @param before a command that runs Node and its arguments, which come after it */
export function launchDist(env: Record<string, string>, cwd: string, entry: Entry, before: string[] = []): StepProcess {
  const [command, ...args] = [...before, process.execPath, ENTRIES[entry]]
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return {
    onStdout: (listener) => child.stdout.setEncoding('utf8').on('data', listener),
    kill: (signal) => child.kill(signal),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stderr }))
    }),
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
  readonly #step: StepProcess
  readonly #folder: string
  #stdout = ''
  readonly #watchers = new Set<() => void>()

  constructor(step: StepProcess, folder: string) {
    this.#step = step
    this.#folder = folder
    step.onStdout((text) => {
      this.#stdout += text
      for (const watcher of this.#watchers) watcher()
    })
    this.ended = step.ended.then((ended) => resultOf(folder, { ...ended, stdout: this.#stdout }))
    // A test that fails elsewhere must not be reported as an unhandled rejection of this one.
    this.ended.catch(() => undefined)
  }

  /** Called with all that goes to stdout, if it is given as soon as the step was started. */
  onStdout(listener: (text: string) => void): void {
    this.#step.onStdout(listener)
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
    this.#step.kill(signal)
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

async function resultOf(
  folder: string,
  ended: Pick<StepResult, 'exitCode' | 'signal' | 'stdout' | 'stderr'>,
): Promise<StepResult> {
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
