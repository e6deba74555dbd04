import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Emulator, startEmulator } from '../emulator/emulator.ts'
import type { RecordedRequest } from '../emulator/http/listener.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import type { World } from '../emulator/world.ts'
import { type Entry, Job, type Launch, type RunningStep, type StepResult } from './run-action.ts'
import { expectSound } from './soundness.ts'

/** A job on a runner and a Visual Layer of its own; gone at the end of the block that opened it with `await using`. */
export class Scene implements AsyncDisposable {
  readonly emulator: Emulator
  readonly job: Job
  /** Over what every step of the scene is given; a test may add to it. */
  readonly inputs: Record<string, string>
  readonly #masked: string[] = []

  private constructor(emulator: Emulator, job: Job) {
    this.emulator = emulator
    this.job = job
    this.inputs = {
      base_url: emulator.url,
      api_key: emulator.apiKey,
      api_secret: emulator.apiSecret,
      poll_interval: '50ms',
      timeout: '12s',
    }
  }

  static async open(settings?: EmulatorSettings): Promise<Scene> {
    return new Scene(await startEmulator(settings), await Job.create())
  }

  get world(): World {
    return this.emulator.world
  }

  /** Starts a step that the test will interrupt. */
  async start(
    inputs: Record<string, string>,
    env: Record<string, string> = {},
    entry: Entry = 'main',
    launch?: Launch,
  ): Promise<RunningStep> {
    const variables = { ...this.emulator.artifacts.environment(), ...env }
    return this.job.start({ ...this.inputs, ...inputs }, variables, entry, launch)
  }

  /** Runs a step to its end and holds what it left against the rules that every step keeps. */
  async run(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> {
    return this.sound(await (await this.start(inputs, env)).ended)
  }

  async succeed(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> {
    const result = await this.run(inputs, env)
    assert.equal(result.exitCode, 0, result.stdout + result.stderr)
    return result
  }

  /** Runs a step that must fail with this `error_code`. */
  async fail(code: string, inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> {
    const result = await this.run(inputs, env)
    assert.equal(result.outputs['error_code'], code, result.stdout + result.stderr)
    return result
  }

  /** Runs the post step after a main step that left `state`; holds that it never fails the job and shows no secret. */
  async post(inputs: Record<string, string>, state: Record<string, string>): Promise<StepResult> {
    const result = await (await this.start(inputs, state, 'post')).ended
    const { exitCode, errors, stderr, stdout } = result
    assert.deepEqual({ exitCode, errors, stderr }, { exitCode: 0, errors: [], stderr: '' }, stdout)
    assert.ok(!stdout.replace(/^::add-mask::.*$/gm, '').includes(this.emulator.apiSecret))
    return result
  }

  sound(result: StepResult): StepResult {
    this.#masked.push(...result.masks)
    expectSound(result, this.emulator, this.#masked)
    return result
  }

  /** The requests to the API with this method whose path below `/api/v1` matches. */
  requests(method: string, path: RegExp): RecordedRequest[] {
    return this.emulator.requests.filter(
      (request) =>
        request.server === 'api' && request.method === method && path.test(request.path.replace('/api/v1', '')),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.job.remove()
    await this.emulator.stop()
  }
}

/** Resolves once `condition` holds; it is looked at often, so that a test can act in the middle of a step. */
export async function when(condition: () => boolean): Promise<void> {
  const until = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > until) throw new Error('this did not come to hold within 20 s')
    await sleep(5)
  }
}
