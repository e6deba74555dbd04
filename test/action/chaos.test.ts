import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../emulator/http/faults.ts'
import { changes } from './changes.ts'
import { faultsOfOneReply } from './faults.ts'
import { Scene } from './scene.ts'

interface Weather {
  faults: { skip: number; times: number; kind: number }[]
  lags: Record<'taskListMs' | 'datasetListMs' | 'snapshotListMs' | 'statusMs', number>
  workMs: number
  style: { snapshotCreate: 'object' | 'empty' | 'accepted'; cloneTaskDataset: 'new' | 'source' }
}

const lag = fc.constantFrom(0, 0, 100, 400)
const weather: fc.Arbitrary<Weather> = fc.record({
  faults: fc.array(
    fc.record({ skip: fc.nat(25), times: fc.integer({ min: 1, max: 2 }), kind: fc.nat(faultsOfOneReply().length - 1) }),
    { minLength: 3, maxLength: 7 },
  ),
  lags: fc.record({ taskListMs: lag, datasetListMs: lag, snapshotListMs: lag, statusMs: lag }),
  workMs: fc.constantFrom(20, 80, 700),
  style: fc.record({
    snapshotCreate: fc.constantFrom('object', 'empty', 'accepted'),
    cloneTaskDataset: fc.constantFrom('new', 'source'),
  }),
})

// The same weathers in every run of the test: a new one is found by another seed.
const cases = Object.entries(changes).flatMap(([name, change], index) =>
  fc.sample(weather, { numRuns: 6, seed: 20_261 + index }).map((sky, number) => ({ name, number, change, sky })),
)

describe.concurrent('a change in foul weather', () => {
  it.each(cases)('is made at most once, and called made only when it is: $name $number', async ({ change, sky }) => {
    const { workMs: ms, lags, style } = sky
    await using scene = await Scene.open({
      timings: { createMs: ms, snapshotMs: ms, restoreMs: ms, cloneMs: ms },
      lags,
      style,
    })
    const subject = change.prepare(scene)
    const kinds: Fault[] = faultsOfOneReply().map(([, fault]) => fault)
    for (const { kind, ...rule } of sky.faults) {
      const fault = kinds[kind]
      if (fault) scene.emulator.faults.add({ path: /./, ...rule, fault })
    }
    const result = await scene.run({ timeout: '20s', request_timeout: '1s', ...subject.inputs })
    expect(subject.made().length, result.stdout).toBeLessThanOrEqual(1)
    if (result.exitCode === 0) subject.expectNamed(result.outputs)
    else expect(result.outputs['error_code'], result.stdout).not.toBe('operation_failed')
  })
})
