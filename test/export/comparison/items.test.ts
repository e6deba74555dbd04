import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mediaItem } from '../export-bytes.ts'
import { compareFiles, written } from './made-items.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'items-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function compared(before: readonly unknown[], after: readonly unknown[]) {
  const { file } = await written(folder, 'before.json', before)
  return (await compareFiles(file, await written(folder, 'after.json', after))).comparison
}

describe('the items of an export', () => {
  it('are distinguished by media_id, and their records add up', async () => {
    const [cat, dog] = ['cat', 'dog'].map((name) => mediaItem('a', { file_name: name }))
    expect(await compared([cat, dog], [dog, cat])).toMatchObject({ changed: false, unchanged: 1 })
    expect(await compared([cat, dog], [cat])).toMatchObject({ removed: 0, modified: 1 })
    expect(await compared([cat], [cat, cat])).toMatchObject({ added: 0, modified: 1, fields: { other: 1 } })
    const bare = { media_id: 'a' }
    expect(await compared([bare], [bare, bare])).toMatchObject({ added: 0, modified: 1, fields: { other: 1 } })
    expect(await compared([], [cat, dog])).toMatchObject({ added: 1, examples: { added: [{ mediaId: 'a' }] } })
  })

  it('are known by what they hold where they have no media_id', async () => {
    const [one, other] = [{ file_name: 'one' }, { file_name: 'other' }]
    expect(await compared([one, one, other], [one, other, one])).toMatchObject({ changed: false })
    const comparison = await compared([one], [other])
    expect(comparison).toMatchObject({ added: 1, removed: 1 })
    expect(comparison.examples).toMatchObject({
      added: [{ mediaId: undefined, name: 'other' }],
      removed: [{ mediaId: undefined, name: 'one' }],
    })
  })

  it('are named in the order in which they come, ten of a kind, and shortly', async () => {
    const many = (from: number) => Array.from({ length: 12 }, (_, n) => mediaItem(`${from + n}-${'ö'.repeat(150)}`))
    const { examples } = await compared(many(0), many(100))
    expect(examples.added.map(({ mediaId }) => mediaId?.split('-')[0])).toEqual(
      Array.from({ length: 10 }, (_, n) => `${100 + n}`),
    )
    expect(examples.removed.map(({ mediaId }) => mediaId?.split('-')[0])).toEqual(
      Array.from({ length: 10 }, (_, n) => `${n}`),
    )
    for (const { mediaId, name } of [...examples.added, ...examples.removed]) {
      expect(mediaId).toMatch(/^\d+-ö+$/)
      expect(name).toMatch(/^s3:\/\/bucket\/\d+-ö+$/)
      expect(Buffer.byteLength(mediaId ?? '')).toBeGreaterThan(195)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
    }
  })

  it('may be more than fit into one block', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({ media_id: `${n}`, file_name: `${n}`, width: n }))
    const changed = many.slice(1).map((item, n) => (n % 2 === 0 ? item : { ...item, width: -1 }))
    const comparison = await compared(many, [...changed.toReversed(), { media_id: 'new' }])
    expect(comparison).toMatchObject({ added: 1, removed: 1, modified: 9999, unchanged: 10_000 })
    expect(comparison.examples.removed).toEqual([{ mediaId: '0', name: '0' }])
    expect(comparison.examples.modified[0]).toEqual({ mediaId: '2', name: '2', fields: ['other'], values: {} })
  })

  it('that differ show what they were and are, as far as names say it', async () => {
    const item = (kinds: [type: string, property: string, name: unknown][], more = {}) => ({
      media_id: 'a',
      ...more,
      metadata_items: kinds.map(([type, property, name], left) => ({
        type,
        properties: { [property]: name, ...(type === 'object_label' ? { bbox: [left, 0, 1, 1] } : {}) },
      })),
    })
    const [label, box, tag, issue] = [
      ['image_label', 'category_name'],
      ['object_label', 'category_name'],
      ['user_tag', 'tag_name'],
      ['issue', 'issue_type'],
    ] as const
    const before = item([
      [...label, 'cat'],
      [...box, 'car'],
      [...box, 'bus'],
      [...box, 'car'],
      [...issue, 'blur'],
    ])
    const after = item(
      [
        [...label, 'a\nb'],
        [...box, 'bus'],
        [...tag, 7],
        [...issue, 'blur'],
      ],
      { cluster_id: 'c' },
    )
    const { examples } = await compared([before], [after])
    expect(examples.modified[0]?.values).toEqual({
      labels: { before: 'cat', after: 'a b' },
      boxes: { before: 'bus, car ×2', after: 'bus' },
      tags: { before: '', after: '7' },
    })
  })

  it('that differ show no values where only the place of a box did, and no more than fits', async () => {
    const boxes = (left: number, name = 'car') => ({
      media_id: 'a',
      metadata_items: [{ type: 'object_label', properties: { category_name: name, bbox: [left, 0, 1, 1] } }],
    })
    const moved = await compared([boxes(0)], [boxes(5)])
    expect(moved.examples.modified).toMatchObject([{ fields: ['boxes'], values: {} }])
    const long = await compared([boxes(0)], [boxes(0, 'x'.repeat(500))])
    expect(long.examples.modified[0]?.values.boxes?.after).toHaveLength(81)
  })
})
