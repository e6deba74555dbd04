import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { StepResult } from '../action/run-action.ts'
import { command } from '../command-line.ts'
import type { MediaItem } from '../emulator/model.ts'
import { Stage, writePage } from './stage.ts'
import { summaryText } from './summary-text.ts'

/**
 * The main job, as a workflow would run it, through the built action against the emulator: create, snapshot, restore, clone,
 * enrich, export, and a second export that is compared with the first. Prints what a user would see of each step; ends with 1 when a step
 * fails or an outcome is not what it must be. `--summary FILE`: the job summary of the last step, as Markdown.
 */
await command(async () => {
  const { values } = parseArgs({ options: { summary: { type: 'string' } } })
  await using stage = await Stage.open({ bucketImages: 240 })
  const { emulator } = stage
  console.log(`Seven steps of a workflow, run by the built action on this machine against an emulator of Visual Layer.
For each step: its inputs, its log as GitHub shows it (▶ is a closed group), and the names of its outputs.`)

  const created = await step('Create a dataset from a bucket', {
    operation: 'create-from-s3',
    dataset_name: 'street-scenes',
    bucket_path: 's3://acme-media/street-scenes/',
  })
  const datasetId = output(created, 'dataset_id')

  const saved = await step('Checkpoint before training', {
    operation: 'snapshot',
    dataset_id: datasetId,
    snapshot_name: 'before-training',
    description: 'Labels reviewed, ready for training',
  })

  await step('Roll back to the checkpoint', {
    operation: 'restore',
    dataset_id: datasetId,
    snapshot_id: output(saved, 'snapshot_id'),
  })

  const cloned = await step('Clone the checkpoint for an experiment', {
    operation: 'clone',
    dataset_id: datasetId,
    snapshot_name: 'before-training',
  })
  expect('the clone is a dataset of its own', output(cloned, 'dataset_id') !== datasetId)

  const enriched = await step('Enrich the clone', {
    operation: 'enrich',
    dataset_id: output(cloned, 'dataset_id'),
    models: 'VL-Image-Captioner',
  })
  const copy = emulator.world.datasets.find(({ id }) => id === output(enriched, 'dataset_id'))
  expect('the model was applied to a copy', copy?.enrichment.models['CAPTION_IMAGES'] === 'vl_image_captioner_v00')

  const exported = await step('Export with images', {
    operation: 'export',
    dataset_id: datasetId,
    include_images: 'true',
    artifact_name: 'street-scenes',
  })
  const [artifact] = emulator.artifacts.stored
  expect('the artifact holds the very bytes of the export', artifact?.digest === output(exported, 'export_sha256'))
  const files = await readdir(output(exported, 'export_dir'))
  expect('the export lies on disk', files.includes('street-scenes.zip') && files.includes('manifest.json'))
  const [dataset] = emulator.world.datasets
  expect('every item of the dataset is in it', Number(output(exported, 'media_count')) === dataset?.items.length)

  if (dataset) dataset.items = relabelled(dataset.items)
  const nightly = await step('The next night: what changed?', {
    operation: 'export',
    dataset_id: datasetId,
    compare_with: 'visual-layer-export',
    output_dir: 'nightly',
    artifact_name: 'street-scenes-nightly',
    fail_if: 'removed > 10%\nissues.blur > 100',
  })
  expect('the comparison tells what was changed', output(nightly, 'changed') === 'true')
  expect('and how much', output(nightly, 'modified_count') === '38' && output(nightly, 'removed_count') === '16')
  if (values.summary !== undefined) {
    await mkdir(path.dirname(values.summary), { recursive: true })
    await writeFile(values.summary, nightly.summary)
  }
  // The page shows all of it.
  const [beginning = ''] = nightly.summary.split(/^### Examples$/m)
  console.log(`\n  Its job summary:\n\n${summaryText(beginning).replace(/^(?=.)/gm, '    ')}\n`)
  console.log(`    ... and more, with charts, in ${await writePage('demo/summary.html', nightly.summary)}`)
  console.log('\nAll seven steps did what they said. Try one of your own: npm run try -- --help')

  async function step(title: string, inputs: Record<string, string>): Promise<StepResult> {
    console.log(`\n━━━ ${title} ${'━'.repeat(Math.max(3, 76 - title.length))}`)
    const result = await stage.play(inputs, { folded: true, values: false })
    expect(`the step "${title}" succeeds`, result.exitCode === 0, result.stderr)
    return result
  }
})

/** What people do in a day: 38 images turn out to show buses, the blurred ones among the first are thrown away. */
function relabelled(items: readonly MediaItem[]): MediaItem[] {
  return items
    .filter((item, index) => index > 80 || !item.issues.some(({ type }) => type === 'blur'))
    .map((item, index) => (index % 6 === 0 ? { ...item, labels: ['bus'], tags: ['reviewed'] } : item))
}

function output(result: StepResult, name: string): string {
  const value = result.outputs[name]
  if (!value) throw new Error(`The step set no output ${name}.`)
  return value
}

function expect(what: string, holds: boolean, detail = ''): void {
  if (!holds) throw new Error(`Not so: ${what}. ${detail}`)
}
