import { afterEach, beforeEach } from 'vitest'
import { type Clock, systemClock } from '../../src/clock.ts'
import { readContext } from '../../src/runner/context.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { findPreviousExport, type PreviousRunOptions } from '../../src/runner/previous-run.ts'
import { openConnection } from '../../src/visual-layer/connection.ts'
import { type Emulator, startEmulator } from '../emulator/emulator.ts'
import type { Fault } from '../emulator/http/faults.ts'
import { FakeStep } from './runner-rules.ts'

export const TOKEN = 'ghs_0OfTheTest0123456789'
export const bytes = Buffer.from('an export')
export const nightly = { name: 'nightly.zip', bytes }
const REQUEST_TIMEOUT_MS = 20_000

/** A GitHub with runs, and a step that looks for the export of the previous one. */
class PreviousRuns {
  readonly emulator: Emulator
  readonly step = new FakeStep()
  /** In ms; they pass at once. */
  readonly pauses: number[] = []
  readonly #connection: Awaited<ReturnType<typeof openConnection>>

  constructor(emulator: Emulator, connection: Awaited<ReturnType<typeof openConnection>>) {
    this.emulator = emulator
    this.#connection = connection
  }

  get github() {
    return this.emulator.github
  }

  /** Pauses pass at once; the time that one request may take is real. */
  readonly clock: Clock = {
    ...systemClock,
    sleep: async (ms, signal) => {
      if (ms === REQUEST_TIMEOUT_MS) return systemClock.sleep(ms, signal)
      signal?.throwIfAborted()
      this.pauses.push(ms)
    },
  }

  find(options: Partial<PreviousRunOptions> = {}, env: Record<string, string> = {}) {
    const runner = { GITHUB_SERVER_URL: 'https://github.com', ...this.github.environment(), ...env }
    return findPreviousExport({
      artifactName: 'nightly',
      extract: false,
      token: TOKEN,
      context: readContext(runner),
      connection: async () => this.#connection,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      maxRetries: 3,
      clock: this.clock,
      signal: new AbortController().signal,
      reporter: new RunnerReporter({ clock: this.clock }),
      ...options,
    })
  }

  fault(path: RegExp, fault: Fault, times = 1): void {
    this.emulator.faults.add({ server: 'github', path, fault, times })
  }

  /** What GitHub was asked for. */
  paths(): string[] {
    return this.emulator.requests.filter(({ server }) => server === 'github').map(({ path }) => path)
  }

  async end(): Promise<void> {
    this.step.end()
    await this.#connection.destroy()
    await this.emulator.stop()
  }
}

/** Sets up {@link PreviousRuns} anew for each test of the file. */
export function usePreviousRuns(): { readonly now: PreviousRuns } {
  let now: PreviousRuns | undefined
  beforeEach(async () => {
    now = new PreviousRuns(await startEmulator(), await openConnection())
  })
  afterEach(() => now?.end())
  return {
    get now() {
      if (!now) throw new Error('used outside of a test')
      return now
    },
  }
}
