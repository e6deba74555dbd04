import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { warnIfUnlabeled } from '../../../src/operations/annotations/check.ts'
import { dataset } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'
import { MEDIA, check, coco, parquet, useFolder } from './annotation-files.ts'

useFolder()

describe('annotation files that are sound', () => {
  it.each([
    ['COCO', { 'annotations.json': JSON.stringify(coco()) }, ['cat', 'dog']],
    ['COCO over several lines', { 'annotations.json': `\uFEFF${JSON.stringify(coco(), null, 2)}\n` }, ['cat', 'dog']],
    [
      'COCO with its arrays in another order, and IDs that are texts',
      {
        'annotations.json': JSON.stringify({
          annotations: [{ image_id: 'i', category_id: 'c', bbox: null }],
          categories: [{ id: 'c', name: 'cat' }],
          images: [{ id: 'i', file_name: 'a.jpg' }],
        }),
      },
      ['cat'],
    ],
    [
      'COCO with IDs that numbers of JavaScript do not tell apart',
      {
        'annotations.json':
          '{"images":[{"id":9007199254740992,"file_name":"a.jpg"},{"id": 9007199254740993,"file_name":"b.jpg"}],"annotations":[{"image_id":9007199254740993,"category_id":1}],"categories":[{"id":1,"name":"cat"}]}',
      },
      ['cat'],
    ],
    [
      'image CSV',
      { 'image_annotations.csv': 'filename,label,caption\na.jpg,cat,"a, b"\nb.jpg,"[""dog"",""wolf""]",\n' },
      ['cat', 'dog', 'wolf'],
    ],
    ['image parquet', { 'image_annotations.parquet': parquet({ filename: ['a.jpg'], label: ['cat'] }) }, ['cat']],
    [
      'object CSV, with columns in another order and more of them',
      { 'object_annotations.csv': 'label,extra,width,height,row_y,col_x,filename\ncat,1,5,0.5,-2,1e1,a.jpg\n' },
      ['cat'],
    ],
    [
      'object parquet',
      {
        'object_annotations.parquet': parquet({
          filename: ['a.jpg', 'b.jpg'],
          label: ['cat', 'dog'],
          col_x: [0n, 1n],
          row_y: [0, 1],
          width: [5n, 6n],
          height: [1.5, 2.5],
        }),
      },
      ['cat', 'dog'],
    ],
    [
      'image parquet of rows that are alike',
      {
        'image_annotations.parquet': parquet({
          filename: Array(150_000).fill('a.jpg'),
          label: Array(150_000).fill('x'),
        }),
      },
      ['x'],
    ],
  ])('pass without a warning, and tell their labels: %s', async (_, contents, labels) => {
    const { step, ended } = await check(contents)
    expect(await ended).toEqual(labels)
    expect(step.reporter.warnings).toEqual([])
    expect(step.reporter.lines.filter((line) => line.includes('not for this upload'))).toHaveLength(1)
  })

  it('pass as an export of Visual Layer has them: addresses of buckets, every image, labels without a box', async () => {
    const exported = coco({
      images: MEDIA.map((name, index) => ({
        id: index + 1,
        file_name: `s3://bucket/sets/${name}`,
        width: 8,
        height: 8,
      })),
      annotations: [{ id: 1, image_id: 1, category_id: 7 }],
    })
    const { step, ended } = await check({ 'annotations.json': JSON.stringify(exported) })
    expect(await ended).toEqual(['cat'])
    expect(step.reporter.warnings).toEqual([])
  })

  it('say nothing where there are none', async () => {
    const { step, ended } = await check({})
    expect(await ended).toEqual([])
    expect(step.reporter.lines).toEqual([])
  })
})

