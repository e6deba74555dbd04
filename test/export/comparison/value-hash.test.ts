import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { drawSeeds, ValueHash } from '../../../src/export/comparison/value-hash.ts'
import { canonicalText } from '../../../src/export/records/canonical.ts'

const seeds = drawSeeds()
const hashOf = (...values: unknown[]) => {
  const sums = new Uint32Array(2)
  const hash = new ValueHash(seeds)
  for (const each of values) hash.add(each)
  hash.endIn(sums, 0)
  return sums.join()
}

/** Few different values, so that two of them are often equal, or alike in all but their kind. */
const numbers = fc.constantFrom(0, -0, 1, 0.5, 2 ** 53, 1e21, 1e300, Number.NaN, Infinity, -Infinity)
const wholes = fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 21n)
const texts = fc.constantFrom(
  '',
  '0',
  'NaN',
  '1970-01-01T00:00:00.000Z',
  'https://h/k?x=1',
  'https://h/k?x=1&token=t',
  'null',
)
const others = fc.constantFrom(
  null,
  undefined,
  true,
  false,
  new Date(0),
  new Date(Number.NaN),
  new Uint8Array([1]),
  new Float32Array([1]),
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(numbers, wholes, texts, others),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'base64', 'url', 'metadata_items'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}))

it('is the same for two values whenever their canonical text is', () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      expect(hashOf(one) === hashOf(other)).toBe(canonicalText(one) === canonicalText(other))
    }),
    { numRuns: 5_000 },
  )
})

it('does not depend on the order of members, or of metadata', () => {
  const list = fc.array(value, { maxLength: 4 })
  const members = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value, { noNullPrototype: true })
  fc.assert(
    fc.property(list, members, (metadata_items, object) => {
      const reversed = Object.fromEntries(Object.entries(object).toReversed())
      expect(hashOf({ metadata_items: metadata_items.toReversed(), ...reversed })).toBe(
        hashOf({ ...object, metadata_items }),
      )
    }),
  )
})

it('tells values in a row from the same values in a list', () => {
  const rows = [['ab', 'c'], ['a', 'bc'], [['ab', 'c']], [['ab'], 'c'], ['abc'], [], [[]], [{}], ['']]
  expect(new Set(rows.map((row) => hashOf(...row))).size).toBe(rows.length)
})
