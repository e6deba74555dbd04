import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FIELDS } from '../../../src/exports/comparison/comparable.ts'
import { mediaItem } from '../export-bytes.ts'
import { compareFiles, EDITS, exportedAgain, ids, madeItem, type MadeRecord, written } from './made-items.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Compares a JSON export with one in parquet, both ways round: what is found must be the same. */
async function across(json: readonly unknown[], table: readonly unknown[]) {
  const [one, other] = [await written(folder, 'a.json', json), await written(folder, 'b.parquet', table)]
  const { comparison } = await compareFiles(one.file, other)
  const { comparison: back } = await compareFiles(other.file, one)
  expect(back).toMatchObject({ modified: comparison.modified, added: comparison.removed, removed: comparison.added })
  expect(back.fields).toEqual(comparison.fields)
  expect(back.notCompared.toSorted()).toEqual(comparison.notCompared.toSorted())
  expect([comparison.before.format, comparison.after.format]).toEqual(['json', 'parquet'])
  return comparison
}

const item = (members: object = {}): MadeRecord => ({
  ...mediaItem('a'),
  metadata_items: [{ type: 'image_label', properties: { category_name: 'cat', source: 'user' } }],
  ...members,
})
/** As parquet has it. */
const row = (members: object = {}) => ({ ...item({ file_name: null, file_path: null }), ...members })
const made = ids.chain((some) => fc.tuple(...some.map((id) => madeItem(id))))

describe('JSON and parquet of the same records', () => {
  it('are unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(made, async (items) => {
        const records = items.flat()
        const comparison = await across(records, records.map(exportedAgain).toReversed())
        expect(comparison).toMatchObject({ changed: false, unchanged: items.length })
        expect(comparison.notCompared).toEqual(items.length === 0 ? [] : ['details of metadata_items'])
        expect(comparison.after.labels).toEqual(comparison.before.labels)
        expect(comparison.after.uniqueness).toMatchObject({ scored: comparison.before.uniqueness.scored })
      }),
      { numRuns: 40 },
    )
  })

  it('differ in what was edited', async () => {
    await fc.assert(
      fc.asyncProperty(made, fc.constantFrom(...FIELDS), async (items, field) => {
        const [first] = items.flat()
        if (!first) return
        const comparison = await across(
          items.flat(),
          items.flat().map((record, n) => exportedAgain(n === 0 ? EDITS[field](record) : record)),
        )
        expect(comparison).toMatchObject({ added: 0, removed: 0, modified: 1 })
        expect(FIELDS.filter((one) => comparison.fields[one] > 0)).toEqual([field])
      }),
      { numRuns: 40 },
    )
  })

  it('may have 64-bit integers, times, 32-bit boxes and the text of metadata on one side', async () => {
    const box = { category_name: 'cat', bbox: [0.1, 0.2, 300.7, 4] }
    const floats = { ...box, bbox: box.bbox.map(Math.fround) }
    const json = item({ width: 640, metadata_items: [{ type: 'object_label', properties: box }] })
    const table = row({
      width: 640n,
      image_filename: json['file_path'],
      metadata_items: JSON.stringify([
        { type: 'object_label', properties: JSON.stringify({ ...floats, source: null }) },
      ]),
    })
    expect(await across([json], [table])).toMatchObject({ changed: false, unchanged: 1 })
  })
})

describe('the name in parquet', () => {
  const json = item({ file_name: 'cat.jpg', file_path: 's3://bucket/cat.jpg' })

  it.each(['cat.jpg', 's3://bucket/cat.jpg'])('may be that of either member (%s)', async (image_filename) => {
    const comparison = await across([json], [row({ image_filename })])
    expect(comparison).toMatchObject({ changed: false, notCompared: ['details of metadata_items'] })
  })

  it('is compared where it is neither', async () => {
    const comparison = await across([json], [row({ image_filename: 'dog.jpg' })])
    expect(comparison).toMatchObject({ modified: 1, fields: { other: 1 } })
    expect(comparison.after.items).toBe(1)
    expect(comparison.examples.modified[0]?.name).toBe('s3://bucket/cat.jpg')
  })

  it('is compared within parquet', async () => {
    const [one, other] = [row({ image_filename: 'a.jpg' }), row({ image_filename: 'b.jpg' })]
    const before = await written(folder, 'a.parquet', [one])
    const { comparison } = await compareFiles(before.file, await written(folder, 'b.parquet', [other]))
    expect(comparison).toMatchObject({ modified: 1, fields: { other: 1 } })
    expect(comparison.examples.modified[0]?.name).toBe('a.jpg')
  })

  it('stands beside a path that both have', async () => {
    const comparison = await across([json], [row({ file_path: json['file_path'], image_filename: 'frame.jpg' })])
    expect(comparison).toMatchObject({ changed: false, notCompared: ['details of metadata_items', 'file_name'] })
  })
})

describe('what one format lacks', () => {
  it.each<[string, object, string[]]>([
    ['metadata', { metadata_items: null }, ['boxes', 'captions', 'issues', 'labels', 'tags', 'video_info']],
    ['clusters', { cluster_id: null }, ['cluster']],
    ['scores', { uniqueness_score: null }, ['uniqueness']],
    ['sizes', { width: null, height: null }, ['height', 'width']],
    ['the size in words', { file_size: 49_428 }, ['file_size']],
    ['any size', { file_size: null }, ['file_size']],
    ['names', { file_name: null, file_path: null }, ['file_name', 'file_path']],
    ['nothing, but has more', { embedding: 'x' }, ['embedding']],
  ])('is not compared, and told: %s', async (_, members, missing) => {
    const comparison = await across([item()], [item(members)])
    expect(comparison.changed).toBe(false)
    const told = comparison.notCompared.filter((name) => name !== 'details of metadata_items')
    expect(told.toSorted()).toEqual(missing)
  })

  it('is compared within one format', async () => {
    const before = await written(folder, 'a.json', [item()])
    const after = await written(folder, 'b.json', [item({ cluster_id: null, embedding: 'x' })])
    const { comparison } = await compareFiles(before.file, after)
    expect(comparison).toMatchObject({ modified: 1, fields: { cluster: 1, other: 1 }, notCompared: [] })
  })

  it('is not compared where one side has sizes of both kinds', async () => {
    const [words, bytes] = [item({ media_id: 'a' }), item({ media_id: 'b', file_size: 5 })]
    const comparison = await across([words, bytes], [words, { ...bytes, file_size: '5B' }])
    expect(comparison).toMatchObject({ changed: false, notCompared: ['details of metadata_items', 'file_size'] })
  })

  it('is compared where both have sizes in bytes', async () => {
    const [one, other] = [item({ file_size: 5 }), item({ file_size: 6 })]
    expect(await across([one], [one])).toMatchObject({ changed: false })
    expect(await across([one], [other])).toMatchObject({ modified: 1, fields: { other: 1 } })
  })
})
