import { describe, expect, it } from 'vitest'
import { changes } from '../action/changes.ts'
import { faultsOfOneReply } from '../action/faults.ts'
import { Scene } from '../action/scene.ts'

const cases = Object.entries(changes).flatMap(([name, change]) =>
  faultsOfOneReply().map(([faultName], index) => ({ name, change, faultName, index })),
)

describe('a change whose one reply goes wrong', () => {
  it.each(cases)('is made once: $name, $faultName', async ({ change, index }) => {
    await using scene = await Scene.open()
    const fault = faultsOfOneReply()[index]?.[1]
    if (!fault) throw new Error('no such fault')
    const subject = change.prepare(scene)
    scene.emulator.faults.add({ method: change.method, path: change.path, fault })
    const result = await scene.succeed({ timeout: '10s', request_timeout: '1s', ...subject.inputs })
    expect(subject.made(), result.stdout).toHaveLength(1)
    subject.expectNamed(result.outputs)
  })
})
