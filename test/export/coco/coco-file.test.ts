import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CocoFile, type CocoOptions } from '../../../src/export/coco/coco-file.ts'
import type { ManifestOrigin } from '../../../src/export/manifest.ts'
import { readJson } from '../../../src/export/records/read-records.ts'
import { RecordReader } from '../../../src/export/records/record-reader.ts'
import { mediaItem, metadataJson } from '../export-bytes.ts'
import { labelsIn, readCoco } from './coco-document.ts'
import { acceptedWith } from './accepted-with.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coco-'))
  await mkdir(join(folder, 'files'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const LIVE = new AbortController().signal
const DIGEST = 'ab'.repeat(32)
const origin: ManifestOrigin = {
  dataset: { id: 'd-1', name: 'cats' },
  export: { id: 'export-1', format: 'json', include_images: false, entity_type: 'IMAGES', selection: null },
  exported_at: '2026-01-02T03:04:05Z',
  produced_by: { action: '1.0.0' },
}

async function* chunks(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024)
}

/** @param sizeBytes as the file claims: it decides how many threads read */
async function written(text: string, options: CocoOptions = { labels: 'all' }, sizeBytes = 0) {
  const coco = new CocoFile(options)
  await coco.begin(folder)
  try {
    const reader = new RecordReader(chunks(text), 'metadata.json')
    await readJson(reader, sizeBytes, { wanted: coco.wanted, signal: LIVE, take: (batch) => coco.take(batch) })
    const { file, summary } = await coco.finish(join(folder, 'files'), origin, DIGEST, LIVE)
    const json = await readFile(join(folder, 'files', 'annotations.json'), 'utf8')
    return { json, file, summary, coco: readCoco(json) }
  } finally {
    await coco.close()
  }
}

const imageLabel = (name: unknown) => ({ type: 'image_label', properties: { category_name: name, source: 'user' } })
const objectLabel = (name: unknown, bbox: unknown) => ({
  type: 'object_label',
  properties: { category_name: name, bbox, metadata_items: [imageLabel('nested')] },
})

function items(...labels: object[][]): string {
  return metadataJson(labels.map((metadata, index) => mediaItem(`m${index}`, { metadata_items: metadata })))
}

const file = (index: number) => `s3://bucket/m${index}.jpg`

describe('annotations.json', () => {
  it('has all images, boxes, and image labels without a box, with IDs from 1 and classes in code point order', async () => {
    const {
      coco,
      file: listed,
      summary,
      json,
    } = await written(items([objectLabel('\u{1f408}', [1, 2.5, 30, 4]), imageLabel('dog')], [], [imageLabel('\uff21')]))
    expect(coco).toEqual({
      info: { dataset: { id: 'd-1', name: 'cats' }, content_digest: DIGEST, produced_by: { action: '1.0.0' } },
      images: [0, 1, 2].map((index) => ({ id: index + 1, file_name: file(index), width: 640, height: 480 })),
      // By UTF-16 the cat would come before the wide A.
      categories: [
        { id: 1, name: 'dog' },
        { id: 2, name: '\uff21' },
        { id: 3, name: '\u{1f408}' },
      ],
      annotations: [
        { id: 1, image_id: 1, category_id: 3, bbox: [1, 2.5, 30, 4], area: 120, iscrowd: 0 },
        { id: 2, image_id: 1, category_id: 1 },
        { id: 3, image_id: 3, category_id: 2 },
      ],
    })
    const { size } = await stat(join(folder, 'files', 'annotations.json'))
    const checksum = crc32(json).toString(16).padStart(8, '0')
    expect(listed).toEqual({ path: 'annotations.json', size_bytes: size, crc32: checksum })
    expect(summary).toMatchObject({ images: 3, boxes: 1, imageLabels: 2, classes: 3, notes: [] })
    expect(await readdir(folder)).toEqual(['files'])
  })

  it('has boxes and their classes alone, and every image, where boxes are asked for', async () => {
    const text = items([imageLabel('dog'), objectLabel('cat', [0, 0, 1, 1])], [imageLabel('dog')])
    const { coco, summary } = await written(text, { labels: 'boxes' })
    expect(coco.images).toHaveLength(2)
    expect(coco.categories).toEqual([{ id: 1, name: 'cat' }])
    expect(labelsIn(coco)).toEqual([[file(0), 'cat', [0, 0, 1, 1]]])
    expect(summary).toMatchObject({ images: 2, boxes: 1, imageLabels: 0, classes: 1 })
  })

  it('takes the IDs of its categories from a list of classes, and counts what is not in it', async () => {
    const text = items([imageLabel('dog'), imageLabel('Cat'), objectLabel('cat', [0, 0, 1, 1])], [imageLabel('Cat')])
    const { coco, summary } = await written(text, { labels: 'all', classes: ['zebra', 'cat', 'dog'] })
    expect(coco.categories.map(({ name }) => name)).toEqual(['zebra', 'cat', 'dog'])
    expect(labelsIn(coco)).toEqual([
      [file(0), 'dog'],
      [file(0), 'cat', [0, 0, 1, 1]],
    ])
    expect([...summary.unlisted.counts]).toEqual([['Cat', 2]])
  })

  it.each<[string, unknown]>([
    ['three numbers', [1, 2, 3]],
    ['five numbers', [1, 2, 3, 4, 5]],
    ['text', ['1', '2', '3', '4']],
    ['nothing', undefined],
    ['null', [null, 0, 1, 1]],
    ['no width', [1, 2, 0, 4]],
    ['a negative height', [1, 2, 3, -4]],
    ['an area that no number can hold', [0, 0, 1e300, 1e300]],
    ['an object', { x: 1, y: 2, w: 3, h: 4 }],
  ])('leaves out a box that is %s, and says so', async (_, bbox) => {
    const { coco, summary } = await written(items([objectLabel('cat', bbox), objectLabel('cat', [-1, -2, 3, 4])]))
    expect(labelsIn(coco)).toEqual([[file(0), 'cat', [-1, -2, 3, 4]]])
    expect(summary.notes).toEqual([expect.stringMatching(/: 1 object label whose bbox /)])
  })

  it('leaves out a box of NaN or infinity as Python writes it, and a label without a class', async () => {
    const text = items([objectLabel('cat', [1, 2, 3, 4]), imageLabel(null), imageLabel(7)])
    const { coco, summary } = await written(text.replace('[1,2,3,4]', '[NaN,2,Infinity,4]'))
    expect(labelsIn(coco)).toEqual([[file(0), '7']])
    expect(summary.notes).toEqual([
      expect.stringContaining('1 object label whose'),
      expect.stringContaining('1 label without'),
    ])
  })

  it('has class names without the space around them, as class_list has them', async () => {
    const text = items([
      imageLabel(' dog'),
      imageLabel('dog\t'),
      imageLabel(' \n'),
      objectLabel('\u00a0', [0, 0, 1, 1]),
    ])
    const { coco, summary } = await written(text, { labels: 'all', classes: ['dog'] })
    expect(labelsIn(coco)).toEqual([
      [file(0), 'dog'],
      [file(0), 'dog'],
    ])
    expect(summary.notes).toEqual([expect.stringContaining('2 labels without a class name')])
    expect(summary.unlisted.counts.size).toBe(0)
    expect((await acceptedWith(join(folder, 'files', 'annotations.json'), ['m0.jpg'])).warnings).toEqual([])
  })

  it('leaves out records without a path and their labels, and says so', async () => {
    const nameless = { file_path: '', file_name: null, metadata_items: [imageLabel('cat'), imageLabel('')] }
    const media = [mediaItem('a', nameless), mediaItem('b'), mediaItem('c', { ...nameless, file_path: ' ' })]
    const { coco, summary } = await written(metadataJson(media))
    expect(coco.images.map((image) => image.file_name)).toEqual(['s3://bucket/b.jpg'])
    expect(labelsIn(coco)).toEqual([['s3://bucket/b.jpg', 'cat']])
    expect(summary).toMatchObject({ images: 1, imageLabels: 1 })
    expect(summary.notes).toEqual([expect.stringContaining('2 images without a file name')])
    expect((await acceptedWith(join(folder, 'files', 'annotations.json'), ['b.jpg'])).warnings).toEqual([])
  })

  it('is complete without records, and with records that are nothing like images', async () => {
    expect((await written('[]')).coco).toMatchObject({ images: [], annotations: [], categories: [] })
    const { coco, summary } = await written('[1, null, {"file_name": "a.png", "width": "8", "height": -1}]')
    expect(coco.images).toEqual([{ id: 1, file_name: 'a.png' }])
    expect(summary.notes).toEqual([expect.stringContaining('2 images')])
  })

  it('is the same whatever reads the records: this thread, or two others', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => [
      imageLabel(`class ${n % 100}`),
      objectLabel(`object ${n % 7}`, [n, n / 3, n + 1, 2]),
    ])
    const text = items(...many)
    const { json, coco } = await written(text)
    expect(coco.annotations).toHaveLength(40_000)
    expect((await written(text, { labels: 'all' }, 100 * 1024 * 1024)).json).toBe(json)
  })

  it('has the labels and boxes of any records, in their order', async () => {
    const unit = fc.constantFrom(' ', '\n', '\u00a0', 'a', '/')
    const name = fc.oneof(fc.string({ maxLength: 6, unit: 'grapheme' }), fc.string({ maxLength: 3, unit }))
    const finite = fc.double({ noNaN: true, min: -1e6, max: 1e6 })
    const side = fc.double({ noNaN: true, min: 1e-3, max: 1e6 })
    const label = fc.oneof(fc.record({ name }), fc.record({ name, bbox: fc.tuple(finite, finite, side, side) }))
    const records = fc.array(fc.record({ path: name, labels: fc.array(label, { maxLength: 5 }) }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(records, async (drawn) => {
        const media = drawn.map(({ path, labels }, index) =>
          mediaItem(`m${index}`, {
            file_path: path,
            metadata_items: labels.map((one) =>
              'bbox' in one ? objectLabel(one.name, one.bbox) : imageLabel(one.name),
            ),
          }),
        )
        const named = drawn
          .map(({ path, labels }, index) => ({
            path: path || `m${index}.jpg`,
            labels: labels.map((one) => ({ ...one, name: one.name.trim() })).filter((one) => one.name !== ''),
          }))
          .filter(({ path }) => path.trim() !== '')
        const expected = named.flatMap(({ path, labels }) =>
          labels.map((one) => ('bbox' in one ? [path, one.name, one.bbox.map((n) => n + 0)] : [path, one.name])),
        )
        const { coco, summary } = await written(metadataJson(media))
        expect(coco.images.map((image) => image.file_name)).toEqual(named.map(({ path }) => path))
        expect(labelsIn(coco)).toEqual(expected)
        const names = named.flatMap(({ labels }) => labels.map((one) => one.name))
        const sent = ['other.jpg', ...named.map(({ path }) => posix.basename(path))]
        const { labels: sentLabels } = await acceptedWith(join(folder, 'files', 'annotations.json'), sent)
        expect(names).toEqual(expect.arrayContaining(sentLabels))
        expect(new Set(coco.categories.map((category) => category.name))).toEqual(new Set(names))
        expect(summary.boxes + summary.imageLabels).toBe(names.length)
        const boxes = await written(metadataJson(media), { labels: 'boxes' })
        expect(labelsIn(boxes.coco)).toEqual(expected.filter((one) => one.length === 3))
      }),
      { numRuns: 20 },
    )
  })

  it('fails for a folder that it cannot write to, and leaves nothing when it is given up', async () => {
    await expect(new CocoFile({ labels: 'all' }).begin(join(folder, 'none'))).rejects.toMatchObject({
      code: 'operation_failed',
    })
    const coco = new CocoFile({ labels: 'all' })
    await coco.begin(folder)
    await writeFile(join(folder, 'other'), '')
    await coco.close()
    await coco.close()
    expect((await readdir(folder)).sort()).toEqual(['files', 'other'])
  })
})
