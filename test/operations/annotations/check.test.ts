import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { checkAnnotations, warnIfUnlabeled } from '../../../src/operations/annotations/check.ts'
import type { ChosenFile } from '../../../src/operations/media-files.ts'
import { rejection, RequestClock } from '../../visual-layer/loopback.ts'
import { dataset } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vl-annotations-'))
})

afterAll(() => rm(folder, { recursive: true }))

function chosen(shown: string): ChosenFile {
  const fileName = path.posix.basename(shown)
  return { path: path.join(folder, fileName), shown, fileName, contentType: '', sizeBytes: 1 }
}

const MEDIA = ['m/a.jpg', 'm/b.jpg', 'm/x/c.jpg']

/** A step whose time is that of the file system. */
function stepOf() {
  return fakeStep({ clock: new RequestClock(new AbortController().signal) })
}

/** Checks annotation files with these contents, by name, which lie in a folder `labels`. */
async function check(contents: Record<string, string | Uint8Array>, media = MEDIA) {
  const step = stepOf()
  for (const [name, content] of Object.entries(contents)) await writeFile(path.join(folder, name), content)
  const files = Object.keys(contents).map((name) => chosen(`labels/${name}`))
  const ended = checkAnnotations(step, files, media.map(chosen))
  return { step, ended }
}

/** What is said to be broken: the lines after the heading. */
async function faults(contents: Record<string, string | Uint8Array>): Promise<string[]> {
  const { ended } = await check(contents)
  const error = await rejection(ended)
  expect(error).toBeInstanceOf(ActionError)
  expect(error).toMatchObject({ code: 'invalid_input', todo: expect.stringContaining('Nothing was sent') })
  return error instanceof ActionError ? error.message.split('\n').slice(1) : []
}

const coco = (over: Record<string, unknown> = {}) => ({
  info: { description: 'pets' },
  licenses: [],
  images: [
    { id: 1, file_name: 'a.jpg' },
    { id: 2, file_name: 'b.jpg' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 7, bbox: [0, 0, 10.5, 3] },
    { id: 2, image_id: 2, category_id: 8 },
  ],
  categories: [
    { id: 7, name: 'cat' },
    { id: 8, name: 'dog' },
  ],
  ...over,
})

function parquet(columns: Record<string, unknown[]>): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

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

