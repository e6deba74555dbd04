import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MediaItem } from '../emulator/model.ts'
import { type CocoDocument, labelsIn, readCoco } from '../export/coco/coco-document.ts'
import { mediaItem, metadataJson } from '../export/export-bytes.ts'
import { type WrittenEntry, writeZip } from '../transfer/archive/zip-writer.ts'
import { type ExportScene, exportScene } from '../action/export-scene.ts'
import { splitScene } from '../action/split-scene.ts'

const COCO = { extract: 'true', coco: 'true' }

async function cocoIn(folder: string): Promise<CocoDocument> {
  return readCoco(await readFile(path.join(folder, 'annotations.json'), 'utf8'))
}

/** The labels of the emulator's media, in an order of their own. */
function expected(items: readonly MediaItem[], boxesOnly = false): string[] {
  return items
    .flatMap(({ filePath, labels, objects }) => [
      ...(boxesOnly ? [] : labels.map((name) => [filePath, name])),
      ...objects.map((name) => [filePath, name, [1, 2, 3, 4]]),
    ])
    .map((one) => JSON.stringify(one))
    .sort()
}

function found(coco: CocoDocument): string[] {
  return labelsIn(coco)
    .map((one) => JSON.stringify(one))
    .sort()
}

async function manifestIn(folder: string): Promise<{ files: { path: string; original_name?: string }[] }> {
  return JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8'))
}

/** An export with an `annotations.json` that Visual Layer put there. */
function withTheirs(...more: WrittenEntry[]): Buffer {
  const box = { type: 'object_label', properties: { category_name: 'cat', bbox: [1, 2, 3, 4] } }
  const metadata = metadataJson([
    mediaItem('a', { metadata_items: [box, { ...box, properties: { bbox: [0, 0, 0, 1] } }] }),
  ])
  return writeZip([{ name: 'metadata.json', data: metadata }, { name: 'annotations.json', data: 'theirs' }, ...more])
}

async function writeList(at: ExportScene, text: string): Promise<Record<string, string>> {
  await mkdir(path.join(at.scene.job.workspace, 'configs'), { recursive: true })
  await writeFile(path.join(at.scene.job.workspace, 'configs/classes.txt'), text)
  return { class_list: 'configs/classes.txt' }
}

