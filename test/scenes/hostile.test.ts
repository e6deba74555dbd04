import { describe, expect, it } from 'vitest'
import { HOSTILE, MARK } from '../action/hostile-texts.ts'
import type { StepResult } from '../action/run-action.ts'
import { Scene } from '../action/scene.ts'

const texts = Object.entries(HOSTILE)
const megabyte = 'ab\n::error::x <b> | `'.repeat(50_000)

/** No command of the log was started by a text from outside, and none of it acts in the summary. */
function expectHarmless({ commands, outputs, summary, stdout }: StepResult): void {
  for (const { data } of commands) expect(data.trimStart().startsWith(MARK), data).toBe(false)
  for (const name of ['error_code', 'snapshot_id', 'dataset_id']) expect(outputs[name] ?? '').not.toBe(MARK)
  expect(summary).not.toMatch(/https:\/\/evil|www\.evil|javascript:x\)|@octocat|^# /m)
  // Escapes, invisible letters and other controls reach neither; a reader sees what is there.
  for (const text of [stdout, summary]) {
    expect(text.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/u)
  }
}

describe('a text from outside', () => {
  it.each(texts)('as the name of a dataset and of its snapshots: %s', async (_name, text) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: text, snapshots: [{ name: text, description: text }] })
    const restored = await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_id: dataset.snapshots[1]?.id ?? '',
      timeout: '20s',
    })
    expectHarmless(restored)
    expect(restored.errors).toEqual([])
    expect(JSON.parse(restored.outputs['result'] ?? '')).toMatchObject({ dataset_id: dataset.id })
  })

  it.each(texts)('as the names in a catalog that is listed and pruned: %s', async (_name, text) => {
    await using scene = await Scene.open()
    const seed = { name: text, description: text, createdBy: text }
    const kept = { ...seed, reason: text }
    const dataset = scene.world.addDataset({ name: text, snapshots: [seed, seed, kept, seed] })
    const [, rejected, deleted, automatic] = dataset.snapshots
    const inputs = { dataset_id: dataset.id, timeout: '20s' }
    const listed = await scene.succeed({ operation: 'list-snapshots', ...inputs })
    expectHarmless(listed)
    expect(JSON.parse(listed.outputs['snapshots'] ?? '')).toContainEqual(
      expect.objectContaining({ snapshot_id: automatic?.id, snapshot_name: text, reason: text }),
    )
    const prune = { operation: 'prune-snapshots', keep_last: '1', ...inputs }
    expectHarmless(await scene.succeed({ ...prune, dry_run: 'true' }))
    const body = JSON.stringify({ detail: text })
    const path = new RegExp(rejected?.id ?? '')
    scene.emulator.faults.add({ method: 'DELETE', path, fault: { kind: 'status', status: 409, body } })
    const pruned = await scene.fail('conflict', prune)
    expectHarmless(pruned)
    expect(pruned.outputs['deleted_snapshot_ids']).toBe(JSON.stringify([deleted?.id]))
    expectHarmless(await scene.succeed({ operation: 'delete-snapshot', snapshot_id: rejected?.id ?? '', ...inputs }))
    expectHarmless(
      await scene.fail('invalid_input', { operation: 'delete-dataset', confirm_dataset_name: 'cats', ...inputs }),
    )
  })

  it.each(texts)(
    'as labels, objects, tags, captions and paths in an export that is compared: %s',
    async (_name, text) => {
      await using scene = await Scene.open()
      const dataset = scene.world.addDataset({ name: 'cats', images: 3 })
      const inputs = { operation: 'export', dataset_id: dataset.id, upload_artifact: 'false', timeout: '20s' }
      await scene.succeed(inputs)
      for (const [index, item] of dataset.items.entries()) {
        const hostile = { labels: [text], objects: [text], tags: [text], caption: text, filePath: `${index} ${text}` }
        Object.assign(item, hostile)
      }
      const compared = await scene.succeed({ ...inputs, compare_with: 'visual-layer-export' })
      expect(compared.outputs).toMatchObject({ changed: 'true', modified_count: '3' })
      // In a chart a text is drawn, and nothing else: that it cannot leave its quotes holds for every step.
      const charts = /^```mermaid\n.*?^```$/gms
      expect(compared.summary).toMatch(charts)
      expectHarmless({ ...compared, summary: compared.summary.replace(charts, '') })
    },
  )

  it.each(texts)('as the words of an error: %s', async (_name, text) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({
      path: /./,
      times: Infinity,
      fault: { kind: 'status', status: 404, body: JSON.stringify({ detail: text }) },
    })
    expectHarmless(await scene.fail('not_found', { operation: 'wait', dataset_id: dataset.id }))
  })

  it.each(texts)('as a status and the reason of a failure: %s', async (_name, text) => {
    await using scene = await Scene.open()
    const reply = { display_name: 'cats', status_new: text, fatal_error_msg: text }
    const path = /\/dataset\//
    scene.emulator.faults.add({ path, times: 3, fault: { kind: 'body', text: JSON.stringify(reply) } })
    scene.emulator.faults.add({
      path,
      times: Infinity,
      fault: { kind: 'body', text: JSON.stringify({ ...reply, status_new: 'ERROR' }) },
    })
    const dataset_id = '0a1b2c3d-0000-4000-8000-000000000000'
    expectHarmless(await scene.fail('operation_failed', { operation: 'wait', dataset_id }))
  })

  it.each(texts)('as a reply that is no JSON: %s', async (_name, text) => {
    await using scene = await Scene.open()
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'body', text, contentType: 'text/plain' } })
    const dataset_id = '0a1b2c3d-0000-4000-8000-000000000000'
    const result = await scene.fail('unexpected_reply', { operation: 'wait', dataset_id, max_retries: '0' })
    expectHarmless(result)
  })

  it.each(texts)('as an input: %s', async (_name, text) => {
    await using scene = await Scene.open()
    const harmless = text.replaceAll('\u0000', '')
    const result = await scene.fail('invalid_input', {
      operation: harmless,
      dataset_id: harmless,
      vql: harmless,
      output_dir: harmless,
    })
    expectHarmless(result)
  })

  it('of a megabyte, everywhere at once', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: megabyte, snapshots: [{ name: megabyte, description: megabyte }] })
    const input = { dataset_id: dataset.id, snapshot_id: dataset.snapshots[1]?.id ?? '', timeout: '20s' }
    const { stdout, outputs } = await scene.succeed({ operation: 'restore', ...input })
    expect(outputs['snapshot_id']).toBe(input.snapshot_id)
    expect(stdout.length).toBeLessThan(200_000)
    scene.world.next('restore', { task: 'FAILED', message: megabyte })
    const failed = await scene.fail('operation_failed', { operation: 'restore', ...input })
    expect(failed.stdout.length).toBeLessThan(200_000)
  })
})
