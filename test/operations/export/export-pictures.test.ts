import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../../src/export/comparison/compare.ts'
import type { Field } from '../../../src/export/comparison/fields.ts'
import { type Statistics, StatisticsBuilder } from '../../../src/export/records/statistics.ts'
import { changeClause, changeWords, tellContents } from '../../../src/operations/export/export-pictures.ts'
import { fakeStep } from '../fake-step.ts'

const NOTHING = new StatisticsBuilder().end()

function statistics(more: Partial<Statistics> = {}): Statistics {
  return { ...NOTHING, items: 10, types: new Map([['image', 10]]), ...more }
}

function comparison(before: Statistics, after: Statistics, more: Partial<Comparison> = {}): Comparison {
  return {
    changed: true,
    added: 1,
    removed: 1200,
    modified: 5,
    unchanged: 3,
    fields: { labels: 1, boxes: 0, tags: 4, captions: 0, cluster: 0, issues: 0, uniqueness: 0, other: 0 },
    notCompared: undefined,
    before: { ...before, format: 'json', contentDigest: '' },
    after: { ...after, format: 'json', contentDigest: '' },
    examples: { added: [], removed: [], modified: [] },
    ...more,
  }
}

function tell(held: Statistics, compared?: Comparison) {
  const { reporter } = fakeStep({})
  tellContents(reporter, held, compared)
  return reporter
}

describe('changeWords', () => {
  it('reports all kinds of change, the fields that differ most often first', () => {
    expect(changeWords(comparison(NOTHING, NOTHING))).toBe(
      '1 added, 1,200 removed, 5 modified (tags 4, labels 1); 3 unchanged',
    )
    expect(changeWords(comparison(NOTHING, NOTHING, { changed: false, unchanged: 1000 }))).toBe(
      'none; 1,000 items unchanged',
    )
  })
})

describe('changeClause', () => {
  it('ends a sentence with what changed, with nothing, or with why it was not compared', () => {
    const of = (more: Partial<Comparison>) => changeClause(comparison(NOTHING, NOTHING, more), 'last')
    expect(of({})).toBe('; since last, 1 added, 1,200 removed, and 5 modified')
    expect(of({ changed: false })).toBe('; nothing changed since last')
    expect(of({ notCompared: 'one is parquet' })).toBe('; it counts as changed, because one is parquet')
  })
})

describe('what an export holds', () => {
  it('is reported in facts and charts, the most frequent names first', () => {
    const { facts, charts } = tell(
      statistics({
        types: new Map([
          ['image', 8],
          ['video_frame', 2],
        ]),
        labels: new Map([
          ['cat', 2],
          ['dog', 5],
        ]),
        clusters: 3,
        captioned: 4,
        bytes: 2048,
        uniqueness: { bins: [1, 2, 0, 0, 0, 0, 0, 0, 0, 3], scored: 6, mean: 0.6 },
      }),
    )
    expect(facts).toEqual({
      'By type': '8 image, 2 video frame',
      Clusters: '3',
      Captioned: '4',
      'Media size': '2 KiB',
    })
    expect(charts['Labels']).toMatchObject({ categories: ['dog', 'cat'], series: [{ values: [5, 2] }] })
    expect(charts['Uniqueness']?.categories).toHaveLength(10)
    expect(charts['Uniqueness']?.categories[9]).toBe('0.9 to 1.0')
  })

  it('is nothing where there is nothing', () => {
    const { facts, charts, tables } = tell(NOTHING)
    expect([facts, charts, tables]).toEqual([{}, {}, {}])
  })

  it('stops at fifty names, and says how many there are', () => {
    const labels = new Map(Array.from({ length: 60 }, (_, index) => [`label ${index}`, 100 - index]))
    const [chart] = Object.values(tell(statistics({ labels })).charts)
    expect(chart).toMatchObject({ title: 'Labels: 50 most frequent of 60' })
    expect(chart?.categories).toHaveLength(50)
  })
})

