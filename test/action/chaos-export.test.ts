import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../emulator/http/faults.ts'
import { exportScene } from './export-scene.ts'
import { faultsOfOneReply } from './faults.ts'

interface Weather {
  faults: { server: 'api' | 'storage' | 'artifacts'; skip: number; times: number; kind: number }[]
  extract: boolean
}

/** What befalls bytes on their way, beside what befalls any reply. */
const ofBytes: Fault[] = [
  { kind: 'resetMid', afterBytes: 700 },
  { kind: 'status', status: 403 },
  { kind: 'slow', bytesPerSecond: 4_000 },
]
const kinds: Fault[] = [...faultsOfOneReply().map(([, fault]) => fault), ...ofBytes]

const weather: fc.Arbitrary<Weather> = fc.record({
  faults: fc.array(
    fc.record({
      server: fc.constantFrom('api', 'storage', 'storage', 'artifacts'),
      skip: fc.nat(5),
      times: fc.integer({ min: 1, max: 2 }),
      kind: fc.nat(kinds.length - 1),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  extract: fc.boolean(),
})

// The same weathers in every run of the test: a new one is found by another seed.
const cases = fc.sample(weather, { numRuns: 12, seed: 20_301 }).map((sky, number) => ({ sky, number }))

describe.concurrent('an export in foul weather', () => {
  it.each(cases)('is whole, or is not called done: $number', async ({ sky }) => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    for (const { kind, ...rule } of sky.faults) {
      const fault = kinds[kind]
      if (fault) scene.emulator.faults.add({ path: /./, ...rule, fault })
    }
    const asked = { ...inputs, extract: String(sky.extract), upload_artifact: 'true', artifact_name: 'nightly' }
    const result = await scene.run({ ...asked, timeout: '25s', request_timeout: '1s' })
    const { outputs } = result
    const { stored } = scene.emulator.artifacts
    expect(stored.length, result.stdout).toBeLessThanOrEqual(1)
    const zip = path.join(scene.job.workspace, 'visual-layer-export', 'nightly.zip')
    if (existsSync(zip)) {
      // Whatever carries its final name is whole.
      const bytes = await readFile(zip)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(outputs['export_sha256'])
    }
    if (result.exitCode === 0) {
      expect(outputs['media_count']).toBe(String(scene.world.datasets[0]?.items.length))
      expect(stored[0]?.digest).toBe(outputs['artifact_digest'])
      expect(existsSync(zip)).toBe(!sky.extract)
    } else {
      expect(outputs['error_code'], result.stdout).toMatch(
        /^(timed_out|network|server_error|forbidden|unexpected_reply|corrupt_download|artifact_failed|rejected)$/,
      )
    }
  })
})
