import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBaseline } from '../../../src/export/comparison/baseline.ts'
import { FIELDS, type Field } from '../../../src/export/comparison/fields.ts'
import { Comparing } from '../../../src/export/comparison/compare.ts'
import { mediaItem } from '../export-bytes.ts'
import { compareFiles, EDITS, exportedAgain, ids, LIVE, madeItem, type MadeRecord, written } from './made-items.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compare-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function compared(before: readonly unknown[], after: readonly unknown[], format: 'json' | 'parquet' = 'json') {
  const { file } = await written(folder, `before.${format}`, before)
  return (await compareFiles(file, await written(folder, `after.${format}`, after))).comparison
}

const nothing = Object.fromEntries(FIELDS.map((field) => [field, 0]))
const items = ids.chain((some) => fc.tuple(...some.map((id) => madeItem(id))))
const shuffled = <T>(values: T[]) => fc.shuffledSubarray(values, { minLength: values.length })
const runs = { numRuns: 25 }

describe('an export that is compared with itself', () => {
  it.each(['json', 'parquet'] as const)(
    'is unchanged, whatever the order, the links and the jitter of scores (%s)',
    async (format) => {
      const exports = items.chain((made) => fc.tuple(fc.constant(made), shuffled(made.flat())))
      await fc.assert(
        fc.asyncProperty(exports, async ([made, again]) => {
          const comparison = await compared(made.flat(), again.map(exportedAgain), format)
          expect(comparison).toMatchObject({
            changed: false,
            unchanged: made.length,
            added: 0,
            removed: 0,
            modified: 0,
          })
          expect(comparison).toMatchObject({ fields: nothing, notCompared: undefined })
          expect(comparison.after.labels).toEqual(comparison.before.labels)
        }),
        runs,
      )
    },
  )

  it('is unchanged whatever its records are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 10 }), async (records) => {
        expect(await compared(records, records.toReversed())).toMatchObject({ changed: false, added: 0, removed: 0 })
      }),
      runs,
    )
  })

  it('is unchanged whatever the members of its records are', async () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('[', '{', '[1]', '{"a":1}', '[{"type":"issue"}]', 1e308, -0))
    const properties = fc.dictionary(
      fc.constantFrom('category_name', 'bbox', 'confidence', 'issue_type', 'url', 'text'),
      odd,
    )
    const types = fc.constantFrom('image_label', 'object_label', 'issue', 'user_tag', 'caption', 'video_info', 'depth')
    const element = fc.oneof(odd, fc.record({ type: types, properties: fc.oneof(odd, properties) }), properties)
    const record = fc.dictionary(
      fc.constantFrom(
        'media_id',
        'file_path',
        'file_size',
        'uniqueness_score',
        'cluster_id',
        'metadata_items',
        '__proto__',
      ),
      fc.oneof(odd, fc.array(element, { maxLength: 3 })),
      { noNullPrototype: true },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 6 }), async (records) => {
        expect(await compared(records, records.toReversed())).toMatchObject({ changed: false })
      }),
      { numRuns: 60 },
    )
  })
})