describe('what changed', () => {
  const before = statistics({
    labels: new Map([
      ['cat', 5],
      ['dog', 5],
    ]),
    issues: new Map([['blur', 2]]),
  })
  const after = statistics({
    labels: new Map([
      ['cat', 2],
      ['dog', 6],
      ['bus', 2],
    ]),
    issues: new Map([['blur', 2]]),
  })

  it('is drawn before and now, the largest change first; what did not change as it is', () => {
    const { charts, tables } = tell(after, comparison(before, after))
    expect(charts['Labels']).toMatchObject({
      categories: ['cat', 'bus', 'dog'],
      series: [
        { name: 'before', values: [5, 0, 5] },
        { name: 'now', values: [2, 2, 6] },
      ],
    })
    expect(charts['Issues']?.series).toHaveLength(1)
    expect(tables['Changes']?.rows.at(-1)).toEqual(['Largest changes', 'label cat −3, label bus +2, label dog +1'])
  })

  it('comes with the fields, a few examples of each kind, and how many more there are', () => {
    const examples = Array.from({ length: 10 }, (_, index) => ({ mediaId: `id-${index}`, name: `${index}.png` }))
    const fields: Field[] = ['labels', 'captions']
    const values = { labels: { before: 'cat', after: '' } }
    const { tables } = tell(
      after,
      comparison(before, after, {
        added: 30,
        removed: 0,
        modified: 10,
        examples: { added: examples, removed: [], modified: examples.map((one) => ({ ...one, fields, values })) },
      }),
    )
    expect(tables['Changes']?.rows.slice(0, 4)).toEqual([
      ['Added', '30'],
      ['Removed', '0'],
      ['Modified', '10 (tags 4, labels 1)'],
      ['Unchanged', '3'],
    ])
    const rows = tables['Examples']?.rows ?? []
    expect(rows).toHaveLength(8)
    expect(rows[0]).toEqual(['added', { code: '0.png' }, ''])
    expect(rows[3]).toEqual(['added', 'and 27 more', ''])
    expect(rows[4]).toEqual(['modified', { code: '0.png' }, 'labels: cat → none; captions'])
    expect(rows[7]).toEqual(['modified', 'and 7 more', ''])
  })

  it('names an example without a name by its ID, and shows no counts where nothing was compared', () => {
    const added = [{ mediaId: 'id-0', name: '' }]
    const examples = { added, removed: [], modified: [] }
    expect(tell(after, comparison(before, after, { examples })).tables['Examples']?.rows).toEqual([
      ['added', { code: 'id-0' }],
    ])
    const { tables, charts } = tell(after, comparison(before, after, { notCompared: 'why' }))
    expect(tables).toEqual({})
    expect(charts['Labels']?.series).toHaveLength(2)
  })

  it('shows the uniqueness before and now, or once where it stayed', () => {
    const spread = (first: number) => {
      const bins = [first, 2, 0, 0, 0, 0, 0, 0, 0, 3]
      return statistics({ uniqueness: { bins, scored: 5 + first, mean: 0.6 } })
    }
    const [one, other] = [spread(1), spread(4)]
    expect(tell(other, comparison(one, other)).charts['Uniqueness']?.series).toMatchObject([
      { name: 'before', values: [1, 2, 0, 0, 0, 0, 0, 0, 0, 3] },
      { name: 'now', values: [4, 2, 0, 0, 0, 0, 0, 0, 0, 3] },
    ])
    expect(tell(one, comparison(one, one)).charts['Uniqueness']?.series).toHaveLength(1)
    expect(tell(one, comparison(NOTHING, one)).charts['Uniqueness']?.series).toHaveLength(1)
  })

  it('stops at fifty names, those that changed most', () => {
    const many = (count: number) => new Map(Array.from({ length: 70 }, (_, index) => [`label ${index}`, count + index]))
    const from = statistics({ labels: many(1) })
    const to = statistics({ labels: new Map([...many(1)].map(([name, count]) => [name, count * 2])) })
    const [chart] = Object.values(tell(to, comparison(from, to)).charts)
    expect(chart).toMatchObject({ title: 'Labels: 50 largest changes of 70' })
    expect(chart?.categories[0]).toBe('label 69')
  })
})