describe('coco', () => {
  it.each(['true', 'Boxes'])('%s: writes annotations.json beside metadata.json, and uploads both', async (coco) => {
    const at = await exportScene({}, { images: 30, videos: 3 })
    await using scene = at.scene
    const { outputs, summary } = await scene.succeed({ ...at.inputs, extract: 'true', upload_artifact: 'true', coco })
    expect(outputs['annotations_path']).toBe(path.join(at.outputDir, 'annotations.json'))
    expect(await at.files()).toEqual(['annotations.json', 'manifest.json', 'metadata.json'])
    const document = await cocoIn(at.outputDir)
    expect(document.info).toMatchObject({
      dataset: { id: at.dataset.id, name: 'cats' },
      content_digest: outputs['content_digest'],
    })
    expect(document.images.map((image) => image.file_name).sort()).toEqual(
      at.dataset.items.map(({ filePath }) => filePath).sort(),
    )
    expect(found(document)).toEqual(expected(at.dataset.items, coco === 'Boxes'))
    const { files } = await manifestIn(at.outputDir)
    expect(files.map((file) => file.path)).toEqual(['metadata.json', 'annotations.json'])
    expect(summary).toMatch(
      coco === 'true'
        ? /COCO annotations \| 33 images, 11 boxes, 33 image labels, 5 classes/
        : /COCO annotations \| 33 images, 11 boxes, 0 image labels, 1 class/,
    )
    expect(scene.emulator.artifacts.stored[0]?.bytes.includes('annotations.json')).toBe(true)
  })

  it.each(['true', 'boxes'])('%s: creates a dataset with the same labels, together with the media', async (coco) => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, extract: 'true', include_images: 'true', coco })
    const { warnings } = await scene.succeed({
      operation: 'create-from-files',
      dataset_name: 'again',
      files: 'visual-layer-export/images/**\nvisual-layer-export/annotations.json',
    })
    expect(warnings).toEqual([])
    const labeled = (items: readonly MediaItem[] = [], boxesOnly = false) =>
      new Map(items.map(({ fileName, labels, objects }) => [fileName, [boxesOnly ? [] : labels, objects]]))
    expect(labeled(scene.world.datasets.at(-1)?.items)).toEqual(labeled(at.dataset.items, coco === 'boxes'))
  })

  it('is rejected for an export of export_id that is parquet, and leaves nothing', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const started = await scene.succeed({ ...at.inputs, export_format: 'parquet', wait: 'false' })
    const inputs = { ...at.inputs, ...COCO, export_id: started.outputs['export_id'] ?? '' }
    const { errors } = await scene.fail('invalid_input', inputs)
    expect(errors[0]).toContain('coco requires an export in JSON')
    expect(await at.files()).toEqual([])
  })

  it('keeps an annotations.json of Visual Layer under another name, and says so', async () => {
    const at = await exportScene()
    await using scene = at.scene
    scene.world.replaceArchive('next', withTheirs({ name: 'images/annotations.json', data: 'other' }))
    const { stdout } = await scene.succeed({ ...at.inputs, ...COCO })
    const { files } = await manifestIn(at.outputDir)
    const theirs = files.filter((file) => file.original_name === 'annotations.json')
    expect(theirs).toHaveLength(1)
    expect(await readFile(path.join(at.outputDir, theirs[0]?.path ?? ''), 'utf8')).toBe('theirs')
    expect(stdout).toContain(theirs[0]?.path)
    expect(stdout).toContain('Left out of annotations.json: 1 label without a class name.')
    expect(labelsIn(await cocoIn(at.outputDir))).toEqual([['s3://bucket/a.jpg', 'cat', [1, 2, 3, 4]]])
    scene.world.replaceArchive('next', withTheirs())
    await scene.succeed({ ...at.inputs, extract: 'true' })
    expect(await at.files()).toEqual(['annotations.json', 'manifest.json', 'metadata.json'])
    expect(await readFile(path.join(at.outputDir, 'annotations.json'), 'utf8')).toBe('theirs')
  })

  it('replaces the file of an earlier export, removes it with one that has none, and leaves that of someone else', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, ...COCO })
    at.dataset.items = at.dataset.items.slice(3)
    await scene.succeed({ ...at.inputs, ...COCO, compare_with: 'visual-layer-export' })
    expect((await cocoIn(at.outputDir)).images).toHaveLength(9)
    await scene.succeed({ ...at.inputs, extract: 'true' })
    expect(await at.files()).toEqual(['manifest.json', 'metadata.json'])
    await writeFile(path.join(at.outputDir, 'annotations.json'), '{"mine": true}')
    const requests = scene.emulator.requests.length
    const { errors } = await scene.fail('operation_failed', { ...at.inputs, ...COCO })
    expect(errors[0]).toContain('annotations.json')
    expect(scene.emulator.requests).toHaveLength(requests)
    expect(await readFile(path.join(at.outputDir, 'annotations.json'), 'utf8')).toBe('{"mine": true}')
    expect(await at.files()).toEqual(['annotations.json', 'manifest.json', 'metadata.json'])
  })

  it('goes with a comparison and with conditions', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, output_dir: 'last' })
    at.dataset.items = at.dataset.items.slice(2)
    const inputs = { ...at.inputs, ...COCO, compare_with: 'last', fail_if: 'removed > 1' }
    const { outputs } = await scene.fail('gate_failed', inputs)
    expect(outputs).toMatchObject({
      removed_count: '2',
      annotations_path: path.join(at.outputDir, 'annotations.json'),
    })
    expect(found(await cocoIn(at.outputDir))).toEqual(expected(at.dataset.items))
  })

  it('writes one file for an export in parts', async () => {
    const split = await splitScene({ exportCap: 20 })
    await using scene = split.scene
    const { outputs } = await scene.succeed({ ...split.inputs, ...COCO })
    await split.expectWhole()
    expect(outputs['annotations_path']).toBe(path.join(split.outputDir, 'annotations.json'))
    const document = await cocoIn(split.outputDir)
    expect(document.images).toHaveLength(53)
    expect(document.info.content_digest).toBe(outputs['content_digest'])
    expect(found(document)).toEqual(expected(split.dataset.items))
  })

  it('writes one file for each shard, with the same category IDs by class_list', async () => {
    const split = await splitScene({})
    await using scene = split.scene
    const list = await writeList(split, 'wheel\nzebra\ncat\ndog\nbird\ncar\n')
    const labels: string[] = []
    for (const index of [1, 2]) {
      const folder = `shard-${index}`
      const inputs = { ...split.inputs, ...COCO, ...list, shard: `${index}/2`, output_dir: folder }
      await scene.succeed(inputs)
      const document = await cocoIn(path.join(scene.job.workspace, folder))
      expect(document.categories.map(({ name }) => name)).toEqual(['wheel', 'zebra', 'cat', 'dog', 'bird', 'car'])
      labels.push(...found(document))
    }
    expect(labels.sort()).toEqual(expected(split.dataset.items))
  })
})

describe('class_list', () => {
  it('fails the step for a class that is not in it once the export is safe and uploaded', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const list = await writeList(at, '\ufeff# the classes\r\nwheel\r\n\r\n  dog\r\nbird')
    const inputs = { ...at.inputs, ...COCO, ...list, upload_artifact: 'true', fail_if: 'media_count > 5' }
    const { outputs, errors, summary } = await scene.fail('gate_failed', inputs)
    const cats = at.dataset.items.filter(({ labels }) => labels.includes('cat')).length
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(`"cat": ${cats} left out`)
    expect(errors[0]).toContain('"car": 3 left out')
    expect(errors[0]).not.toContain('"dog"')
    expect(errors[0]).toContain('media_count > 5: found 12')
    expect(summary).toContain('check failed')
    expect(outputs).toMatchObject({ media_count: '12', artifact_name: 'visual-layer-export' })
    expect(outputs['annotations_path']).toBe(path.join(at.outputDir, 'annotations.json'))
    const document = await cocoIn(at.outputDir)
    expect(document.categories).toEqual([
      { id: 1, name: 'wheel' },
      { id: 2, name: 'dog' },
      { id: 3, name: 'bird' },
    ])
    const known = expected(at.dataset.items).filter((one) => !/"ca[rt]"/.test(one))
    expect(found(document)).toEqual(known)
  })

  it('is not asked for image labels where coco is boxes', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const list = await writeList(at, 'wheel')
    await scene.succeed({ ...at.inputs, extract: 'true', coco: 'boxes', ...list })
    expect((await cocoIn(at.outputDir)).annotations).toHaveLength(4)
  })

  it('is read before any request', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const list = await writeList(at, 'cat\ndog\ncat\n')
    const { errors } = await scene.fail('invalid_input', { ...at.inputs, ...list, coco: 'true' })
    expect(errors[0]).toContain('class_list')
    expect(errors[0]).toContain('extract: true')
    expect(scene.emulator.requests).toEqual([])
  })
})
