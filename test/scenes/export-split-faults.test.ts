import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { FaultRule } from '../emulator/http/faults.ts'
import { writeZip } from '../transfer/archive/zip-writer.ts'
import { ZIP } from '../action/export-scene.ts'
import { when } from '../action/scene.ts'
import { idsOf, splitScene } from '../action/split-scene.ts'

/** Three parts under a cap of 20. */
const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] }
const START = /export_entities_async$/
const FAILED = { task: 'FAILED' as const, message: 'worker lost' }

describe('an export in parts of which one goes wrong', () => {
  it('starts a part again whose export failed', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    scene.world.next('export', FAILED)
    const { stdout } = await scene.succeed(split.inputs)
    await split.expectWhole()
    expect(split.accepted()).toHaveLength(4)
    expect(stdout).toMatch(/Part \d: Export \S+ ended as FAILED/)
  })

  it('fails when it fails twice, keeps the other parts, and continues from there when it is run again', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    for (const outcome of [{}, FAILED, FAILED, FAILED, FAILED]) scene.world.next('export', outcome)
    const step = await scene.start({ ...split.inputs, timeout: '30s' })
    await when(() => split.accepted().length > 0)
    // The first part is whole before the others have failed.
    scene.world.options.timings.exportMs = 1_000
    const first = scene.sound(await step.ended)
    expect(first.outputs['error_code']).toBe('operation_failed')
    expect(first.errors[0]).toMatch(/Part \d of the export: Export \S+ ended as FAILED/)
    expect(first.errors[0]).toContain('worker lost')
    expect(first.errors[0]).toContain('Kept in visual-layer-export: 1 of 3 parts')
    expect(first.errors[0]).toContain('clean: false')
    const before = split.starts().length
    // What is left of the bad luck was for exports that nobody waited for any more.
    scene.world.options.timings.exportMs = 80
    await when(() => scene.world.exports.every(({ status }) => status !== 'INIT' && status !== 'IN_PROGRESS'))
    while (scene.world.takeOutcome('export').task) void 0
    const second = await scene.succeed(split.inputs)
    expect(second.stdout).toContain('1 part is already on disk')
    await split.expectWhole()
    expect(split.starts().length - before).toBeLessThanOrEqual(2)
  })

  it('starts a part again whose archive is damaged', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    scene.world.replaceArchive('next', Buffer.from('<html>not an archive</html>'))
    const { stdout } = await scene.succeed(split.inputs)
    await split.expectWhole()
    expect(split.accepted()).toHaveLength(4)
    expect(stdout).toContain('Restarting its export')
  })

  it('fails where it is damaged each time, and asks for another export in the next run', async () => {
    const split = await splitScene({ exportCap: 20 }, { clusterSizes: [12, 12] })
    await using scene = split.scene
    // Every archive comes without its end.
    scene.emulator.faults.add({
      server: 'storage',
      path: /./,
      times: Infinity,
      fault: { kind: 'body', text: 'PK', effect: true },
    })
    await scene.fail('corrupt_download', split.inputs)
    scene.emulator.faults.clear()
    const before = split.starts().length
    await scene.succeed(split.inputs)
    await split.expectWhole()
    expect(split.starts().length).toBeGreaterThan(before)
  })

  it('keeps no part where one has another format', async () => {
    const split = await splitScene({ exportCap: 20 }, { clusterSizes: [20, 20] })
    await using scene = split.scene
    const other = { ...split.inputs, export_format: 'parquet', output_dir: 'other' }
    await scene.succeed({ ...other, cluster_ids: split.dataset.items[0]?.clusterId ?? '' })
    scene.world.replaceArchive('next', await readFile(path.join(scene.job.workspace, 'other', ZIP)))
    await scene.fail('unexpected_reply', split.inputs)
    expect((await split.keptParts()).all).toEqual([])
  })

  it('keeps no parts where all are empty, and leaves the earlier export in place', async () => {
    const split = await splitScene({ exportCap: 20, style: { exportRejection: 'payload_too_large' } }, SIZES)
    await using scene = split.scene
    await scene.succeed(split.inputs)
    const before = await split.manifest()
    const inputs = { ...split.inputs, media_ids: idsOf(split.dataset.items).slice(0, 25).join(',') }
    const empty = writeZip([{ name: 'metadata.json', data: '{"info":{},"media_items":[]}' }])
    const archives = vi.spyOn(scene.world, 'takeArchive').mockReturnValue(empty)
    const { outputs } = await scene.fail('rejected', inputs)
    expect([outputs['media_count'], await split.manifest()]).toEqual(['0', before])
    archives.mockRestore()
    const again = await scene.succeed(inputs)
    expect(again.outputs['media_count']).toBe('25')
  })

  it('writes no table where all items are removed in the meantime', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const step = await scene.start({ ...split.inputs, export_format: 'parquet' })
    await step.logged(/0 of \d parts done/)
    split.dataset.items = []
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toMatch(/\b0 items of 53\b/)
    expect(await split.files()).toEqual([])
  })

  it.each([
    [
      'for what it asks',
      {
        kind: 'status',
        status: 422,
        body: '{"detail":[{"loc":["body"],"msg":"not understood","type":"value_error"}]}',
      },
      'rejected',
      'not understood',
    ],
    ['without a word', { kind: 'status', status: 400, body: '' }, 'rejected', 'HTTP 400'],
    ['for want of permission', { kind: 'status', status: 403 }, 'forbidden', 'HTTP 403'],
    [
      'for another reason',
      { kind: 'body', text: '{"status":"REJECTED","result_message":"quota"}' },
      'rejected',
      'quota',
    ],
  ] as const)('fails where a part is rejected %s', async (_, fault, code, words) => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using scene = split.scene
    scene.emulator.faults.add({ method: 'POST', path: START, skip: 1, times: Infinity, fault })
    const media = split.dataset.items.slice(0, 25).map(({ mediaId }) => mediaId)
    const { errors } = await scene.fail(code, { ...split.inputs, media_ids: media.join() })
    expect(errors[0]).toContain(words)
  })

  it('fails where the status of a part may not be read', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const step = await scene.start(split.inputs)
    await step.logged(/in parts \(split: auto\)/)
    scene.emulator.faults.add({ path: /export_status$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    expect(scene.sound(await step.ended).outputs['error_code']).toBe('forbidden')
  })

  it.each([
    ['threshold', 5],
    ['vague', 5],
    ['threshold', 2],
  ] as const)('divides what waits when the limit sinks meanwhile: %s, %d', async (rejectionWords, cap) => {
    const clusterSizes = Array.from({ length: 10 }, () => 5)
    const split = await splitScene({ exportCap: 10, style: { rejectionWords } }, { clusterSizes })
    await using scene = split.scene
    const step = await scene.start({ ...split.inputs, timeout: '30s' })
    await when(() => split.accepted().length >= 2)
    scene.world.options.exportCap = cap
    const { outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('')
    await split.expectWhole()
    split.expectNothingTwice()
    const last = split.accepted().at(-1)
    expect(last?.items).toBeLessThanOrEqual(cap)
  })

  const FAULTS: [string, FaultRule][] = [
    ['503 at a start', { path: START, times: 2, fault: { kind: 'status', status: 503 } }],
    ['a reset at a start', { path: START, skip: 1, fault: { kind: 'resetBefore' } }],
    ['503 at a look', { path: /export_status$/, skip: 3, times: 4, fault: { kind: 'status', status: 503 } }],
    ['a reset at a look', { path: /export_status$/, skip: 5, times: 2, fault: { kind: 'resetMid', afterBytes: 9 } }],
    ['a web page at the list of clusters', { path: /\/explore\//, fault: { kind: 'html200', effect: false } }],
    ['502 at the list of clusters', { path: /\/explore\//, times: 2, fault: { kind: 'status', status: 502 } }],
    ['a reset of the storage', { server: 'storage', path: /./, skip: 1, fault: { kind: 'resetMid', afterBytes: 700 } }],
    ['500 of the storage', { server: 'storage', path: /./, times: 2, fault: { kind: 'status', status: 500 } }],
  ]
  it.each(FAULTS)('is whole after %s, and nothing is exported twice', async (_, rule) => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    scene.emulator.faults.add(rule)
    const { outputs } = await scene.succeed({ ...split.inputs, timeout: '30s' })
    await split.expectWhole()
    split.expectNothingTwice()
    expect(outputs['media_count']).toBe('53')
  })

  it('waits for what else runs on the dataset', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    scene.emulator.faults.add({
      method: 'POST',
      path: START,
      skip: 1,
      fault: { kind: 'status', status: 409, body: '{"detail":"Dataset is not in READY status"}' },
    })
    await scene.succeed(split.inputs)
    await split.expectWhole()
    split.expectNothingTwice()
  })
})