describe('an export that was edited', () => {
  const edit = fc.oneof(
    fc.constant('keep' as const),
    fc.constant('remove' as const),
    fc.uniqueArray(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: 3 }),
  )
  const script = items.chain((made) =>
    fc.tuple(fc.constant(made), fc.array(edit, { minLength: made.length, maxLength: made.length }), fc.nat(3)),
  )

  it.each(['json', 'parquet'] as const)('reports exactly what was edited (%s)', async (format) => {
    await fc.assert(
      fc.asyncProperty(script, async ([made, edits, additions]) => {
        const after: MadeRecord[] = []
        const fields: Record<Field, number> = { ...EMPTY }
        for (const [index, records] of made.entries()) {
          const planned = edits[index] ?? 'keep'
          if (planned === 'remove') continue
          const [first, ...others] = records
          if (!first) continue
          const edited = planned === 'keep' ? first : planned.reduce((record, field) => EDITS[field](record), first)
          if (planned !== 'keep') for (const field of planned) fields[field] += 1
          after.push(edited, ...others)
        }
        for (let n = 0; n < additions; n += 1) after.push({ media_id: `an added one ${n}`, metadata_items: [] })
        const removed = edits.filter((one) => one === 'remove').length
        const unchanged = edits.filter((one) => one === 'keep').length
        const modified = edits.length - removed - unchanged
        const comparison = await compared(made.flat(), after.map(exportedAgain), format)
        expect(comparison).toMatchObject({ added: additions, removed, modified, unchanged, fields })
        expect(comparison.changed).toBe(additions + removed + modified > 0)
        expect(comparison.examples.modified.map((example) => example.fields)).toEqual(
          edits
            .flatMap((one) => (typeof one === 'string' ? [] : [FIELDS.filter((field) => one.includes(field))]))
            .slice(0, 10),
        )
      }),
      runs,
    )
  })

  it.each<[string, Field[], (record: MadeRecord) => object]>([
    ['a path', ['other'], () => ({ file_path: 's3://bucket/other.jpg' })],
    ['a size', ['other'], () => ({ file_size: '48.28KB' })],
    ['an unknown member', ['other'], () => ({ rating: 5 })],
    ['an unknown member that is 0', ['other'], () => ({ rating: 0 })],
    ['a member that goes', ['other'], () => ({ width: null })],
    ['a score that goes', ['uniqueness'], () => ({ uniqueness_score: null })],
    ['a score that is no number', ['uniqueness', 'other'], () => ({ uniqueness_score: 'high' })],
    ['metadata that goes', ['labels', 'issues'], () => ({ metadata_items: null })],
    ['metadata of an unknown type', ['other'], (record) => more(record, { type: 'depth', properties: { metres: 2 } })],
    ['metadata that is no object', ['other'], (record) => more(record, 7)],
    ['a video', ['other'], (record) => more(record, { type: 'video_info', properties: { frame_number: 2 } })],
    [
      'the group of a duplicate',
      ['issues'],
      (record) => more(record, { type: 'issue', properties: { issue_type: 'duplicates' } }),
    ],
    [
      'the confidence of an issue',
      ['issues'],
      () => ({ metadata_items: [label, { type: 'issue', properties: { issue_type: 'blur', confidence: 0.7 } }] }),
    ],
    [
      'the source of a label',
      ['other'],
      () => ({ metadata_items: [{ ...label, properties: { ...label.properties, source: 'VL' } }, blur] }),
    ],
    ['what stands beside properties', ['other'], () => ({ metadata_items: [{ ...label, by: 'me' }, blur] })],
  ])('reports %s', async (_, fields, change) => {
    const record: MadeRecord = { ...mediaItem('a'), metadata_items: [label, blur] }
    const comparison = await compared([record], [{ ...record, ...change(record) }])
    expect(comparison.examples.modified).toMatchObject([{ mediaId: 'a', fields }])
  })

  const label = { type: 'image_label', properties: { category_name: 'cat', source: 'user', original_id: -1 } }
  const blur = { type: 'issue', properties: { issue_type: 'blur', confidence: 0.9 } }
  const more = (record: MadeRecord, item: unknown) => ({ metadata_items: [...record.metadata_items, item] })
  const EMPTY = { labels: 0, boxes: 0, tags: 0, captions: 0, cluster: 0, issues: 0, uniqueness: 0, other: 0 }

  it('sees both texts of a caption', async () => {
    const captioned = (text: string, caption: string) =>
      mediaItem('a', { metadata_items: [{ type: 'caption', properties: { text, caption } }] })
    expect((await compared([captioned('a', 'b')], [captioned('c', 'b')])).fields).toMatchObject({
      captions: 1,
      other: 0,
    })
    expect((await compared([captioned('a', 'b')], [captioned('a', 'c')])).fields).toMatchObject({
      captions: 1,
      other: 0,
    })
  })

  it('sees labels that trade what they say beside their names', async () => {
    const labels = (...sources: string[]) =>
      sources.map((source, n) => ({ type: 'image_label', properties: { category_name: `label ${n}`, source } }))
    const before = mediaItem('a', { metadata_items: labels('user', 'VL') })
    const comparison = await compared([before], [mediaItem('a', { metadata_items: labels('VL', 'user') })])
    expect(comparison).toMatchObject({ modified: 1, fields: { labels: 0, other: 1 } })
  })

  it.each<[string, object, object]>([
    ['when a tag was given', tag('2026-01-01'), tag('2026-02-02')],
    ['how unique an object is', object(0.1), object(0.9)],
    ['a null in place of nothing', { a: null }, {}],
    ['a signature of a link', { source: 'https://h/a?X-Amz-Signature=1' }, { source: 'https://h/a?X-Amz-Signature=2' }],
    ['a deeply nested link', nested({ url: 1 }), nested({ url: 2 })],
    ['metadata as text', { metadata_items: '[{"type":"x"}]' }, { metadata_items: [{ type: 'x' }] }],
    ['upper case in a UUID', { media_id: UPPER }, { media_id: UPPER.toLowerCase() }],
  ])('does not tell of %s', async (_, before, after) => {
    expect(await compared([mediaItem('a', { ...before })], [mediaItem('a', { ...after })])).toMatchObject({
      changed: false,
      unchanged: 1,
    })
  })
})