describe('annotation files that are broken', () => {
  const objects = 'filename,label,col_x,row_y,width,height\na.jpg,cat,1,1,1,1\n'

  it.each([
    [
      'image_annotations.csv',
      'filename,name\na.jpg,cat\n',
      'line 1: column label is missing; the columns are "filename", "name"',
    ],
    [
      'image_annotations.csv',
      'filename;label\na.jpg;cat\n',
      'line 1: column filename, label is missing; the columns are "filename;label"',
    ],
    [
      'image_annotations.csv',
      'filename,label,label\na.jpg,cat,cat\n',
      'line 1: the column label occurs more than once',
    ],
    ['image_annotations.csv', '\n', 'line 1: the header line is missing'],
    ['image_annotations.csv', 'filename,label\n\n"a\n.jpg",x\n ,cat\n', 'line 5: filename is empty'],
    ['image_annotations.csv', 'filename,label\na.jpg,"cat\n', 'line 2: it is not CSV'],
    ['object_annotations.csv', 'filename,label\na.jpg,cat\n', 'line 1: column col_x, row_y, width, height is missing;'],
    ['object_annotations.csv', `${objects}a.jpg,cat,1,1,0,1\n`, 'line 3: width is "0"; it must be a number above 0'],
    ['object_annotations.csv', `${objects}a.jpg,cat,1,1,1,-2\n`, 'line 3: height is "-2"; it must be a number above 0'],
    ['object_annotations.csv', `${objects}a.jpg,cat,left,1,1,1\n`, 'line 3: col_x is "left"; it must be a number'],
    ['object_annotations.csv', `${objects}a.jpg,cat,1,,1,1\n`, 'line 3: row_y is ""; it must be a number'],
    ['image_annotations.parquet', 'no parquet at all', 'row 1: it cannot be read as parquet: its footer is damaged ('],
    [
      'image_annotations.parquet',
      parquet({ filename: ['a.jpg'] }),
      'the schema: column label is missing; the columns are "filename"',
    ],
    [
      'object_annotations.parquet',
      parquet({
        filename: ['a.jpg', 'b.jpg'],
        label: ['x', 'y'],
        col_x: [1, 1],
        row_y: [1, 1],
        width: [1, 0],
        height: [1, 1],
      }),
      'row 2: width is 0; it must be a number above 0',
    ],
  ])('are named with their place: %s %j', async (name, content, said) => {
    const [line, ...more] = (await faults({ [name]: content })).filter((one) => one.includes(said))
    expect(more).toEqual([])
    expect(line).toMatch(new RegExp(`^- labels/${name}, `))
  })

  it.each([
    [
      'a box of size 0',
      { annotations: [{ image_id: 1, category_id: 7, bbox: [1, 1, 0, 5] }] },
      'annotations[0]: bbox is [1,1,0,5]; it must be',
    ],
    [
      'a box of three',
      { annotations: [{ image_id: 1, category_id: 7, bbox: [1, 1, 5] }] },
      'annotations[0]: bbox is [1,1,5]',
    ],
    ['an empty box', { annotations: [{ image_id: 1, category_id: 7, bbox: [] }] }, 'annotations[0]: bbox is []'],
    [
      'a box of texts',
      { annotations: [{ image_id: 1, category_id: 7, bbox: ['1', 1, 5, 5] }] },
      'annotations[0]: bbox is ["1",1,5,5]',
    ],
    [
      'an unknown image',
      {
        annotations: [
          { image_id: 1, category_id: 7 },
          { image_id: 9, category_id: 7 },
        ],
      },
      'annotations[1]: image_id 9 is not',
    ],
    [
      'an ID of another kind',
      { annotations: [{ image_id: '1', category_id: 7 }] },
      'annotations[0]: image_id "1" is not',
    ],
    [
      'an unknown category',
      { annotations: [{ image_id: 1, category_id: 70 }] },
      'annotations[0]: category_id 70 is not',
    ],
    ['no image', { annotations: [{ category_id: 7 }] }, 'annotations[0]: image_id is missing'],
    ['no category', { annotations: [{ image_id: 1 }] }, 'annotations[0]: category_id is missing'],
    ['no annotation', { annotations: [null] }, 'annotations[0]: it is not an object'],
    ['no name of an image', { images: [{ id: 1, file_name: 'a.jpg' }, { id: 2 }] }, 'images[1]: file_name is missing'],
    ['no ID of an image', { images: [{ file_name: 'a.jpg' }], annotations: [] }, 'images[0]: id is missing'],
    [
      'an image twice',
      {
        images: [
          { id: 1, file_name: 'a.jpg' },
          { id: 1, file_name: 'b.jpg' },
        ],
        annotations: [],
      },
      'images[1]: the id 1 occurs more than once',
    ],
    [
      'a category twice',
      {
        categories: [
          { id: 7, name: 'cat' },
          { id: 7, name: 'dog' },
        ],
        annotations: [],
      },
      'categories[1]: the id 7 occurs more than once',
    ],
    ['no name of a category', { categories: [{ id: 7 }], annotations: [] }, 'categories[0]: name is missing'],
    ['no list of categories', { categories: undefined, annotations: [] }, 'categories: this array is missing'],
    ['a list that is none', { images: {}, annotations: [] }, 'images: this array is missing'],
  ])('are named with their element: COCO with %s', async (_, over, said) => {
    const said1 = await faults({ 'annotations.json': JSON.stringify(coco(over)) })
    expect(said1).toEqual([expect.stringContaining(`- labels/annotations.json, ${said}`)])
  })

  it.each([
    ['', 'it ends after 0 bytes'],
    ['[]', 'images: this array is missing'],
    ['{"images": [', 'it ends after'],
    ['{\n"images": [],\n"images": []}', 'it has "images" twice'],
    ['{\n"images": [],\n]', 'it has "]" at line 3'],
    ['{\n"info": {tru},\n"images": []}', 'before line 2 is not JSON'],
    ['{"images": [{"id": 1, "file_name": "a.jpg"},\n{"id": 2 "file_name": "b.jpg"}]}', 'images[1]: it is not JSON'],
    ['{"images": [{"id": 12345678901234567 "file_name": "a.jpg"}]}', 'images[0]: it is not JSON'],
  ])('are named with their place: JSON %j', async (text, said) => {
    const found = await faults({ 'annotations.json': text })
    expect(found.join('\n')).toContain(said)
    for (const line of found) expect(line).toMatch(/^- labels\/annotations\.json, /)
  })

  it('are all named in one message, of each the first few', async () => {
    const found = await faults({
      'annotations.json': JSON.stringify(coco({ annotations: [{ image_id: 9, category_id: 7 }] })),
      'object_annotations.csv': `${objects}${'a.jpg,cat,1,1,0,0\n'.repeat(1000)}`,
    })
    expect(found).toHaveLength(1 + 5 + 1)
    expect(found.at(-1)).toBe('- labels/object_annotations.csv: 1,995 more')
  })

  it('are refused without media', async () => {
    const { ended } = await check({ 'annotations.json': JSON.stringify(coco()) }, [])
    expect(await rejection(ended)).toMatchObject({ code: 'invalid_input' })
  })

  it('fail with the reason of the system where they cannot be read', async () => {
    const gone = checkAnnotations(stepOf(), [chosen('object_annotations.json')], MEDIA.map(chosen))
    expect(await rejection(gone)).toMatchObject({ code: 'ENOENT' })
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
