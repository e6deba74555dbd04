import { describe, expect, it, vi } from 'vitest'
import type { Fault } from '../emulator/http/faults.ts'
import { changes } from '../action/changes.ts'
import { faultsOfOneReply } from '../action/faults.ts'
import { Scene } from '../action/scene.ts'

const ofReads = faultsOfOneReply().filter(([name]) => !name.endsWith(' after') || name.startsWith('reset'))
const all = Object.entries(changes).filter(([name]) => name !== 'safety snapshot')

describe('a read that goes wrong', () => {
  it.each(ofReads.map(([name], index) => ({ name, index })))(
    'is borne on every path, twice over: $name',
    async ({ index }) => {
      await using scene = await Scene.open()
      const fault = faultsOfOneReply().filter(([name]) => ofReads.some(([kept]) => kept === name))[index]?.[1]
      if (!fault) throw new Error('no such fault')
      const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
      for (const path of [/\/dataset\/[^/]+$/, /\/snapshot$/, /\/tasks$/, /\/export_status$/, /\/datasets$/]) {
        scene.emulator.faults.add({ method: 'GET', path, times: 2, fault })
      }
      const shared = { dataset_id: dataset.id, request_timeout: '1s', timeout: '30s' }
      await scene.succeed({ operation: 'restore', snapshot_name: 'nightly', safety_snapshot: 'false', ...shared })
      expect(dataset.snapshots[1]?.isCurrent).toBe(true)
      await scene.succeed({ operation: 'export', upload_artifact: 'false', ...shared })
      expect(scene.world.exports).toHaveLength(1)
    },
  )

  const outage: [string, Fault][] = [
    ['HTTP 503', { kind: 'status', status: 503 }],
    ['resets', { kind: 'resetBefore' }],
    ['web pages', { kind: 'html200', effect: false }],
  ]
  const cases = all.flatMap(([name, change]) =>
    outage.map(([faultName, fault]) => ({ name, change, faultName, fault })),
  )
  it.each(cases)('for long ends no wait: $name through an outage of $faultName', async ({ change, fault }) => {
    const ms = 600
    await using scene = await Scene.open({ timings: { createMs: ms, restoreMs: ms, cloneMs: ms, snapshotMs: ms } })
    const subject = change.prepare(scene)
    const step = await scene.start({ timeout: '20s', ...subject.inputs })
    const posted = () => scene.requests(change.method, change.path).length === 1
    await vi.waitUntil(posted, { interval: 5, timeout: 20_000 })
    // More in a row than max_retries has of one request.
    scene.emulator.faults.add({ method: 'GET', path: /./, times: 12, fault })
    const result = scene.sound(await step.ended)
    expect(result.exitCode, result.stdout).toBe(0)
    expect(subject.made()).toHaveLength(1)
    subject.expectNamed(result.outputs)
  })

  it('of a wrong shape, again and again, ends the wait as unexpected_reply', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id, timeout: '1h', max_retries: '3' })
    await step.logged(/dataset INDEXING \(/)
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'body', text: '{"hello": "world"}' } })
    const { outputs, errors } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('unexpected_reply')
    expect(errors[0]).toContain('hello')
  })

  it('names the last fault when the time ends in an outage', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id, timeout: '6s' })
    await step.logged(/dataset INDEXING \(/)
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 502 } })
    const { outputs, errors } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ error_code: 'timed_out', dataset_status: 'INDEXING' })
    expect(errors[0]).toContain('HTTP 502')
    expect(errors[0]).toContain('INDEXING')
  })

  it.each([401, 403, 404] as const)(
    'with HTTP %i in the middle of a wait ends it, with what is known',
    async (status) => {
      await using scene = await Scene.open()
      const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
      const step = await scene.start({ operation: 'wait', dataset_id: dataset.id, timeout: '1h' })
      await step.logged(/dataset INDEXING \(/)
      scene.emulator.faults.add({ path: /\/dataset\//, times: Infinity, fault: { kind: 'status', status } })
      const { outputs } = scene.sound(await step.ended)
      const codes = { 401: 'unauthorized', 403: 'forbidden', 404: 'not_found' }
      expect(outputs).toMatchObject({ error_code: codes[status], dataset_id: dataset.id, dataset_status: 'INDEXING' })
    },
  )

  it('is repeated at most max_retries times outside a wait', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    await scene.fail('server_error', { operation: 'wait', dataset_id: dataset.id, max_retries: '2' })
    expect(scene.emulator.requests).toHaveLength(3)
    await scene.fail('server_error', { operation: 'wait', dataset_id: dataset.id, max_retries: '0' })
    expect(scene.emulator.requests).toHaveLength(4)
  })

  it('bears an outage of some seconds outside a wait, with growing pauses in the log', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ path: /./, times: 6, fault: { kind: 'resetBefore' } })
    const { stdout } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id, timeout: '5m' })
    const pauses = [...stdout.matchAll(/Retrying in (?:(\d+)ms|([\d.]+)s) \(retry \d+\)/g)].map(
      ([, ms, s]) => Number(ms ?? 0) + Number(s ?? 0) * 1000,
    )
    expect(pauses).toHaveLength(6)
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  })

  it('with a Retry-After beyond the deadline does not outstay it', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const headers = { 'retry-after': '3600' }
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 429, headers } })
    const { errors } = await scene.fail('server_error', { operation: 'wait', dataset_id: dataset.id, timeout: '5s' })
    expect(errors[0]).toContain('HTTP 429, Retry-After: 3600 s')
    expect(errors[0]).not.toContain('max_retries')
    expect(scene.emulator.requests).toHaveLength(1)
  })
})
