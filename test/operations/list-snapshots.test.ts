import { describe, expect, it } from 'vitest'
import { catalogJson, newestFirst, whenTaken } from '../../src/operations/catalog.ts'
import { listSnapshots } from '../../src/operations/list-snapshots.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import { request } from '../inputs/step-inputs.ts'
import { dataset, id, snapshot, SOURCE } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const DAY = 86_400_000
const aged = (number: number, over: Partial<Snapshot> = {}) =>
  snapshot({ id: id(number), name: `s${number}`, createdAt: Date.UTC(2026, 0, 9, 3, 4) - number * DAY, ...over })

async function list(snapshots: Snapshot[]) {
  const step = fakeStep({
    api: { datasets: { get: async () => dataset() }, snapshots: { list: async () => snapshots } },
  })
  const headline = await listSnapshots.run(request('list-snapshots', { dataset_id: SOURCE }), step)
  const { outputs, tables, facts, lines } = step.reporter
  const json: unknown = JSON.parse(outputs['snapshots'] ?? '')
  return { headline, json, tables, facts, lines }
}

describe('list-snapshots', () => {
  it('reports all that is known of each, newest first', async () => {
    const { headline, json, tables, facts } = await list([
      aged(2, { reason: 'creation', images: undefined, videos: undefined, createdBy: '' }),
      aged(1, { isCurrent: true, description: 'Reviewed\nby two', videos: 2 }),
    ])
    expect(headline).toBe('Dataset "Cats" has 2 snapshots.')
    expect(json).toEqual([
      {
        snapshot_id: id(1),
        snapshot_name: 's1',
        description: 'Reviewed\nby two',
        reason: 'manual',
        created_at: '2026-01-08T03:04:00.000Z',
        created_by: 'ci@example.org',
        n_images: 10,
        n_videos: 2,
        is_current: true,
        is_restoring: false,
      },
      expect.objectContaining({
        snapshot_id: id(2),
        reason: 'creation',
        n_images: null,
        n_videos: null,
        created_by: '',
      }),
    ])
    expect(tables['Snapshots']).toEqual({
      title: 'Snapshots',
      headers: ['Name', 'When', 'By', 'Items', 'ID', 'Why', 'Description', 'State'],
      rows: [
        [
          's1',
          '2026-01-08 03:04 UTC',
          'ci@example.org',
          '10 images, 2 videos',
          { code: id(1) },
          'manual',
          'Reviewed\nby two',
          'current',
        ],
        ['s2', '2026-01-07 03:04 UTC', '', '', { code: id(2) }, 'creation', '', ''],
      ],
    })
    expect(facts).toMatchObject({ Snapshots: '2', 'Current snapshot': 's1' })
  })

  it('is an empty array where there are none', async () => {
    const { headline, json } = await list([])
    expect([headline, json]).toEqual(['Dataset "Cats" has 0 snapshots.', []])
  })

  it('logs the newest hundred and counts the rest', async () => {
    const { lines, json } = await list(Array.from({ length: 130 }, (_, index) => aged(index)))
    expect(lines.filter((line) => line.startsWith('"s'))).toHaveLength(100)
    expect(lines).toContain('… and 30 more')
    expect(json).toHaveLength(130)
  })
})

describe('the order', () => {
  it('puts those without a readable stamp last, and keeps the order of the API otherwise', () => {
    const all = [
      aged(1, { createdAt: undefined }),
      aged(5),
      aged(2, { createdAt: undefined }),
      aged(3),
      aged(4, { createdAt: aged(3).createdAt }),
    ]
    expect(newestFirst(all).map((one) => one.id)).toEqual([3, 4, 5, 1, 2].map(id))
  })
})

describe('when a snapshot was taken', () => {
  it('is in UTC, or as the API wrote it', () => {
    expect(whenTaken(aged(1))).toBe('2026-01-08 03:04 UTC')
    expect(whenTaken(aged(1, { createdAt: undefined, createdAtText: 'lately' }))).toBe('lately')
  })
})

describe('the catalog as JSON', () => {
  it('contains null for what Visual Layer leaves open, and its own text where that is no stamp', () => {
    const open = { createdAt: undefined, images: undefined, videos: undefined }
    const one = (createdAtText: string): unknown => JSON.parse(catalogJson([snapshot({ ...open, createdAtText })]))
    expect(one('')).toMatchObject([{ created_at: null, n_images: null, n_videos: null }])
    expect(one('last week')).toMatchObject([{ created_at: 'last week' }])
  })
})

it('a snapshot alone is listed with what it is to the dataset', async () => {
  const one = snapshot({ isCurrent: true, isRestoring: true })
  const step = fakeStep({ api: { datasets: { get: async () => dataset() }, snapshots: { list: async () => [one] } } })
  expect(await listSnapshots.run(request('list-snapshots', { dataset_id: SOURCE }), step)).toContain('has 1 snapshot.')
  expect(JSON.stringify(step.reporter.tables)).toContain('current, being restored')
})
