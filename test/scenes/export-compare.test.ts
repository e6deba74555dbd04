import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MediaItem } from '../emulator/model.ts'
import { type ExportScene, exportScene, ZIP } from '../action/export-scene.ts'

/** Two items less, one more, and three changed: one of them in its labels, one in its tags and its caption, one in a score that counts. */
function edit({ dataset, scene }: ExportScene): void {
  const [first, second, third, , , ...rest] = dataset.items
  const [made] = scene.world.addDataset({ name: 'another', images: 1 }).items
  if (!first || !second || !third || !made) throw new Error('too few items')
  const changed: MediaItem[] = [
    { ...first, labels: ['zebra'] },
    { ...second, tags: ['reviewed'], caption: 'another one' },
    { ...third, uniqueness: third.uniqueness + 0.3 },
  ]
  dataset.items = [...changed, ...rest, made]
}

async function comparisonOf({ outputDir }: ExportScene): Promise<unknown> {
  return JSON.parse(await readFile(path.join(outputDir, 'comparison.json'), 'utf8'))
}

describe('compare_with: a path', () => {
  it('compares with the very export that is replaced', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed(at.inputs)
    edit(at)
    const { outputs, summary, stdout } = await scene.succeed({ ...at.inputs, compare_with: 'visual-layer-export' })
    expect(outputs).toMatchObject({ changed: 'true', added_count: '1', removed_count: '2', modified_count: '3' })
    expect(JSON.parse(outputs['result'] ?? '')).toMatchObject({ changed: true, added_count: 1 })
    expect(await comparisonOf(at)).toMatchObject({
      schema_version: 1,
      compared_with: { path: 'visual-layer-export' },
      content_digest: { after: outputs['content_digest'] },
      changed: true,
      added: 1,
      removed: 2,
      modified: 3,
      unchanged: 7,
      modified_fields: { labels: 1, tags: 1, captions: 1, uniqueness: 1, boxes: 0, cluster: 0, issues: 0, other: 0 },
      media_count: { before: 12, after: 11 },
    })
    expect(outputs['comparison_path']).toBe(path.join(at.outputDir, 'comparison.json'))
    expect(outputs['headline']).toContain('1 added, 2 removed, and 3 modified')
    const line = '1 added, 2 removed, 3 modified (labels 1, tags 1, captions 1, uniqueness 1); 7 unchanged'
    expect(stdout).toContain('Baseline: visual-layer-export (12 items).')
    expect(stdout).toContain(`Changes since visual-layer-export: ${line}.`)
    expect(summary).toContain('| Modified | 3 &#40;labels 1, tags 1, captions 1, uniqueness 1&#41; |')
    expect(summary).toContain('```mermaid')
    expect(summary).toContain('zebra')
    expect(await at.files()).toEqual(['comparison.json', 'manifest.json', ZIP])
  })

  it.each(['metadata.json', '.'])('finds nothing changed where nothing did, in %s', async (place) => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, extract: 'true', include_images: 'true', output_dir: 'last' })
    const { outputs } = await scene.succeed({ ...at.inputs, compare_with: path.join('last', place) })
    expect(outputs).toMatchObject({ changed: 'false', added_count: '0', removed_count: '0', modified_count: '0' })
  })

  it('does not compare JSON with parquet: the export counts as changed, and log and summary say why', async () => {
    const at = await exportScene({}, { images: 20, videos: 3 })
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, output_dir: 'last', export_format: 'parquet' })
    const { outputs, stdout, summary } = await scene.succeed({ ...at.inputs, compare_with: 'last' })
    expect(outputs).toMatchObject({ changed: 'true', added_count: '0', removed_count: '0', modified_count: '0' })
    for (const text of [stdout, summary]) expect(text).toContain('the baseline is parquet and this export is JSON')
    expect(await comparisonOf(at)).toMatchObject({ changed: true, not_compared: [expect.any(String)] })
  })

  it('fails before any request where no export lies there', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { errors } = await scene.fail('invalid_input', { ...at.inputs, compare_with: 'last-night' })
    expect(errors[0]).toContain('compare_with')
    expect(errors[0]).toContain('last-night')
    await writeFile(path.join(scene.job.workspace, 'note.txt'), 'no export')
    await scene.fail('invalid_input', { ...at.inputs, compare_with: 'note.txt' })
    expect(scene.emulator.requests).toEqual([])
  })

  it('counts everything as removed where nothing matched', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, output_dir: 'last' })
    at.dataset.items = []
    const inputs = { ...at.inputs, allow_empty: 'true', compare_with: 'last' }
    const { outputs } = await scene.succeed(inputs)
    expect(outputs).toMatchObject({ changed: 'true', removed_count: '12', added_count: '0' })
    const gated = await scene.fail('gate_failed', { ...inputs, fail_if: 'removed > 50%' })
    expect(gated.errors[0]).toContain('removed > 50%')
    expect(gated.summary).toContain('no file was written')
    expect(await at.files()).toEqual([])
    expect(gated.outputs).toMatchObject({
      removed_count: '12',
      media_count: '0',
      content_digest: outputs['content_digest'],
    })
  })

  it('compares with an export in the workspace itself', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await writeFile(path.join(scene.job.workspace, 'metadata.json'), '{"media_items":[]}')
    const { outputs } = await scene.succeed({ ...at.inputs, compare_with: '.' })
    expect(outputs).toMatchObject({ added_count: '12', removed_count: '0' })
  })

  it('compares nothing with wait: false', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { outputs } = await scene.succeed({ ...at.inputs, wait: 'false', compare_with: 'not-there' })
    expect(outputs).not.toHaveProperty('changed')
  })

  it('takes a comparison along that belongs to an earlier export, and leaves that of someone else', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, extract: 'true' })
    await scene.succeed({ ...at.inputs, extract: 'true', compare_with: 'visual-layer-export' })
    expect(await at.files()).toContain('comparison.json')
    await scene.succeed({ ...at.inputs, extract: 'true' })
    expect(await at.files()).not.toContain('comparison.json')
    await writeFile(path.join(at.outputDir, 'comparison.json'), '{"mine": true}')
    await scene.succeed({ ...at.inputs, extract: 'true' })
    const asked = scene.emulator.requests.length
    const { errors } = await scene.fail('operation_failed', {
      ...at.inputs,
      extract: 'true',
      compare_with: 'visual-layer-export',
    })
    expect(errors[0]).toContain('comparison.json')
    expect(scene.emulator.requests).toHaveLength(asked)
    expect(await comparisonOf(at)).toEqual({ mine: true })
  })
})

