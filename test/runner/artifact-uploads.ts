import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { systemClock, type Clock } from '../../src/clock.ts'
import { uploadExport, type UploadOptions } from '../../src/runner/artifact.ts'
import { readContext } from '../../src/runner/context.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { startEmulator, type Emulator } from '../emulator/emulator.ts'
import { FakeStep } from './runner-rules.ts'

export const bytes = randomBytes(50_000)
export const sha256 = createHash('sha256').update(bytes).digest('hex')

const RUNNER = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_RUN_ID: '7',
  GITHUB_RETENTION_DAYS: '30',
}

/** A step that uploads the ZIP of an export to an artifact service. */
class Uploads {
  readonly step = new FakeStep()
  readonly zip = join(this.step.folder, 'nightly.zip')
  /** In ms; they pass at once. */
  readonly pauses: number[] = []
  readonly emulator: Emulator

  constructor(emulator: Emulator) {
    this.emulator = emulator
    for (const [name, value] of Object.entries({ ...RUNNER, ...emulator.artifacts.environment() }))
      vi.stubEnv(name, value)
    writeFileSync(this.zip, bytes)
  }

  readonly clock: Clock = {
    now: () => 0,
    date: () => 0,
    sleep: async (ms, signal) => {
      // The limit of a list, which no test should meet.
      if (ms >= 10_000) return systemClock.sleep(ms, signal)
      this.pauses.push(ms)
    },
  }

  upload(options: Partial<UploadOptions> = {}) {
    return uploadExport({
      name: 'nightly',
      content: { zip: this.zip },
      compressionLevel: 6,
      overwrite: false,
      context: readContext(process.env),
      reporter: new RunnerReporter({ clock: systemClock }),
      clock: this.clock,
      signal: new AbortController().signal,
      ...options,
    })
  }

  /** What the service holds at the end, by name. */
  stored() {
    return this.emulator.artifacts.stored.map(({ name, digest }) => ({ name, digest }))
  }
}

/** Sets up {@link Uploads} anew for each test of the file. */
export function useUploads(): { readonly now: Uploads } {
  let now: Uploads | undefined
  beforeEach(async () => {
    now = new Uploads(await startEmulator())
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    now?.step.end()
    await now?.emulator.stop()
  })
  return {
    get now() {
      if (!now) throw new Error('used outside of a test')
      return now
    },
  }
}
