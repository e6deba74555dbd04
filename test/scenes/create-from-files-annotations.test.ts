import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import { pets, uploaded, withFiles } from '../action/files-scene.ts'
import type { Scene } from '../action/scene.ts'

const COCO = {
  images: [
    { id: 1, file_name: 's3://bucket/sets/1.jpg' },
    { id: 2, file_name: 's3://bucket/sets/2.jpg' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 7 },
    { id: 2, image_id: 2, category_id: 8, bbox: [0, 0, 2, 2] },
  ],
  categories: [
    { id: 7, name: 'tabby' },
    { id: 8, name: 'poodle' },
  ],
}

/** Two images, and files in a folder below them. */
async function annotatedScene(files: Record<string, string | Uint8Array>, settings?: EmulatorSettings): Promise<Scene> {
  const scene = await withFiles(['images/1.jpg', 'images/2.jpg'], settings)
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(scene.job.workspace, 'images', name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return scene
}

describe('create-from-files with annotations', () => {
  it('sends them with the media, and says once what is known of them', async () => {
    await using scene = await annotatedScene({
      'labels/annotations.json': JSON.stringify(COCO),
      'labels/image_annotations.csv':
        '\uFEFFfilename,label,caption\r\n1.jpg,tabby,"a\r\ncat"\r\n2.jpg,"[""poodle""]",\r\n',
      'image_annotations.parquet': new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'filename', data: ['1.jpg'] },
            { name: 'label', data: ['tabby'] },
          ],
        }),
      ),
    })
    const { outputs, stdout, summary, warnings } = await scene.succeed(pets)
    const [dataset] = scene.world.datasets
    expect(dataset?.status).toBe('READY')
    expect(dataset?.items.map(({ fileName }) => fileName)).toEqual(['1.jpg', '2.jpg'])
    expect(uploaded(scene)).toEqual([
      '1.jpg',
      '2.jpg',
      'annotations.json',
      'image_annotations.csv',
      'image_annotations.parquet',
    ])
    expect(outputs['dataset_id']).toBe(dataset?.id)
    expect(warnings).toEqual([])
    expect(stdout.match(/not for this upload/g)).toHaveLength(1)
    expect(summary).toContain('annotations.json')
  })

  it('takes object annotations, which show as objects', async () => {
    const text = 'filename,col_x,row_y,width,height,label\nimages/1.jpg,0,0,1,1,tabby\n'
    await using scene = await annotatedScene({ 'object_annotations.csv': text })
    const { warnings } = await scene.succeed(pets)
    expect(scene.world.datasets[0]?.items.map(({ objects }) => objects)).toEqual([['tabby'], []])
    expect(warnings).toEqual([])
    expect(scene.requests('GET', /explore/)).toEqual([])
  })

  it.each([
    ['annotations.json', '{"images": [', ['annotations.json', 'not JSON']],
    [
      'annotations.json',
      JSON.stringify({
        ...COCO,
        annotations: [...COCO.annotations, { image_id: 3, category_id: 7, bbox: [1, 1, 0, 1] }],
      }),
      ['annotations[2]: bbox', 'annotations[2]: image_id 3'],
    ],
    ['image_annotations.csv', 'filename,label\n1.jpg,"cat\n', ['images/image_annotations.csv, line 2']],
    ['image_annotations.csv', 'file,label\n1.jpg,cat\n', ['line 1: column filename is missing']],
    [
      'object_annotations.csv',
      'filename,col_x,row_y,width,height,label\n1.jpg,0,0,1,0,cat\n',
      ['line 2: height is "0"'],
    ],
    ['object_annotations.parquet', 'nonsense', ['object_annotations.parquet', 'parquet']],
  ])('creates nothing where one is broken: %s %j', async (name, content, said) => {
    await using scene = await annotatedScene({ [name]: content })
    const { errors } = await scene.fail('invalid_input', pets)
    for (const words of said) expect(errors[0]).toContain(words)
    expect(scene.emulator.requests).toEqual([])
  })

  it.each([
    [
      'two of one name',
      { 'x/annotations.json': JSON.stringify(COCO), 'y/annotations.json': '{}' },
      'images/y/annotations.json',
    ],
    ['an empty one', { 'annotations.json': '' }, 'empty (0 bytes)'],
    ['another name', { 'instances.json': JSON.stringify(COCO) }, 'object_annotations.parquet'],
  ])('creates nothing with %s', async (_, files, said) => {
    await using scene = await annotatedScene(files)
    const { errors } = await scene.fail('invalid_input', pets)
    expect(errors[0]).toContain(said)
    expect(scene.emulator.requests).toEqual([])
  })

  it('creates nothing of annotations without media', async () => {
    await using scene = await annotatedScene({ 'labels/annotations.json': JSON.stringify(COCO) })
    await scene.fail('invalid_input', { ...pets, files: 'images/labels/**' })
    expect(scene.emulator.requests).toEqual([])
  })

  it('warns of names that no file has, and of those that two have', async () => {
    await using scene = await annotatedScene({
      'image_annotations.csv': 'filename,label\n1.jpg,tabby\n2.jpg,poodle\n3.jpg,poodle\n',
      'more/2.jpg': 'another',
    })
    const { warnings } = await scene.succeed(pets)
    expect(scene.world.datasets[0]?.status).toBe('READY')
    const told = warnings.filter((text) => text.includes('image_annotations.csv'))
    expect(told).toEqual([
      expect.stringContaining('1 of 3 file names matches no uploaded file: "3.jpg"'),
      expect.stringContaining('1 of 3 file names is ambiguous: "2.jpg"'),
    ])
  })

  it('warns where the dataset shows no labels, and never fails for not knowing', async () => {
    const files = { 'image_annotations.csv': 'filename,label\n1.jpg,tabby\n' }
    await using without = await annotatedScene(files, { style: { annotations: 'ignored' } })
    const { warnings } = await without.succeed(pets)
    expect(warnings).toEqual([expect.stringContaining('shows none of their labels (such as "tabby")')])
    await using unknown = await annotatedScene(files, { style: { annotations: 'ignored', explore: 'missing' } })
    expect((await unknown.succeed(pets)).warnings).toEqual([])
    await using broken = await annotatedScene(files)
    broken.emulator.faults.add({ path: /explore/, times: Infinity, fault: { kind: 'status', status: 503 } })
    expect((await broken.succeed(pets)).warnings).toEqual([])
  })

  it('says what to do where Visual Layer rejects them', async () => {
    await using scene = await annotatedScene(
      { 'annotations.json': JSON.stringify(COCO) },
      { style: { annotations: 'rejected' } },
    )
    const { errors, outputs } = await scene.fail('rejected', pets)
    expect(errors[0]).toContain('Unsupported file format: annotations.json')
    expect(errors[0]).toContain('create-from-s3')
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
  })
})

it('add-media rejects annotation files, which can only come at creation', async () => {
  await using scene = await annotatedScene({ 'annotations.json': JSON.stringify(COCO) })
  const dataset = scene.world.addDataset({ name: 'pets' })
  const inputs = { operation: 'add-media', dataset_id: dataset.id, files: 'images/**' }
  const { errors } = await scene.fail('invalid_input', inputs)
  expect(errors[0]).toContain('"images/annotations.json": an annotation file')
  expect(scene.emulator.requests).toEqual([])
})
