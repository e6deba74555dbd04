import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutInto, membersIn } from '../../../src/export/parts/cluster-range.ts'
import { clustersOf, idOf, mediaOf } from './part-content.ts'

describe('a row of clusters', () => {
  const [one, other] = [
    { id: 'a', items: 5 },
    { id: 'b', items: 3 },
  ]

  it('is cut where a length ends', () => {
    expect(cutInto([one, other], [2, 4, 2])).toEqual([
      [{ cluster: one, from: 0, to: 2 }],
      [
        { cluster: one, from: 2, to: 5 },
        { cluster: other, from: 0, to: 1 },
      ],
      [{ cluster: other, from: 1, to: 3 }],
    ])
  })

  it('gives nothing for no length, and whole clusters where nothing is cut', () => {
    const whole = [one, other].map((cluster) => ({ cluster, from: 0, to: cluster.items }))
    expect(cutInto([one, other], [0, 8, 0])).toEqual([[], whole, []])
    expect(cutInto([one, other], [5, 3])).toEqual(whole.map((range) => [range]))
  })

  it('is given away whole, in pieces of these lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (lengths) => {
        const places = lengths.reduce((sum, length) => sum + length, 0)
        const pieces = cutInto(clustersOf(...Array.from({ length: places }, () => 1)), lengths)
        expect(pieces.map((piece) => piece.length)).toEqual(lengths)
        expect(new Set(pieces.flat().map(({ cluster }) => cluster.id)).size).toBe(places)
      }),
    )
  })
})

describe('the members of a range', () => {
  const cluster = { id: idOf(0), items: 4 }

  it.each([
    [4, 0, 3, [0, 1, 2]],
    [4, 3, 4, [3]],
    [8, 1, 3, [2, 3, 4, 5]],
    [3, 0, 2, [0]],
    [3, 2, 4, [1, 2]],
    [1, 0, 3, []],
    [1, 3, 4, [0]],
    [0, 0, 4, []],
  ])('of %i listed for 4 places, in places %i to %i', (listed, from, to, expected) => {
    const members = mediaOf(listed).reverse()
    expect(membersIn({ cluster, from, to }, members)).toEqual(expected.map(idOf))
  })

  it('are each in one of all ranges, however many are listed, in whatever order, some of them twice', () => {
    const members = fc.uniqueArray(fc.uuid(), { maxLength: 300 })
    const lengths = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(members, lengths, (listed, places) => {
        const items = places.reduce((sum, length) => sum + length, 0)
        const pieces = cutInto([{ id: 'a', items }], places)
        const taken = pieces.flat().flatMap((range, runner) => {
          // Each runner sees another order, with an overlap.
          return membersIn(range, [...listed.slice(runner), ...listed.slice(0, 2 * runner)])
        })
        expect(taken).toEqual(listed.toSorted())
      }),
    )
  })

  it('are all of them for all places of a cluster, however large', () => {
    const large = fc.integer({ min: 2 ** 50, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(large, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), (items, where, count) => {
        const border = Math.floor(items * where)
        const [before, after] = [
          { cluster: { id: 'a', items }, from: 0, to: border },
          { cluster: { id: 'a', items }, from: border, to: items },
        ]
        const members = mediaOf(count)
        expect([...membersIn(before, members), ...membersIn(after, members)]).toEqual(members)
      }),
    )
  })
})
