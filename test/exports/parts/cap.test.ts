import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LearnedCap } from '../../../src/exports/parts/cap.ts'

const VAGUE = 'Export rejected: too many entities'

function naming(limit: number): string {
  return `number of entities exceeds threshold ${limit}`
}

/** The cap after a service with a hidden one was asked for ever less, and how many refusals it took. */
function learn(items: number, hidden: number, words: string | undefined): { value: number; refusals: number } {
  const cap = new LearnedCap()
  let refusals = 0
  while (Math.min(items, cap.value) > hidden) {
    cap.refused(Math.min(items, cap.value), words)
    refusals += 1
  }
  return { value: cap.value, refusals }
}

describe('the learned cap', () => {
  it('is unknown at first, and after successes', () => {
    const cap = new LearnedCap()
    cap.accepted(1000)
    expect(cap.value).toBe(Infinity)
    expect(cap.toState()).toBeUndefined()
  })

  it.each<[string, (cap: LearnedCap) => void, number]>([
    ['what the words name', (cap) => cap.refused(1000, naming(300)), 300],
    [
      'what the words name, where as much was accepted',
      (cap) => {
        cap.accepted(300)
        cap.refused(1000, naming(300))
      },
      300,
    ],
    ['half of what was refused, where they name nothing', (cap) => cap.refused(1001, VAGUE), 500],
    ['half, without words', (cap) => cap.refused(1000, undefined), 500],
    ['half, where they name no less than was refused', (cap) => cap.refused(1000, naming(1000)), 500],
    ['in proportion, where the service counts otherwise', (cap) => cap.refused(1000, naming(300), 3000), 100],
    ['one at least', (cap) => cap.refused(10, naming(1), 1_000_000), 1],
    ['nothing, once a single item was refused', (cap) => cap.refused(1, naming(5), 10), 0],
  ])('is %s', (_, act, value) => {
    const cap = new LearnedCap()
    act(cap)
    expect(cap.value).toBe(value)
  })

  it('does not fall below what was accepted', () => {
    const cap = new LearnedCap()
    cap.accepted(800)
    cap.refused(1000, VAGUE)
    expect(cap.value).toBe(800)
    cap.refused(900, naming(3))
    expect(cap.value).toBe(800)
  })

  it('rises to what was accepted meanwhile, below what was refused', () => {
    const cap = new LearnedCap()
    cap.refused(1000, VAGUE)
    cap.accepted(700)
    expect(cap.value).toBe(700)
    cap.accepted(1000)
    expect(cap.value).toBe(999)
  })

  it('does not fall further for exports that were on their way', () => {
    const cap = new LearnedCap()
    for (const items of [1000, 1000, 990]) cap.refused(items, VAGUE)
    expect(cap.value).toBe(500)
    cap.refused(1000, naming(400))
    expect(cap.value).toBe(400)
  })

  it('believes a refusal after a success of as much, and no such success after that', () => {
    const cap = new LearnedCap()
    cap.refused(2000, VAGUE)
    cap.accepted(1000)
    cap.refused(1000, VAGUE)
    expect(cap.value).toBe(500)
    cap.accepted(900)
    expect(cap.value).toBe(500)
    cap.refused(500, VAGUE)
    expect(cap.value).toBe(250)
  })

  const actions = fc.array(
    fc.record({
      refused: fc.boolean(),
      share: fc.double({ min: 0, max: 1.5, noNaN: true }),
      limit: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
      counted: fc.option(fc.integer({ min: 1, max: 9000 }), { nil: undefined }),
    }),
  )

  it('lowers with each refusal of at most its value, and stays below what was refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), actions, (total, list) => {
        const cap = new LearnedCap()
        let least = Infinity
        for (const { refused, share, limit, counted } of list) {
          const before = cap.value
          const items = Math.max(1, Math.floor(share * Math.min(total, before)))
          if (!refused) cap.accepted(items)
          else {
            cap.refused(items, limit === undefined ? VAGUE : naming(limit), counted)
            least = Math.min(least, items)
            expect(cap.value).toBeLessThanOrEqual(before)
            if (items <= before) expect(cap.value).toBeLessThan(before)
          }
          expect(cap.value === Infinity || Number.isInteger(cap.value)).toBe(true)
          expect(cap.value).toBeGreaterThanOrEqual(least === 1 ? 0 : 1)
          if (least < Infinity) expect(cap.value).toBeLessThan(least)
        }
      }),
    )
  })

  const hidden = fc.tuple(fc.integer({ min: 1, max: 200_000_000 }), fc.integer({ min: 1, max: 1_000_000 }))

  it('is within half of a hidden cap after log2(items / cap) + 1 refusals at most', () => {
    fc.assert(
      fc.property(hidden, ([items, limit]) => {
        const { value, refusals } = learn(items, limit, VAGUE)
        expect(refusals).toBeLessThanOrEqual(Math.max(0, Math.log2(items / limit)) + 1)
        if (refusals > 0) expect([value <= limit, value * 2 >= limit]).toEqual([true, true])
      }),
    )
  })

  it('is the hidden cap after one refusal, where the words name it', () => {
    fc.assert(
      fc.property(hidden, ([items, limit]) => {
        const expected = items > limit ? { value: limit, refusals: 1 } : { value: Infinity, refusals: 0 }
        expect(learn(items, limit, naming(limit))).toEqual(expected)
      }),
    )
  })
})

describe('the state of a learned cap', () => {
  it('brings back what was learned', () => {
    const cap = new LearnedCap()
    cap.refused(1000, VAGUE)
    cap.accepted(400)
    const kept = LearnedCap.fromState(JSON.parse(JSON.stringify(cap.toState())))
    expect(kept.toState()).toEqual(cap.toState())
    for (const each of [cap, kept]) {
      each.refused(450, VAGUE)
      each.accepted(2000)
    }
    expect([cap.value, kept.value]).toEqual([449, 449])
  })

  it('brings back a cap that is what was accepted', () => {
    const cap = new LearnedCap()
    cap.refused(1000, VAGUE)
    cap.accepted(700)
    expect(LearnedCap.fromState(cap.toState()).value).toBe(700)
  })

  it.each([
    undefined,
    null,
    'cap',
    {},
    { cap: 5 },
    { cap: '5', accepted: 0, ceiling: 9 },
    { cap: -1, accepted: 0, ceiling: 9 },
    { cap: 5.5, accepted: 0, ceiling: 9 },
    { cap: 5, accepted: 6, ceiling: 9 },
    { cap: 9, accepted: 0, ceiling: 9 },
    { cap: null, accepted: 0, ceiling: 9 },
  ])('is not believed: %j', (state) => {
    expect(LearnedCap.fromState(state).value).toBe(Infinity)
  })
})
