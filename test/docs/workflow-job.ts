import type { ChildProcess } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Job, StepResult } from '../action/run-action.ts'
import type { ArtifactService } from '../emulator/artifacts/service.ts'
import { isOurs, type Job as WorkflowJob, type Step } from './workflow-files.ts'
import { type PlayedStep, playScript } from './workflow-script.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** What a checkout brings, as far as the steps use it, and what `npm ci` brings. */
const CHECKED_OUT = ['.github', 'dist', 'node_modules', 'package.json', 'src', 'test']

/** Plays the steps of a job in order on this machine, with the built action, bash and a stand-in of GitHub's artifact service. */
export class JobPlay {
  readonly steps = new Map<string, PlayedStep>()
  readonly #job: Job
  readonly #artifacts: ArtifactService
  readonly #matrix: Record<string, string>
  readonly #shells: ChildProcess[] = []

  constructor(job: Job, artifacts: ArtifactService, matrix: Record<string, string>) {
    this.#job = job
    this.#artifacts = artifacts
    this.#matrix = matrix
  }

  /** Throws at the first step that fails without `continue-on-error`, with its log. */
  async play(job: WorkflowJob): Promise<void> {
    for (const name of CHECKED_OUT) await symlink(path.join(ROOT, name), path.join(this.#job.workspace, name))
    for (const [index, step] of job.steps.entries()) {
      const name = step.name ?? step.id ?? step.uses ?? step.run ?? ''
      const played = await this.#step(step, index)
      this.steps.set(step.id ?? name, played)
      if (played.outcome === 'failure' && !step['continue-on-error']) {
        throw new Error(`The step "${name}" failed:\n${played.log}`)
      }
    }
  }

  /** Ends what the steps left running, as the runner does at the end of a job. */
  end(): void {
    for (const { pid } of this.#shells) if (pid !== undefined) endGroup(pid)
  }

  async #step(step: Step, index: number): Promise<PlayedStep> {
    if (step.if !== undefined) throw new Error(`This cannot be played: if: ${step.if}`)
    if (step.run === 'npm ci') return done('')
    if (step.run !== undefined) {
      const { root, workspace } = this.#job
      const place = {
        workspace,
        folder: path.join(root, `script-${index}`),
        temp: root,
        env: this.#evaluated(step.env),
      }
      return await playScript(step.run, place, (shell) => this.#shells.push(shell))
    }
    if (isOurs(step)) return ended(await this.#job.run(this.#evaluated(step.with), this.#artifacts.environment()))
    const action = step.uses?.split('@')[0]
    if (action === 'actions/checkout' || action === 'actions/setup-node') return done('')
    if (action === 'actions/download-artifact') return await this.#download(this.#evaluated(step.with))
    throw new Error(`This cannot be played: uses: ${step.uses}`)
  }

  async #download(inputs: Record<string, string>): Promise<PlayedStep> {
    const artifact = this.#artifacts.stored.find(({ name }) => name === inputs['name'])
    if (!artifact) return { outcome: 'failure', outputs: {}, log: `There is no artifact ${inputs['name']}.` }
    if (inputs['skip-decompress'] !== 'true') throw new Error('This cannot be played: a download that is unpacked.')
    const folder = path.join(this.#job.workspace, inputs['path'] ?? '')
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, artifact.name), artifact.bytes)
    return done('')
  }

  #evaluated(values: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => this.#valueOf(expression)),
      ]),
    )
  }

  #valueOf(expression: string): string {
    const [context, name = '', property, output = ''] = expression.split('.')
    if (context === 'matrix' && this.#matrix[name] !== undefined) return this.#matrix[name]
    const step = context === 'steps' ? this.steps.get(name) : undefined
    if (step && property === 'outcome') return step.outcome
    // An output that was not set is empty, as on a runner.
    if (step && property === 'outputs') return step.outputs[output] ?? ''
    throw new Error(`This cannot be evaluated: ${expression}`)
  }
}

function done(log: string): PlayedStep {
  return { outcome: 'success', outputs: {}, log }
}

function ended({ exitCode, outputs, stdout, stderr }: StepResult): PlayedStep {
  return { outcome: exitCode === 0 ? 'success' : 'failure', outputs, log: `${stdout}${stderr}` }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // Nothing of it is left.
  }
}
