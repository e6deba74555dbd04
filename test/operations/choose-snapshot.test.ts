import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseSnapshot, newestNamed } from '../../src/operations/choose-snapshot.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import { failureOf } from '../failure-of.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { dataset, id, lostReply, snapshot } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { fakeStep } from './fake-step.ts'

const DAY = 86_400_000
const named = (number: number, name: string, over: Partial<Snapshot> = {}) =>
  snapshot({ id: id(number), name, createdAt: Date.UTC(2026, 0, 1) + number * DAY, ...over })

/** A step whose catalog is what `list` says at a moment. */
function stepWith(list: (now: number, retries?: number) => Snapshot[], timeoutMs = 7_200_000) {
  const clock = new FakeClock()
  const read = async (_id: string, retries?: number) => list(clock.now(), retries)
  return fakeStep({ clock, timeoutMs, interval: 'auto', api: { snapshots: { list: read } } })
}

const byName = (snapshotName: string) => ({ by: 'name', snapshotName }) as const
const byId = (snapshotId: string) => ({ by: 'id', snapshotId }) as const

describe('the newest of a name', () => {
  it('is of exactly that name', () => {
    const all = [
      named(5, 'nightly '),
      named(4, 'Nightly'),
      named(3, 'nightly-2'),
      named(2, 'nightly'),
      named(1, 'nightly'),
    ]
    expect(newestNamed(all, 'nightly')?.id).toBe(id(2))
    expect(newestNamed(all, 'night')).toBeUndefined()
    expect(newestNamed([], 'nightly')).toBeUndefined()
  })

  it('is the newest whatever the order of the list', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 1 }), (numbers) => {
        const newest = newestNamed(
          numbers.map((number) => named(number, 'nightly')),
          'nightly',
        )
        expect(newest?.id).toBe(id(Math.max(...numbers)))
      }),
    )
  })

  it('is the first of the list, which is newest first, where stamps are missing or the same', () => {
    expect(
      newestNamed(
        [2, 1].map((n) => named(n, 'nightly', { createdAt: undefined })),
        'nightly',
      )?.id,
    ).toBe(id(2))
    expect(
      newestNamed(
        [2, 1].map((n) => named(n, 'nightly', { createdAt: 0 })),
        'nightly',
      )?.id,
    ).toBe(id(2))
  })
})

describe('a chosen snapshot', () => {
  const catalog = [named(3, 'later', { isCurrent: true }), named(2, 'nightly'), named(1, 'nightly')]

  it.each([
    ['by its name, the newest', byName('nightly'), id(2)],
    ['by its id', byId(id(1)), id(1)],
    ['as the current one', byId('current'), id(3)],
  ])('is found %s', async (_, choice, expected) => {
    const step = stepWith(() => catalog)
    expect(await chooseSnapshot(step, dataset(), choice)).toMatchObject({ id: expected })
    expect(step.clock.sleeps).toEqual([])
  })

  it('is found by its id in whatever spelling the API uses', async () => {
    const step = stepWith(() => [named(1, 'nightly', { id: id(1).toUpperCase() })])
    expect(await chooseSnapshot(step, dataset(), byId(id(1)))).toMatchObject({ name: 'nightly' })
  })

  it('is found in a list that lags', async () => {
    const step = stepWith((now) => (now < 4_000 ? [named(3, 'later')] : catalog))
    expect(await chooseSnapshot(step, dataset(), byName('nightly'))).toMatchObject({ id: id(2) })
  })

  it('is found through an outage, with the retries of a read at first, and those of a wait then', async () => {
    const asked: (number | undefined)[] = []
    const step = stepWith((now, retries) => {
      asked.push(retries)
      if (now === 0) return []
      if (now < 3_000) throw lostReply()
      return catalog
    })
    expect(await chooseSnapshot(step, dataset(), byName('nightly'))).toMatchObject({ id: id(2) })
    expect(asked.length).toBeGreaterThan(2)
    expect(asked).toEqual([undefined, ...asked.slice(1).fill(0)])
  })

  it('is not called missing because of an outage', async () => {
    const step = stepWith((now) => {
      if (now > 0) throw lostReply()
      return []
    })
    expect(await failureOf(chooseSnapshot(step, dataset(), byName('nightly')))).toMatchObject({ code: 'network' })
  })

  it.each([
    ['name', byName('nightly-2'), 'named "nightly-2"'],
    ['name in other letters', byName('Nightly'), 'named "Nightly"'],
    ['id', byId(id(9)), id(9)],
  ])('is not_found where none has that %s, never another one', async (_, choice, wanted) => {
    const step = stepWith(() => catalog)
    const error = await failureOf(chooseSnapshot(step, dataset(), choice))
    expect(error).toMatchObject({ code: 'not_found' })
    expect(error.message).toContain(wanted)
    expect(error.todo).toContain(`"nightly" (${id(2)})`)
    expect(step.clock.now()).toBeLessThan(15_000)
  })

  it('is not_found where none is current', async () => {
    const step = stepWith(() => [named(1, 'nightly')])
    expect(await rejection(chooseSnapshot(step, dataset(), byId('current')))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('marked as current'),
    })
  })

  it('is not_found in an empty catalog, which the message says', async () => {
    const error = await failureOf(
      chooseSnapshot(
        stepWith(() => []),
        dataset(),
        byName('x'),
      ),
    )
    expect(error).toMatchObject({ code: 'not_found', todo: expect.stringContaining('no snapshots') })
  })

  it('of a big catalog is not followed by all of its names', async () => {
    const many = Array.from({ length: 40 }, (_, n) => named(n, `s${n}`))
    const error = await failureOf(
      chooseSnapshot(
        stepWith(() => many),
        dataset(),
        byName('x'),
      ),
    )
    expect(error.todo).toContain('and 30 more')
    expect(error.todo?.match(/"s\d+"/g)).toHaveLength(10)
  })
})
