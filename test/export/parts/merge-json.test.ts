import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WholePart } from '../../../src/export/parts/kept-parts.ts'
import { readExport } from '../../../src/export/records/metadata-files.ts'
import { makePart, manifestIn, merge } from './made-parts.ts'

let parts: string
let work: string

beforeEach(async () => {
  parts = await mkdtemp(join(tmpdir(), 'merge-json-'))
  work = join(parts, 'work')
  await mkdir(work)
})

afterEach(async () => {
  await rm(parts, { recursive: true, force: true })
})

const signal = new AbortController().signal

/** A `metadata.json` of records that are given as text. */
function metadata(
  records: readonly string[],
  info: object = { schema_version: '1.1', total_media_items: 9999 },
): string {
  return `{"info": ${JSON.stringify(info)}, "media_items": [${records.join(' , ')}]}`
}

async function makeParts(texts: readonly string[]): Promise<WholePart[]> {
  const made: WholePart[] = []
  for (const [index, text] of texts.entries()) made.push(await makePart(parts, index + 1, { 'metadata.json': text }))
  return made
}

async function mergedText(): Promise<string> {
  return readFile(join(work, 'files', 'metadata.json'), 'utf8')
}

async function mergedFile(): Promise<{
  info: Record<string, unknown>
  media_items: unknown[]
  [member: string]: unknown
}> {
  return JSON.parse(await mergedText())
}

/** Members of a record in spellings that writing them anew would change. */
const member = fc.constantFrom(
  '"score": 1.0',
  '"score":1e3',
  '"id":12345678901234567890',
  '"z":1,"a":2',
  '"text":"\\u00e9\\ud83d\\ude00 \\"]}"',
  '"text":"é😀"',
  '"nested":{"a":[{"b":[[],{}]}],\n "url":"x"}',
  '"metadata_items":[{"type":"issue"}, {"type":"caption"}]',
  '"long":"' + 'x'.repeat(3000) + '"',
)
const item = fc.tuple(fc.uuid(), fc.uniqueArray(member, { maxLength: 3, selector: (text) => text.split(':', 1)[0] }))
const record = item.map(([id, members]) => `{${[...members, `"media_id":"${id}"`].join(',')}}`)
/** Distinct records, and for each the parts that it is in. */
const spread = fc
  .integer({ min: 1, max: 5 })
  .chain((count) =>
    fc.tuple(
      fc.constant(count),
      fc.array(fc.tuple(record, fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 3 })), { maxLength: 30 }),
    ),
  )

