import { describe, expect, it } from 'vitest'
import { namedLimit } from '../../../src/export/parts/named-limit.ts'

const REJECTED = 1_331_167

describe('the limit that the words of a rejection name', () => {
  it.each<[string, number]>([
    ['Export request rejected: number of entities 1331167 exceeds threshold 500000', 500_000],
    ['1331167 exceeds threshold (500000)', 500_000],
    ['1,331,167 entities: the limit is 50,000.', 50_000],
    ['Too many items; maximum allowed: 50 000', 50_000],
    ['Too many items; maximum allowed: 50\u202f000 items', 50_000],
    ['max_entities=50_000', 50_000],
    ['Max. 50.000 entities', 50_000],
    ['exceeds 1331167 > 1,000,000', 1_000_000],
    ['entities (1331167) exceed the cap of 200000.', 200_000],
    ['1331167 > 50000', 50_000],
    ['You can export at most 7 items at once', 7],
    ['You may ask for up to 5000 of 1331167 items', 5000],
    ['{"limit": 25000, "count": 1331167}', 25_000],
    ['exceeds threshold 500000.0', 500_000],
    ['exceeds threshold 500000, in enterprise plans the limit is 900000', 500_000],
    ['exceeds the limit by 831167: maximum 500000', 500_000],
    ['LIMIT 50000 2026-01-02', 50_000],
    ['only 2 exports at once, only 3000 items', 3000],
  ])('%s', (words, limit) => {
    expect(namedLimit(words, REJECTED)).toBe(limit)
  })

  it.each([
    '',
    'Export rejected: too many entities',
    '1331167 exceeds threshold',
    'number of entities 1331167 exceeds threshold 1331167',
    'number of entities 1331167 exceeds threshold 2000000',
    'exceeds threshold 0',
    'exceeds the threshold 0.75',
    'exceeds the limit of 2 exports',
    'exceeds the limit of 30 minutes',
    'exceeds the limit of 512 MB',
    'exceeds the limit of 50 000 bytes',
    'exceeds the limit of 80%',
    'exceeds the limit by 831,167',
    'rejected: threshold. Task 42 ended',
    'limit for export 3fa85f64-5717-4562-b3fc-2c963f66afa6',
    'limit for export 12345678-5717-4562-b3fc-2c963f66afa6',
    'recap 500',
    'limitation 500',
    'limit 50k',
    'limit v2',
  ])('none in: %s', (words) => {
    expect(namedLimit(words, REJECTED)).toBeUndefined()
  })
})
