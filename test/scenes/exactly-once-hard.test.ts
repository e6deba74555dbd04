import { describe, expect, it } from 'vitest'
import type { Fault } from '../emulator/http/faults.ts'
import { changes } from '../action/changes.ts'
import { Scene } from '../action/scene.ts'

const all = Object.entries(changes).map(([name, change]) => ({ name, change }))
const slowLists = { taskListMs: 700, datasetListMs: 700, snapshotListMs: 700, statusMs: 300 }
const time = { timeout: '12s', request_timeout: '1s' }

describe('a change under faults that stay', () => {
  it.each(all)('is found where its reply is lost and the lists lag: $name', async ({ change }) => {
    await using scene = await Scene.open({ lags: slowLists })
    const subject = change.prepare(scene)
    scene.emulator.faults.add({
      method: change.method,
      path: change.path,
      times: Infinity,
      fault: { kind: 'resetAfter' },
    })
    const result = await scene.succeed({ ...time, ...subject.inputs })
    expect(subject.made(), result.stdout).toHaveLength(1)
    subject.expectNamed(result.outputs)
  })

  it.each(all)('is found where the work it started continues for a while: $name', async ({ change }) => {
    const ms = 1500
    await using scene = await Scene.open({
      timings: { createMs: ms, snapshotMs: ms, restoreMs: ms, cloneMs: ms, enrichMs: ms },
    })
    const subject = change.prepare(scene)
    // The request arrives, and its reply is later than the time for it.
    scene.emulator.faults.add({ method: change.method, path: change.path, fault: { kind: 'hangAfter' } })
    const result = await scene.succeed({ ...time, timeout: '16s', ...subject.inputs })
    expect(subject.made(), result.stdout).toHaveLength(1)
    subject.expectNamed(result.outputs)
  })

  const effectless: [string, Fault, string[]][] = [
    ['resets', { kind: 'resetBefore' }, ['network']],
    ['HTTP 503', { kind: 'status', status: 503 }, ['server_error']],
    ['a web page', { kind: 'html200', effect: false }, ['unexpected_reply']],
    ['HTTP 401', { kind: 'status', status: 401 }, ['unauthorized']],
    ['HTTP 403', { kind: 'status', status: 403 }, ['forbidden']],
    ['HTTP 422', { kind: 'status', status: 422 }, ['rejected']],
  ]
  const failing = all.flatMap((one) =>
    effectless.map(([faultName, fault, codes]) => ({ ...one, faultName, fault, codes })),
  )
  it.each(failing)(
    'fails, and is never called made, with nothing but $faultName: $name',
    async ({ change, fault, codes }) => {
      await using scene = await Scene.open()
      const subject = change.prepare(scene)
      scene.emulator.faults.add({ method: change.method, path: change.path, times: Infinity, fault })
      const { outputs, errors } = await scene.run({ ...time, timeout: '8s', max_retries: '1', ...subject.inputs })
      expect(codes, errors[0]).toContain(outputs['error_code'])
      expect(subject.made()).toEqual([])
      const sent = scene.requests(change.method, change.path)
      expect(sent.length).toBeLessThanOrEqual(2)
    },
  )

  it.each(all)('is looked for while looks fail too: $name', async ({ change }) => {
    await using scene = await Scene.open()
    const subject = change.prepare(scene)
    scene.emulator.faults.add({ method: change.method, path: change.path, fault: { kind: 'resetAfter' } })
    const step = await scene.start({ ...time, timeout: '20s', ...subject.inputs })
    await step.logged(/Checking whether it took effect/)
    scene.emulator.faults.add({ method: 'GET', path: /./, times: 3, fault: { kind: 'resetBefore' } })
    scene.emulator.faults.add({ method: 'GET', path: /./, times: 3, fault: { kind: 'status', status: 503 } })
    scene.emulator.faults.add({ method: 'GET', path: /./, times: 1, fault: { kind: 'html200', effect: false } })
    const result = scene.sound(await step.ended)
    expect(result.exitCode, result.stdout).toBe(0)
    expect(subject.made(), result.stdout).toHaveLength(1)
    subject.expectNamed(result.outputs)
  })

  it.each(all)(
    'is not repeated when the time ends before it is known whether it was made: $name',
    async ({ change }) => {
      await using scene = await Scene.open()
      const subject = change.prepare(scene)
      scene.emulator.faults.add({ method: change.method, path: change.path, fault: { kind: 'resetAfter' } })
      const step = await scene.start({ ...time, timeout: '6s', ...subject.inputs })
      await step.logged(/Checking whether it took effect/)
      scene.emulator.faults.add({ method: 'GET', path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
      const { outputs, errors } = scene.sound(await step.ended)
      expect(outputs['error_code'], errors[0]).toBe('timed_out')
      expect(errors[0]).toContain('whether')
      expect(scene.requests(change.method, change.path)).toHaveLength(1)
    },
  )

  it('does not take a 409 that its own first attempt caused for a conflict', async () => {
    for (const name of ['snapshot', 'restore', 'enrich', 'enrich in place']) {
      const change = changes[name]
      if (!change) throw new Error(`no change ${name}`)
      await using scene = await Scene.open({
        timings: { restoreMs: 1500, snapshotMs: 1500, enrichMs: 1500 },
        lags: { taskListMs: 3000, snapshotListMs: 1000, statusMs: 3000 },
        style: { snapshotCreate: 'accepted' },
      })
      const subject = change.prepare(scene)
      scene.emulator.faults.add({ method: change.method, path: change.path, fault: { kind: 'resetAfter' } })
      const result = await scene.run({ ...time, timeout: '20s', on_conflict: 'fail', ...subject.inputs })
      expect(subject.made(), result.stdout).toHaveLength(1)
      expect(result.exitCode, result.stdout).toBe(0)
    }
  })
})

describe('the start of an export', () => {
  it('may be sent again, and the step continues with the one that answered', async () => {
    const faults: Fault[] = [
      { kind: 'resetAfter' },
      { kind: 'statusAfter', status: 502 },
      { kind: 'truncate' },
      { kind: 'hangAfter' },
    ]
    for (const fault of faults) {
      await using scene = await Scene.open()
      const dataset = scene.world.addDataset({ name: 'cats' })
      scene.emulator.faults.add({ path: /export_context_async$/, fault })
      const inputs = { operation: 'export', dataset_id: dataset.id, upload_artifact: 'false', ...time }
      const { outputs } = await scene.succeed(inputs)
      expect(scene.world.exports).toHaveLength(2)
      expect(outputs['export_id']).toBe(scene.world.exports[1]?.id)
    }
  })
})
