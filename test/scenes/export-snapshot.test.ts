import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { EmulatorSettings } from '../emulator/options.ts'
import { Scene, when } from '../action/scene.ts'
import { resultOutput } from '../action/soundness.ts'

const datasets = z.array(z.looseObject({ display_name: z.string() }))

function cloneIn(outputs: Record<string, string>): string {
  return String(resultOutput(outputs)['clone_dataset_id'])
}

/** A dataset whose live state is smaller than that of its snapshot. */
async function golden(settings?: EmulatorSettings) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', images: 8, snapshots: ['golden'] })
  const [, snapshot] = dataset.snapshots
  dataset.items = dataset.items.slice(0, 3)
  const inputs = { operation: 'export', dataset_id: dataset.id, snapshot_name: 'golden', upload_artifact: 'false' }
  /** Names of the datasets that the API lists. */
  const listed = async (): Promise<string[]> => {
    const reply = await fetch(`${scene.emulator.url}/api/v1/datasets`, {
      headers: { authorization: `Bearer ${scene.emulator.token()}` },
    })
    return datasets.parse(await reply.json()).map(({ display_name: name }) => name)
  }
  return { scene, dataset, snapshot, inputs, listed }
}

describe('an export of a snapshot', () => {
  it('exports that state from a clone, deletes the clone, and leaves the live dataset alone', async () => {
    const { scene, dataset, snapshot, inputs, listed } = await golden()
    await using _ = scene
    const { outputs, state, summary } = await scene.succeed(inputs)
    expect(outputs).toMatchObject({
      dataset_id: dataset.id,
      dataset_name: 'cats',
      dataset_status: 'READY',
      snapshot_id: snapshot?.id,
      media_count: '8',
    })
    const clone = cloneIn(outputs)
    expect(clone).not.toBe(dataset.id)
    expect(scene.requests('DELETE', /\/dataset\//).map(({ path: where }) => path.basename(where))).toEqual([clone])
    expect(await listed()).toEqual(['cats'])
    expect(dataset.items).toHaveLength(3)
    expect(scene.requests('POST', /restore$/)).toEqual([])
    expect(summary).toContain('golden')
    expect(state['STATE_undo'] ?? '').toBe('')
    const manifest: unknown = JSON.parse(
      await readFile(path.join(outputs['export_dir'] ?? '', 'manifest.json'), 'utf8'),
    )
    expect(manifest).toMatchObject({ dataset: { id: dataset.id, snapshot: { id: snapshot?.id, name: 'golden' } } })
  })

  it.each([
    ['the clone fails', 'clone', { task: 'FAILED', message: 'no space' }, 'operation_failed'],
    ['the export fails', 'export', { task: 'FAILED', message: 'worker lost' }, 'operation_failed'],
  ] as const)('deletes the clone when %s', async (_name, kind, how, code) => {
    const { scene, inputs, listed } = await golden()
    await using _ = scene
    scene.world.next(kind, how)
    await scene.fail(code, inputs)
    expect(await listed()).toEqual(['cats'])
  })

  it('deletes the clone when time runs out', async () => {
    const { scene, inputs, listed } = await golden({ timings: { exportMs: 60_000 } })
    await using _ = scene
    const { errors } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    expect(errors[0]).toContain('clone')
    expect(await listed()).toEqual(['cats'])
  })

  it('leaves the clone to post when it cannot be deleted within three seconds of the timeout', async () => {
    const { scene, inputs, listed } = await golden({ timings: { exportMs: 60_000 } })
    await using _ = scene
    scene.emulator.faults.add({ method: 'DELETE', path: /\/dataset\//, times: 1, fault: { kind: 'hang' } })
    const { outputs, state, warnings } = await scene.fail('timed_out', { ...inputs, timeout: '8s' })
    expect(Number(outputs['elapsed_seconds'])).toBeLessThanOrEqual(11)
    expect(warnings).toEqual([expect.stringContaining('post step tries again')])
    expect(await listed()).toContain('cats (cloned)')
    expect((await scene.post(inputs, state)).stdout).toContain('Deleted the temporary clone')
    expect(await listed()).toEqual(['cats'])
  })

  it('deletes the clone when it is cancelled', async () => {
    const { scene, inputs, listed } = await golden({ timings: { exportMs: 60_000 } })
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/export (INIT|IN_PROGRESS)/)
    step.kill('SIGINT')
    const { outputs, stdout, state } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('cancelled')
    expect(stdout).toContain('Deleted the temporary clone')
    expect(state['STATE_undo']).toBe('')
    expect(await listed()).toEqual(['cats'])
  })

  it.each(['resetBefore', 'resetAfter', 'hang'] as const)(
    'deletes the clone though its reply meets %s',
    async (kind) => {
      const { scene, inputs, listed } = await golden()
      await using _ = scene
      scene.emulator.faults.add({ method: 'DELETE', path: /\/dataset\//, fault: { kind } })
      await scene.succeed({ ...inputs, request_timeout: '1s' })
      expect(await listed()).toEqual(['cats'])
    },
  )

  it('names the clone in a warning where it may not be deleted, and still succeeds', async () => {
    const { scene, inputs, listed } = await golden()
    await using _ = scene
    const detail = JSON.stringify({ detail: 'Deleting datasets is disabled' })
    const fault = { kind: 'status', status: 403, body: detail } as const
    scene.emulator.faults.add({ method: 'DELETE', path: /\/dataset\//, times: Infinity, fault })
    const { warnings, outputs, state } = await scene.succeed(inputs)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(cloneIn(outputs))
    expect(warnings[0]).toContain('Delete it in Visual Layer')
    // If the job fails later, the post step tries again.
    expect(state['STATE_undo']).toContain(cloneIn(outputs))
    expect(await listed()).toContain('cats (cloned)')
    scene.world.next('export', { task: 'FAILED' })
    const failed = await scene.fail('operation_failed', inputs)
    expect(failed.warnings).toEqual([expect.stringContaining(cloneIn(failed.outputs))])
  })

  it('says that a clone may be left when it is cancelled before its id is known', async () => {
    const { scene, inputs } = await golden({ lags: { taskListMs: 60_000, datasetListMs: 60_000 } })
    await using _ = scene
    const step = await scene.start({ ...inputs, timeout: '1h' })
    await when(() => scene.requests('POST', /clone$/).length === 1)
    await step.logged(/not listed yet/)
    step.kill('SIGINT')
    const { stdout } = scene.sound(await step.ended)
    expect(stdout).toContain('"cats (cloned)" appears later')
  })

  it('says that a clone may appear when it is cancelled before its request is answered', async () => {
    const { scene, inputs } = await golden()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /clone$/, fault: { kind: 'hang' } })
    const step = await scene.start({ ...inputs, timeout: '1h' })
    await when(() => scene.requests('POST', /clone$/).length === 1)
    const { stdout } = scene.sound(await step.cancel())
    expect(stdout).toContain('"cats (cloned)" appears later')
  })

  it('is rejected before any request where the inputs contradict each other', async () => {
    await using scene = await Scene.open()
    const { errors } = await scene.fail('invalid_input', {
      operation: 'export',
      dataset_id: '11111111-1111-4111-8111-111111111111',
      snapshot_id: 'current',
      snapshot_name: 'golden',
      wait: 'false',
    })
    expect(errors[0]).toContain('snapshot_name')
    expect(errors[0]).toContain('wait')
    expect(scene.emulator.requests).toEqual([])
  })

  it('ends as not_found, and clones nothing, where there is no such snapshot', async () => {
    const { scene, inputs } = await golden()
    await using _ = scene
    await scene.fail('not_found', { ...inputs, snapshot_name: 'silver' })
    expect(scene.requests('POST', /clone$/)).toEqual([])
  })
})
