import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../../src/exports/canonical.ts'
import { ContentHash } from '../../../src/exports/comparison/content-hash.ts'

function hashOf(value: unknown): string {
  const { one, two } = new ContentHash().of(value)
  return `${one} ${two}`
}

/** Values that are close to one another. */
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('', 'a', '1', 'true', 'null', '[]'),
    fc.constantFrom(0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 1e300),
    fc.constantFrom(true, false, null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'url', 'metadata_items'), tie('any'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).any

/** As the hash is meant: a member that is null is as one that is not there. */
function withoutNulls(any: unknown): unknown {
  if (Array.isArray(any)) return any.map(withoutNulls)
  if (typeof any !== 'object' || any === null) return any
  const members = Object.entries(any).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]))
}

describe('the hash of a content', () => {
  it('is equal for what is canonically equal, and for nothing else', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(hashOf(one) === hashOf(other)).toBe(canonical(withoutNulls(one)) === canonical(withoutNulls(other)))
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(value, (one) => {
        expect(hashOf(structuredClone(one))).toBe(hashOf(one))
      }),
    )
  })

  it('differs for texts, numbers and lists that differ little', () => {
    const values = [
      ...Array.from({ length: 50_000 }, (_, n) => `${n}`),
      ...Array.from({ length: 50_000 }, (_, n) => n),
      ...Array.from({ length: 20_000 }, (_, n) => [n % 100, Math.floor(n / 100)]),
      ...Array.from({ length: 5000 }, (_, n) => '\0'.repeat(n)),
      ...Array.from({ length: 5000 }, (_, n) => String.fromCharCode(n * 8, 1)),
    ]
    expect(new Set(values.map(hashOf)).size).toBe(values.length)
  })

  it('spreads over all its bits, so that sums of it differ too', () => {
    const counts = Array.from({ length: 64 }, () => 0)
    const total = 20_000
    for (let n = 0; n < total; n += 1) {
      const { one, two } = new ContentHash().of(n)
      for (let bit = 0; bit < 32; bit += 1) {
        counts[bit] = (counts[bit] ?? 0) + ((one >>> bit) & 1)
        counts[bit + 32] = (counts[bit + 32] ?? 0) + ((two >>> bit) & 1)
      }
    }
    // 14 standard deviations.
    for (const count of counts) expect(Math.abs(count / total - 0.5)).toBeLessThan(0.05)
  })

  it.each<[string, unknown, unknown]>([
    ['a 64-bit integer and its number', 5n, 5],
    ['lists of plain numbers', new Float64Array([1, 2]), [1, 2]],
    ['both zeros', -0, 0],
    ['metadata as text', { metadata_items: '[1, 2]' }, { metadata_items: [2, 1] }],
    ['a time and its text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['links that are signed anew', 'https://h/a?x=1&Signature=2', 'https://h/a?x=1&Signature=3'],
  ])('is equal for %s', (_, one, other) => {
    expect(hashOf(one)).toBe(hashOf(other))
  })

  it.each<[string, unknown, unknown]>([
    ['large 64-bit integers', 2n ** 60n, 2n ** 60n + 1n],
    ['a number and its text', 1, '1'],
    ['bytes', new Uint8Array([1]), new Uint8Array([2])],
    ['times that are none', new Date(Number.NaN), new Date(0)],
    ['numbers that are none', Number.NaN, Infinity],
  ])('differs for %s', (_, one, other) => {
    expect(hashOf(one)).not.toBe(hashOf(other))
  })

  it('goes as deep as there is anything', () => {
    const deep = (inside: string): unknown => JSON.parse(`${'[{"a":'.repeat(20_000)}${inside}${'}]'.repeat(20_000)}`)
    expect(hashOf(deep('[1, "x", {"b": 1, "c": 2}]'))).toBe(
      hashOf(deep('[1, "x", {"c": 2, "b": 1, "url": 3, "d": null}]')),
    )
    expect(hashOf(deep('1'))).not.toBe(hashOf(deep('2')))
    expect(hashOf(deep('[[], 1]'))).not.toBe(hashOf(deep('[[1]]')))
  })
})