describe('compare_with: previous-run', () => {
  it('is the export that the last successful run stored', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { github } = scene.emulator
    const inputs = { ...at.inputs, upload_artifact: 'true', compare_with: 'previous-run' }
    const first = await scene.succeed(inputs, github.environment())
    expect(first.outputs).toMatchObject({ changed: 'true', artifact_name: ZIP })
    expect(first.outputs).not.toHaveProperty('added_count')
    expect(first.stdout).toContain('No baseline; the data counts as changed.')
    expect(first.warnings).toEqual([])

    github.endRun()
    github.beginRun()
    const second = await scene.succeed(inputs, github.environment())
    expect(second.outputs).toMatchObject({ changed: 'false', modified_count: '0' })

    github.endRun()
    github.beginRun()
    edit(at)
    const third = await scene.succeed({ ...inputs, extract: 'true' }, github.environment())
    expect(third.outputs).toMatchObject({ changed: 'true', added_count: '1', removed_count: '2', modified_count: '3' })
    expect(third.summary).toMatch(
      /Baseline \| <a href="[^"]*\/actions\/runs\/\d+[^"]*">run \d+ of \d{4}-\d\d-\d\d on main<\/a>/,
    )
    expect(await comparisonOf(at)).toMatchObject({ compared_with: { run_id: expect.stringMatching(/^\d+$/) } })
    const stored = scene.emulator.artifacts.stored.at(-1)
    expect(stored?.name).toBe('visual-layer-export')

    github.endRun()
    github.beginRun()
    const fourth = await scene.succeed({ ...inputs, extract: 'true' }, github.environment())
    expect(fourth.outputs).toMatchObject({ changed: 'false' })
  })

  it('fails where the token may not look, and says what to grant', async () => {
    const at = await exportScene()
    await using scene = at.scene
    scene.emulator.github.permission = 'none'
    const { errors } = await scene.fail(
      'forbidden',
      { ...at.inputs, compare_with: 'previous-run' },
      scene.emulator.github.environment(),
    )
    expect(errors[0]).toContain('actions: read')
    expect(scene.requests('POST', /./)).toEqual([])
  })

  it('fails before any request where the previous export has no room', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const file = path.join(scene.job.workspace, 'note.txt')
    await writeFile(file, 'no folder')
    const env = { ...scene.emulator.github.environment(), RUNNER_TEMP: file }
    const { errors } = await scene.fail('operation_failed', { ...at.inputs, compare_with: 'previous-run' }, env)
    expect(errors[0]).toContain('folder for the previous export')
    expect(scene.emulator.requests).toEqual([])
  })

  it('exports all the same where GitHub has a bad night, and counts that as changed', async () => {
    const at = await exportScene()
    await using scene = at.scene
    scene.emulator.faults.add({ server: 'github', path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    const { outputs, warnings } = await scene.succeed(
      { ...at.inputs, compare_with: 'previous-run', max_retries: '1' },
      scene.emulator.github.environment(),
    )
    expect(outputs).toMatchObject({ changed: 'true', media_count: '12' })
    expect(outputs).not.toHaveProperty('added_count')
    expect(warnings).toEqual([expect.stringContaining('Could not compare with the previous run')])
  })
})