describe('metadata.json of several parts', () => {
  it('is that of the export in one, each record as it was written and once', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(spread, async ([count, placed]) => {
        run += 1
        const here = join(parts, `run-${run}`)
        const inside = join(here, 'work')
        await mkdir(inside, { recursive: true })
        const folders: WholePart[] = []
        for (let part = 0; part < count; part += 1) {
          const texts = placed.filter(([, of]) => of.includes(part)).map(([text]) => text)
          folders.push(await makePart(here, part + 1, { 'metadata.json': metadata(texts) }))
        }
        const records = placed.map(([text]) => text)
        await mkdir(join(here, 'whole'))
        await writeFile(join(here, 'whole', 'metadata.json'), metadata(records))
        const whole = await readExport({ dir: join(here, 'whole') }, { signal })

        const merged = await merge(inside, folders)
        expect(merged).toMatchObject({ ...whole, paths: ['metadata.json'] })
        expect(await readExport({ dir: join(inside, 'files') }, { signal })).toEqual(whole)
        const bytes = await readFile(join(inside, 'files', 'metadata.json'))
        const { info, media_items: items } = JSON.parse(bytes.toString())
        expect(info).toEqual({ schema_version: '1.1', total_media_items: records.length })
        expect(items).toHaveLength(records.length)
        for (const text of records) expect(bytes.toString()).toContain(text)
        const [listed] = (await manifestIn(inside)).files
        const crc = crc32(bytes).toString(16).padStart(8, '0')
        expect(listed).toEqual({ path: 'metadata.json', size_bytes: bytes.length, crc32: crc })
        await rm(here, { recursive: true })
      }),
      { numRuns: 40 },
    )
  })

  it('has its info as the first part has it, with the true total', async () => {
    const info = { dataset: 'cats', total_media_items: 2, ключ: [1], last: null }
    await merge(
      work,
      await makeParts([metadata(['{"media_id":"a"}', '{"media_id":"b"}'], info), metadata(['{"media_id":"a"}'])]),
    )
    expect(Object.entries((await mergedFile()).info)).toEqual(Object.entries(info))
  })

  it.each([
    [
      'after the records',
      '{"media_items":[{"media_id":"a"}],"info":{"dataset":"cats"}}',
      { dataset: 'cats', total_media_items: 1 },
    ],
    ['missing', '{"media_items":[{"media_id":"a"}]}', { total_media_items: 1 }],
    ['no object', '{"media_items":[{"media_id":"a"}],"info":[1]}', { total_media_items: 1 }],
    ['missing from a bare array', '[{"media_id":"a"}]', { total_media_items: 1 }],
  ])('has an info where that of the part is %s', async (_, text, info) => {
    await merge(work, await makeParts([text]))
    expect(await mergedFile()).toEqual({ info, media_items: [{ media_id: 'a' }] })
  })

  it('counts down to none, with valid JSON', async () => {
    const many = Array.from({ length: 12 }, (_, index) => `{"media_id":"${index}"}`)
    const { mediaCount } = await merge(work, await makeParts([metadata(many), metadata(many), metadata([])]))
    expect(mediaCount).toBe(12)
    expect((await mergedFile()).info['total_media_items']).toBe(12)
    await merge(work, [await makePart(parts, 9, { 'metadata.json': metadata([]) })])
    expect(await mergedFile()).toMatchObject({ info: { total_media_items: 0 }, media_items: [] })
  })

  it('keeps what else is in the files, and says where parts differ', async () => {
    const folders = await makeParts([
      '{"info":{"dataset":"cats"},"media_items":[{"media_id":"a"}],"labels":["cat"],"n":1}',
      '{"info":{"dataset":"dogs"},"media_items":[{"media_id":"b"}],"labels":["dog"],"n":1.0,"more":{}}',
    ])
    const { notes } = await merge(work, folders)
    expect(notes).toEqual([expect.stringContaining('"dataset"'), expect.stringContaining('"labels"')])
    expect(await mergedFile()).toMatchObject({ info: { dataset: 'cats' }, labels: ['cat'], n: 1, more: {} })
  })

  it('keeps records without an id once, by their data', async () => {
    const folders = await makeParts([
      metadata(['{"a":1,"b":2}', '{"a":3}', '7', '{"media_id":""}', '{"media_id":12345678901234567890,"a":1}']),
      metadata(['{"b":2.0,"a":1}', '{"a":4}', '7', '{"media_id":"","a":1}', '{"media_id":12345678901234567891,"a":2}']),
    ])
    expect(await merge(work, folders)).toMatchObject({ mediaCount: 8 })
  })

  it('keeps what a single part contains of one item with differing data, and says so', async () => {
    const folders = await makeParts([
      metadata(['{"media_id":"a","label":"cat"}', '{"media_id":"a","label":"dog"}', '{"media_id":"a","label":"cat"}']),
      metadata(['{"media_id":"a","label":"cow"}']),
    ])
    const merged = await merge(work, folders)
    expect(merged).toMatchObject({ mediaCount: 2, notes: [expect.stringContaining('in one part: 1.')] })
    expect((await mergedFile()).media_items).toEqual([
      { media_id: 'a', label: 'cat' },
      { media_id: 'a', label: 'dog' },
    ])
  })

  it('contains records larger than any buffer, and very many', async () => {
    const large = `{"media_id":"large","text":"${'é'.repeat(1_200_000)}"}`
    const many = Array.from({ length: 30_000 }, (_, index) => `{"media_id":"item ${index}","text":"${'y'.repeat(50)}"}`)
    const folders = await makeParts([
      metadata([...many.slice(0, 10_000), large, ...many.slice(10_000, 20_000)]),
      metadata([large, large, ...many.slice(19_000)]),
    ])
    const merged = await merge(work, folders)
    expect(merged).toMatchObject({ mediaCount: 30_001 })
    expect(merged).toMatchObject(await readExport({ dir: join(work, 'files') }, { signal }))
    const bytes = await readFile(join(work, 'files', 'metadata.json'))
    expect((await manifestIn(work)).files[0]).toMatchObject({ crc32: crc32(bytes).toString(16).padStart(8, '0') })
  })

  it('is made of several files of a part too', async () => {
    const folders = [
      await makePart(parts, 1, {
        'a.json': metadata(['{"media_id":"a"}']),
        'b.json': metadata(['{"media_id":"b"}']),
        'c.json': '[1]',
      }),
      await makePart(parts, 2, { 'a.json': metadata(['{"media_id":"c"}']) }),
    ]
    expect(await merge(work, folders)).toMatchObject({ mediaCount: 3, paths: ['metadata.json', 'c.json'] })
    expect((await readdir(join(work, 'files'))).sort()).toEqual(['c.json', 'metadata.json'])
  })
})
