import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RetentionRule, retentionPlan, ruleWords } from '../../src/operations/retention.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import { id, snapshot } from '../visual-layer/samples.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 1)

const rule = (over: Partial<RetentionRule> = {}): RetentionRule => ({
  keepLast: undefined,
  keepDays: undefined,
  namePrefix: '',
  ...over,
})

/** A manual snapshot so many days old. */
const aged = (number: number, days: number, over: Partial<Snapshot> = {}) =>
  snapshot({ id: id(number), name: `nightly-${number}`, createdAt: NOW - days * DAY, ...over })

const deletedBy = (snapshots: Snapshot[], over: Partial<RetentionRule>) =>
  retentionPlan(snapshots, rule(over), NOW)
    .filter(({ keep }) => !keep)
    .map((one) => one.snapshot.id)

const anySnapshot = fc
  .record({
    name: fc.constantFrom('nightly-a', 'nightly-b', 'nightly-', 'nightly', 'Nightly-a', ' nightly-', 'golden', ''),
    reason: fc.constantFrom('manual', 'manual', 'manual', 'MANUAL', 'creation', 'clone', 'pipeline', ''),
    createdAt: fc.option(
      fc.integer({ min: -5, max: 100 }).map((days) => NOW - days * DAY),
      { nil: undefined, freq: 10 },
    ),
    isRestoring: fc.boolean(),
  })
  .map((over) => snapshot(over))

/** A catalog in any order, in which one or none is current. */
const catalogs = fc
  .tuple(fc.array(anySnapshot, { maxLength: 25 }), fc.nat({ max: 30 }))
  .map(([all, current]) => all.map((one, index) => ({ ...one, id: id(index), isCurrent: index === current })))
const rules = fc.record({
  keepLast: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
  keepDays: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
  namePrefix: fc.constantFrom('', 'nightly-', 'nightly', 'golden', 'other'),
})

describe('the plan for any catalog and any rule', () => {
  it('says of each snapshot once what becomes of it, newest first', () => {
    fc.assert(
      fc.property(catalogs, rules, (all, asked) => {
        const plan = retentionPlan(all, asked, NOW)
        expect(plan.map((one) => one.snapshot.id).toSorted()).toEqual(all.map((one) => one.id).toSorted())
        const stamps = plan.flatMap((one) => one.snapshot.createdAt ?? [])
        expect(stamps).toEqual(stamps.toSorted((a, b) => b - a))
        for (const { why } of plan) expect(why).not.toBe('')
      }),
    )
  })

  it('deletes only manual ones of the prefix with a known age, and never the current one', () => {
    fc.assert(
      fc.property(catalogs, rules, (all, asked) => {
        for (const { snapshot: one, keep } of retentionPlan(all, asked, NOW)) {
          if (keep) continue
          expect(one.isCurrent).toBe(false)
          expect(one.reason.toLowerCase()).toBe('manual')
          expect(one.name.startsWith(asked.namePrefix)).toBe(true)
          expect(one.createdAt).toBeTypeOf('number')
        }
      }),
    )
  })

  it('deletes none that is among the newest, and none that is young enough: either part of the rule keeps', () => {
    fc.assert(
      fc.property(catalogs, rules, (all, asked) => {
        const { keepLast = 0, keepDays = 0 } = asked
        const matching = all.filter(
          (one) =>
            one.reason.toLowerCase() === 'manual' &&
            one.name.startsWith(asked.namePrefix) &&
            one.createdAt !== undefined,
        )
        for (const { snapshot: one, keep } of retentionPlan(all, asked, NOW)) {
          if (keep) continue
          const age = NOW - (one.createdAt ?? NOW)
          const newer = matching.filter((other) => other !== one && (other.createdAt ?? 0) >= (one.createdAt ?? 0))
          expect(newer.length).toBeGreaterThanOrEqual(keepLast)
          if (keepDays > 0) expect(age).toBeGreaterThanOrEqual(keepDays * DAY)
        }
      }),
    )
  })

  it('deletes everything else: at most keep_last old ones beside the current one stay', () => {
    fc.assert(
      fc.property(catalogs, rules, (all, asked) => {
        const { keepLast = 0, keepDays = 0 } = asked
        fc.pre(keepLast > 0 || keepDays > 0)
        const stale = retentionPlan(all, asked, NOW).filter(
          ({ keep, snapshot: one }) =>
            keep &&
            !one.isCurrent &&
            one.reason.toLowerCase() === 'manual' &&
            one.name.startsWith(asked.namePrefix) &&
            one.createdAt !== undefined &&
            (keepDays === 0 || NOW - one.createdAt >= keepDays * DAY),
        )
        expect(stale.length).toBeLessThanOrEqual(keepLast)
      }),
    )
  })

  it('deletes nothing where the rule is empty', () => {
    const empty = fc.constantFrom(
      rule(),
      rule({ keepLast: 0 }),
      rule({ keepDays: 0 }),
      rule({ keepLast: 0, keepDays: 0 }),
    )
    fc.assert(
      fc.property(catalogs, empty, (all, asked) => {
        expect(retentionPlan(all, asked, NOW).every(({ keep }) => keep)).toBe(true)
      }),
    )
  })
})

