import { describe, expect, it } from 'vitest'
import { changesOf, Counting } from '../../../src/export/records/counts.ts'
import { itemOf } from '../../../src/export/records/item.ts'
import { emptyTally, StatisticsBuilder, tally } from '../../../src/export/records/statistics.ts'
import { mediaItem } from '../export-bytes.ts'

function statisticsOf(records: readonly unknown[]) {
  const builder = new StatisticsBuilder()
  // In two parts, as two threads would count them.
  const half = Math.ceil(records.length / 2)
  for (const some of [records.slice(0, half), records.slice(half)]) {
    const part = emptyTally()
    for (const record of some) tally(part, itemOf(record))
    builder.add(part)
  }
  return builder.end()
}

const metadata = (type: string, properties: object) => ({ type, properties })

describe('the statistics of an export', () => {
  it('count what its records hold', () => {
    const statistics = statisticsOf([
      mediaItem('a', {
        uniqueness_score: 0.25,
        metadata_items: [
          metadata('image_label', { category_name: 'cat' }),
          metadata('image_label', { category_name: '__proto__' }),
          metadata('object_label', { category_name: 'cat' }),
          metadata('object_label', { category_name: 'cat' }),
          metadata('user_tag', { tag_name: 'night' }),
          metadata('caption', { text: 'a cat' }),
          metadata('caption', { caption: 'again' }),
          { type: 'issue', issue_type: 'blur' },
        ],
      }),
      mediaItem('b', {
        media_type: 'video_frame',
        uniqueness_score: 1,
        cluster_id: 'other',
        file_size: '1.5 MB',
        metadata_items: [],
      }),
    ])
    expect(statistics).toEqual({
      items: 2,
      types: new Map([
        ['image', 1],
        ['video_frame', 1],
      ]),
      labels: new Map([
        ['cat', 1],
        ['__proto__', 1],
      ]),
      objects: new Map([['cat', 2]]),
      issues: new Map([['blur', 1]]),
      tags: new Map([['night', 1]]),
      uncounted: { types: 0, labels: 0, objects: 0, issues: 0, tags: 0 },
      captioned: 1,
      clusters: 2,
      uniqueness: { bins: [0, 0, 1, 0, 0, 0, 0, 0, 0, 1], scored: 2, mean: 0.625 },
      bytes: Math.round(48.27 * 1024 + 1.5 * 1024 ** 2),
    })
  })

  it('are empty for nothing, and for what is no item', () => {
    const empty = { clusters: 0, captioned: 0, bytes: undefined, uniqueness: { scored: 0, mean: undefined } }
    expect(statisticsOf([])).toMatchObject({ items: 0, ...empty })
    expect(
      statisticsOf([1, null, [], 'x', { metadata_items: 5, uniqueness_score: 'x', media_type: {} }]),
    ).toMatchObject({
      items: 5,
      types: new Map(),
      ...empty,
    })
  })

  it.each<[unknown, number | undefined]>([
    ['48.27KB', 49_428],
    ['2 MiB', 2 * 1024 ** 2],
    ['7B', 7],
    ['512', 512],
    ['1.5gb', 1.5 * 1024 ** 3],
    [123, 123],
    [123n, 123],
    ['many', undefined],
    ['', undefined],
    ['1e5', undefined],
    [-1, undefined],
    [Infinity, undefined],
    [null, undefined],
    [`${'1'.repeat(50)}KB`, undefined],
  ])('read the size %s', (file_size, bytes) => {
    expect(statisticsOf([{ file_size }]).bytes).toBe(bytes)
  })

  it('put every score into a bin', () => {
    const scores = [-1, 0, 0.0999, 0.1, 0.3, 0.6, 0.7, 0.99, 1, 2]
    const { bins, scored } = statisticsOf(scores.map((uniqueness_score) => ({ uniqueness_score }))).uniqueness
    expect(bins).toEqual([3, 1, 0, 1, 0, 0, 1, 1, 0, 3])
    expect(scored).toBe(scores.length)
  })
})

describe('the counting of names', () => {
  it('takes no more memory than it may', () => {
    const counting = new Counting(2)
    for (const name of ['a', 'b', 'c', 'a', 'd', 'x'.repeat(1000)]) counting.add(name)
    expect(counting.counts).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
    expect(counting.beyond).toBe(3)
    const long = new Counting()
    long.add('x'.repeat(1000))
    expect([...long.counts]).toEqual([[`${'x'.repeat(200)}…`, 1]])
  })

  it('is compared by the size of the change', () => {
    const before = new Map([
      ['gone', 5],
      ['same', 100],
      ['less', 9],
      ['b', 1],
      ['a', 1],
    ])
    const after = new Map([
      ['same', 100],
      ['less', 8],
      ['new', 7],
      ['b', 2],
      ['a', 2],
    ])
    expect(changesOf(before, after)).toEqual([
      { name: 'new', before: 0, after: 7 },
      { name: 'gone', before: 5, after: 0 },
      { name: 'less', before: 9, after: 8 },
      { name: 'a', before: 1, after: 2 },
      { name: 'b', before: 1, after: 2 },
      { name: 'same', before: 100, after: 100 },
    ])
  })
})
