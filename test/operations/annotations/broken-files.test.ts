import { describe, expect, it } from 'vitest'
import { checkAnnotations } from '../../../src/operations/annotations/check.ts'
import { rejection } from '../../visual-layer/loopback.ts'
import { MEDIA, check, chosen, coco, faults, parquet, stepOf, useFolder } from './annotation-files.ts'

useFolder()

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
    expect(found.at(-1)).toBe('- labels/object_annotations.csv: 1,995 more problems')
  })

  it('are rejected without media', async () => {
    const { ended } = await check({ 'annotations.json': JSON.stringify(coco()) }, [])
    expect(await rejection(ended)).toMatchObject({ code: 'invalid_input' })
  })

  it('fail with the reason of the system where they cannot be read', async () => {
    const gone = checkAnnotations(stepOf(), [chosen('object_annotations.json')], MEDIA.map(chosen))
    expect(await rejection(gone)).toMatchObject({ code: 'ENOENT' })
  })
})