describe('the plan', () => {
  const five = [1, 2, 3, 4, 5].map((number) => aged(number, number * 10))

  it('keeps the newest', () => {
    expect(deletedBy(five, { keepLast: 2 })).toEqual([id(3), id(4), id(5)])
    expect(deletedBy(five, { keepLast: 5 })).toEqual([])
    expect(deletedBy(five, { keepLast: 1000 })).toEqual([])
  })

  it('keeps those younger than the given days, to the millisecond', () => {
    expect(deletedBy(five, { keepDays: 30 })).toEqual([id(3), id(4), id(5)])
    expect(deletedBy([aged(1, 0, { createdAt: NOW - 30 * DAY + 1 })], { keepDays: 30 })).toEqual([])
  })

  it('keeps what either part keeps', () => {
    expect(deletedBy(five, { keepLast: 1, keepDays: 45 })).toEqual([id(5)])
    expect(deletedBy(five, { keepLast: 4, keepDays: 1 })).toEqual([id(5)])
    expect(deletedBy(five, { keepLast: 0, keepDays: 45 })).toEqual([id(5)])
  })

  it('counts the current one among the newest where it is a manual one of the prefix', () => {
    const current = aged(9, 1, { isCurrent: true })
    expect(deletedBy([current, ...five], { keepLast: 2 })).toEqual([id(2), id(3), id(4), id(5)])
    expect(deletedBy([{ ...current, name: 'golden' }, ...five], { keepLast: 2, namePrefix: 'nightly-' })).toEqual([
      id(3),
      id(4),
      id(5),
    ])
  })

  it('keeps one from the future, as a clock that is behind makes it', () => {
    expect(deletedBy([aged(1, -3)], { keepDays: 1 })).toEqual([])
  })

  it('says why', () => {
    const all = [
      aged(1, 0, { isCurrent: true }),
      aged(2, 1, { reason: 'creation' }),
      aged(3, 2, { name: 'golden' }),
      aged(4, 3, { reason: '' }),
      aged(5, 4),
      aged(6, 20),
      aged(7, 40),
      aged(8, 0, { createdAt: undefined }),
    ]
    const plan = retentionPlan(all, rule({ keepLast: 2, keepDays: 30, namePrefix: 'nightly-' }), NOW)
    expect(plan.map(({ why }) => why)).toEqual([
      'it is current',
      'it is not manual (creation)',
      'its name does not begin with "nightly-"',
      'it is not manual (unknown reason)',
      'it is one of the newest 2',
      'it is younger than 30 days',
      'it is 40 days old, and the rule does not keep it',
      'its time cannot be read',
    ])
  })
})

describe('the words', () => {
  it('speak of one day as one', () => {
    const [verdict] = retentionPlan([aged(1, 1)], rule({ keepLast: undefined, keepDays: 1 }), NOW)
    expect(verdict).toMatchObject({ keep: false, why: 'it is 1 day old, and the rule does not keep it' })
  })

  it('tell what the rule says, and no more', () => {
    const days = { keepLast: undefined, keepDays: 7, namePrefix: '' }
    expect(ruleWords(days)).toBe('of the manual snapshots keep those younger than 7 days')
    const newest = { keepLast: 3, keepDays: undefined, namePrefix: 'n-' }
    expect(ruleWords(newest)).toBe('of the manual snapshots whose name begins with "n-" keep the newest 3')
    expect(ruleWords({ ...newest, keepDays: 7 })).toContain('the newest 3, and those younger than 7 days')
  })
})
