import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportScene } from '../action/export-scene.ts'

const previous = { compare_with: 'previous-run', upload_artifact: 'true' }

async function comparisonIn(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(folder, 'comparison.json'), 'utf8'))
}

describe('an export that is compared', () => {
  it('reports what changed since the one that it replaces', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed(at.inputs)
    const [first, ...rest] = at.dataset.items
    at.dataset.items = first ? [{ ...first, labels: ['zebra'], caption: 'striped' }, ...rest.slice(1)] : []
    const { outputs, stdout } = await scene.succeed({ ...at.inputs, compare_with: 'visual-layer-export' })
    expect(outputs).toMatchObject({ changed: 'true', added_count: '0', removed_count: '1', modified_count: '1' })
    expect(stdout).toContain('Changes since visual-layer-export: 0 added, 1 removed, 1 modified')
    expect(await comparisonIn(at.outputDir)).toMatchObject({
      removed: 1,
      compared_with: { path: 'visual-layer-export' },
    })
  })

  it('counts all as removed where nothing matched, writes no file, and lets a gate fail', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, output_dir: 'last' })
    at.dataset.items = []
    const inputs = { ...at.inputs, allow_empty: 'true', compare_with: 'last', fail_if: 'removed > 50%' }
    const { errors, outputs, summary } = await scene.fail('gate_failed', inputs)
    expect(outputs).toMatchObject({ removed_count: '12', added_count: '0', media_count: '0' })
    expect(errors[0]).toContain('removed > 50%')
    expect(summary).toContain('no file was written')
    expect(summary).not.toContain('saved')
    expect(await at.files()).toEqual([])
  })

  it('does not write over a comparison.json that is someone else’s', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, extract: 'true' })
    await writeFile(path.join(at.outputDir, 'comparison.json'), '{"mine": true}')
    const { errors } = await scene.fail('operation_failed', { ...at.inputs, compare_with: 'visual-layer-export' })
    expect(errors[0]).toContain('comparison.json')
    expect(await comparisonIn(at.outputDir)).toEqual({ mine: true })
  })

  it('is compared with the artifact of the last run', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { github } = scene.emulator
    const inputs = { ...at.inputs, ...previous, extract: 'true' }
    const first = await scene.succeed({ ...inputs, fail_if: 'removed > 0' }, github.environment())
    expect(first.outputs).toMatchObject({ changed: 'true' })
    expect(first.summary).toContain('No baseline')
    expect(first.stdout).toContain('no baseline (not checked)')
    github.endRun()
    github.beginRun()
    at.dataset.items = at.dataset.items.slice(1)
    const second = await scene.succeed(inputs, github.environment())
    expect(second.outputs).toMatchObject({ changed: 'true', removed_count: '1' })
    expect(await comparisonIn(at.outputDir)).toMatchObject({ compared_with: { run_id: '4242' } })
    expect(second.stdout).toMatch(/Changes since run 4242 of \d{4}-\d\d-\d\d on main/)
  })

  it('continues where GitHub has a bad night, and not where the token may not look', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { github, faults } = scene.emulator
    faults.add({ server: 'github', path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    const inputs = { ...at.inputs, compare_with: 'previous-run', max_retries: '0' }
    const { outputs, warnings } = await scene.succeed(inputs, github.environment())
    expect(outputs).toMatchObject({ changed: 'true', media_count: '12' })
    expect(warnings).toEqual([expect.stringContaining('Could not compare')])
    faults.clear()
    github.permission = 'none'
    const { errors } = await scene.fail('forbidden', inputs, github.environment())
    expect(errors[0]).toContain('actions: read')
  })

  it('fails before any request where there is no room for the earlier one, or none at the path', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const file = path.join(scene.job.workspace, 'note.txt')
    await writeFile(file, 'no folder')
    const env = { ...scene.emulator.github.environment(), RUNNER_TEMP: file }
    const { errors } = await scene.fail('operation_failed', { ...at.inputs, compare_with: 'previous-run' }, env)
    expect(errors[0]).toContain('a folder for the previous export')
    await scene.fail('invalid_input', { ...at.inputs, compare_with: 'note.txt' })
    expect(scene.emulator.requests).toEqual([])
  })

  it('is compared with the workspace itself, and is of a dataset without a name', async () => {
    const at = await exportScene({}, { name: '' })
    await using scene = at.scene
    await writeFile(path.join(scene.job.workspace, 'metadata.json'), '{"media_items":[]}')
    const { outputs, stdout } = await scene.succeed({ ...at.inputs, compare_with: '.' })
    expect(outputs).toMatchObject({ added_count: '12', removed_count: '0' })
    expect(stdout).toContain('Changes since .: 12 added')
    const manifest: unknown = JSON.parse(await readFile(path.join(at.outputDir, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ dataset: { id: at.dataset.id } })
    expect(manifest).not.toHaveProperty('dataset.name')
  })

  it('is not compared by a step that does not wait', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { outputs } = await scene.succeed({ ...at.inputs, wait: 'false', compare_with: 'not-there' })
    expect(outputs).not.toHaveProperty('changed')
  })
})