describe('fail_if', () => {
  it('fails when the export is safe, and names each condition with its figure', async () => {
    const at = await exportScene({}, { images: 20 })
    await using scene = at.scene
    const conditions = [
      'issues.blur > 3',
      'labels.cat >= 30%',
      'media_count < 1000',
      'issues.nothing > 0',
      'size_bytes < 1',
    ]
    const { errors, outputs, summary } = await scene.fail('gate_failed', {
      ...at.inputs,
      upload_artifact: 'true',
      fail_if: conditions.join('\n'),
    })
    expect(errors[0]).toContain('2 of 5 fail_if conditions were met:')
    expect(errors[0]).toContain('- issues.blur > 3: found 4')
    expect(errors[0]).toContain('- media_count < 1000: found 20')
    expect(errors[0]).not.toContain('labels.cat')
    expect(outputs).toMatchObject({ media_count: '20', artifact_name: ZIP })
    expect(outputs['headline']).toMatch(/complete.*check failed.*issues\.blur > 3: found 4; media_count/)
    expect(summary).toContain('## ❌ Visual Layer: export complete, check failed\n')
    expect(summary.indexOf('issues.blur')).toBeLessThan(summary.indexOf('mermaid'))
    expect(scene.emulator.artifacts.stored).toHaveLength(1)
    expect(await at.files()).toEqual(['manifest.json', ZIP])
    expect(summary).toMatch(/labels\.cat &#62;.* 30%<\/code> \| 5 &#40;25%&#41; \| ✅ passed \|/)
  })

  it('passes where no condition is met', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { stdout } = await scene.succeed({ ...at.inputs, fail_if: 'issues.BLUR > 100\nclusters == 0' })
    expect(stdout).toContain('fail_if: issues.BLUR > 100: 2 (✅ passed)')
  })

  it('does not check against an export that is not there', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { stdout } = await scene.succeed(
      { ...at.inputs, compare_with: 'previous-run', fail_if: 'removed > 0' },
      scene.emulator.github.environment(),
    )
    expect(stdout).toContain('fail_if: removed > 0: no baseline (not checked)')
  })
})

describe('warn_if', () => {
  it('warns of what is met, with rows in the summary, and the step stays green', async () => {
    const at = await exportScene({}, { images: 20 })
    await using scene = at.scene
    const { outputs, summary, warnings } = await scene.succeed({
      ...at.inputs,
      fail_if: 'issues.blur > 100',
      warn_if: 'issues.blur > 3\nmedia_count < 10\nlabels.cat == 25%',
    })
    expect(outputs).toMatchObject({ error_code: '', media_count: '20' })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('issues.blur > 3: found 4')
    expect(warnings[1]).toContain('labels.cat == 25%: found 5 (25%)')
    expect(summary.match(/warning \|$/gm)).toHaveLength(2)
    expect(summary.match(/✅ passed \|$/gm)).toHaveLength(2)
  })

  it('reports every invalid line of both inputs before anything is sent', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const { errors } = await scene.fail('invalid_input', {
      ...at.inputs,
      fail_if: 'blurry > 5\nclusters < many\nmedia_count < 5',
      warn_if: 'removed > 5%\nmedia_count < 5\nsharp',
    })
    for (const named of ['blurry > 5', 'clusters < many', 'removed > 5%', 'media_count < 5', 'sharp']) {
      expect(errors[0]).toContain(JSON.stringify(named))
    }
    expect(scene.emulator.requests).toEqual([])
  })
})