const UPPER = '018F4C2E-0000-7000-8000-00000000ABCD'

function tag(assigned_date: string) {
  return { metadata_items: [{ type: 'user_tag', properties: { tag_name: 'night', assigned_date } }] }
}

function object(uniqueness_score: number) {
  const properties = {
    category_name: 'cat',
    bbox: [1, 2, 3, 4],
    uniqueness_score,
    url: `https://h/${uniqueness_score}`,
  }
  return { metadata_items: [{ type: 'object_label', properties }] }
}

function nested(value: object) {
  return { extra: [{ deeper: [value] }] }
}

describe('the comparison', () => {
  it.each([
    ['json', 'parquet'],
    ['parquet', 'json'],
  ] as const)('of %s with %s is none: the export counts as changed', async (one, other) => {
    const { file } = await written(folder, `before.${one}`, [mediaItem('a')])
    const { comparison } = await compareFiles(file, await written(folder, `after.${other}`, [mediaItem('a')]))
    expect(comparison).toMatchObject({
      changed: true,
      added: 0,
      removed: 0,
      modified: 0,
      unchanged: 0,
      fields: nothing,
      notCompared: expect.stringMatching(/JSON|parquet/),
      examples: { added: [], removed: [], modified: [] },
      before: { items: 1, format: one },
      after: { items: 1, format: other },
    })
  })

  it('is made once of a baseline', async () => {
    const { file } = await written(folder, 'before.json', [])
    const baseline = await readBaseline({ path: file, given: file }, { signal: LIVE })
    void new Comparing(baseline)
    expect(() => new Comparing(baseline)).toThrow('serves one comparison')
  })

  it('ends with the reason of its signal', async () => {
    const reason = new Error('cancelled')
    const { file } = await written(folder, 'before.json', [mediaItem('a')])
    const signal = AbortSignal.abort(reason)
    await expect(readBaseline({ path: file, given: file }, { signal })).rejects.toBe(reason)
  })

  it('fails for a damaged new export as such', async () => {
    const { file } = await written(folder, 'before.json', [])
    const { file: path } = await written(folder, 'after.parquet', [{ a: 1 }])
    await expect(compareFiles(file, { file: path, format: 'json' })).rejects.toMatchObject({ code: 'corrupt_download' })
  })
})
