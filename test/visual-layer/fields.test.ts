import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  count,
  flag,
  identifier,
  parseStamp,
  requiredIdentifier,
  shownProgress,
  text,
} from '../../src/visual-layer/fields.ts'

describe('a field of a reply', () => {
  it.each([
    ['text', text, 'words', 'words'],
    ['text that is empty', text, '', ''],
    ['a number', count, 40, 40],
    ['a number that is not computed', count, -1, -1],
    ['a number as text', count, '12.5', 12.5],
    ['a flag', flag, true, true],
    ['an id', identifier, ' abc ', 'abc'],
    ['an id that is a number', identifier, 4711, '4711'],
  ])('reads %s', (_, schema, value, expected) => {
    expect(schema.parse(value)).toBe(expected)
  })

  it('never spoils the reply around it: what is of another kind counts as absent', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const schema of [text, count, flag, identifier]) {
          const read: unknown = schema.parse(value)
          expect([undefined, 'string', 'number', 'boolean']).toContain(read === undefined ? read : typeof read)
        }
      }),
    )
    expect([null, undefined, {}, [], 'true', 1].map((value) => flag.parse(value))).toEqual(Array(6).fill(false))
    expect(['', '  ', 1.5, {}, null].map((value) => identifier.parse(value))).toEqual(Array(5).fill(undefined))
    expect(['', 'many', '1e3', '0x1', null, true].map((value) => count.parse(value))).toEqual(Array(6).fill(undefined))
  })

  it('is missed where it is an id that has to be there', () => {
    for (const value of [undefined, null, '', '   ', {}])
      expect(requiredIdentifier.safeParse(value).success).toBe(false)
    expect(requiredIdentifier.parse('abc')).toBe('abc')
  })
})

it('a progress counts only in whole percent below 100', () => {
  expect([0, 39.6, 99.9, 100, 101, -1, undefined].map(shownProgress)).toEqual([0, 39, 99, ...Array<undefined>(4)])
})

describe('a stamp', () => {
  it.each([
    ['2026-01-02T03:04:05.000001', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02 03:04:05.250', Date.UTC(2026, 0, 2, 3, 4, 5, 250)],
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05+02:00', Date.UTC(2026, 0, 2, 1, 4, 5)],
    ['2026-01-02T03:04:05-0800', Date.UTC(2026, 0, 2, 11, 4, 5)],
  ])('%s is read, without a zone as UTC whatever the zone of the runner', (stamp, expected) => {
    const zone = process.env['TZ']
    try {
      for (const there of ['Pacific/Auckland', 'America/Los_Angeles', 'UTC']) {
        process.env['TZ'] = there
        expect(parseStamp(stamp)).toBe(expected)
      }
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  it.each([undefined, '', 'yesterday', '2026-13-45T99:99:99'])('%j is none', (stamp) => {
    expect(parseStamp(stamp)).toBeUndefined()
  })
})