describe('the labels to look for', () => {
  it('are at most 20 of all files together', async () => {
    const csv = (name: string) =>
      `filename,label\n${Array.from({ length: 15 }, (_, at) => `a.jpg,${name}${at}\n`).join('')}`
    const { ended } = await check({ 'image_annotations.csv': csv('cat'), 'x.image_annotations.csv': csv('dog') })
    expect(await ended).toHaveLength(20)
  })

  it('are those of images that are sent, wherever these are in the file', async () => {
    const images = [
      { id: 1, file_name: 'gone.jpg' },
      { id: 2, file_name: 'b.jpg' },
    ]
    const { annotations, categories } = coco()
    const { ended } = await check({ 'annotations.json': JSON.stringify({ annotations, categories, images }) })
    expect(await ended).toEqual(['dog'])
  })
})

describe('names in annotation files', () => {
  it('that no file has are a warning, with a count and examples', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `gone/${index}.jpg`)
    const text = `filename,label\na.jpg,cat\na.jpg,pet\n${names.map((name) => `${name},dog\n`).join('')}`
    const { step, ended } = await check({ 'image_annotations.csv': text })
    expect(await ended).toEqual(['cat', 'pet'])
    expect(step.reporter.warnings).toEqual([expect.stringContaining('20 of 21 file names match no uploaded file')])
    expect(step.reporter.warnings[0]).toContain('labels/image_annotations.csv')
    expect(step.reporter.warnings[0]).toContain('"gone/0.jpg", "gone/1.jpg"')
    expect(step.reporter.warnings[0]).toContain('and 15 more')
  })

  it('that two files have are a warning', async () => {
    const { step, ended } = await check({ 'annotations.json': JSON.stringify(coco()) }, ['m/a.jpg', 'n/a.jpg', 'b.jpg'])
    await ended
    expect(step.reporter.warnings).toEqual([expect.stringContaining('1 of 2 file names is ambiguous: "a.jpg"')])
  })

  it('that mean one file together are a warning', async () => {
    const images = [
      { id: 1, file_name: 's3://bucket/cats/a.jpg' },
      { id: 2, file_name: 's3://bucket/dogs/a.jpg' },
    ]
    const { step, ended } = await check({ 'annotations.json': JSON.stringify(coco({ images })) })
    await ended
    expect(step.reporter.warnings).toEqual([
      expect.stringContaining('1 of 2 file names is ambiguous: "s3://bucket/dogs/a.jpg"'),
    ])
  })

  it('may be paths with either separator', async () => {
    const { step, ended } = await check({ 'image_annotations.csv': 'filename,label\n./m/x/c.jpg,cat\nm\\b.jpg,dog\n' })
    expect(await ended).toEqual(['cat', 'dog'])
    expect(step.reporter.warnings).toEqual([])
  })
})

describe('warnIfUnlabeled', () => {
  function looking(found: (entityType: string) => boolean | Error, objects?: number) {
    const step = fakeStep()
    const asked: string[] = []
    step.api.explore.hasLabels = async (_, entityType) => {
      asked.push(entityType)
      const answer = found(entityType)
      if (answer instanceof Error) throw answer
      return answer
    }
    return { step, asked, ended: warnIfUnlabeled(step, dataset({ objects }), ['cat']) }
  }

  it.each([
    ['images', (entityType: string) => entityType === 'IMAGES', ['IMAGES']],
    ['objects', (entityType: string) => entityType === 'OBJECTS', ['IMAGES', 'OBJECTS']],
    ['a server that cannot tell', () => new ActionError('not_found', 'There is no such call.'), ['IMAGES']],
  ])('is silent with labels of %s', async (_, found, calls) => {
    const { step, asked, ended } = looking(found)
    await ended
    expect([asked, step.reporter.warnings]).toEqual([calls, []])
  })

  it('warns where neither shows a label', async () => {
    const { step, ended } = looking(() => false, 0)
    await ended
    expect(step.reporter.warnings).toEqual([expect.stringContaining('"cat"')])
  })

  it('asks nothing where the dataset has objects, or no label was sent', async () => {
    const { asked, ended } = looking(() => false, 3)
    await ended
    await warnIfUnlabeled(fakeStep(), dataset(), [])
    expect(asked).toEqual([])
  })
})
