import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chartNames, widthOf } from '../../src/runner/chart-names.ts'
import { hostile } from './hostile-names.ts'

describe('chartNames', () => {
  it('leaves plain names as they are, and what they mean to a reader', () => {
    const plain = ['person', 'traffic light', 'C:\\x [a] {b} 50 %', 'Straße', '日本語', '👍 good']
    expect(chartNames(plain, 32)).toEqual(plain)
    expect(chartNames(['"a" `b`', '<b>', '', '\n'], 32)).toEqual(["'a' 'b'", '‹b›', '(no name)', '(no name) (2)'])
    expect(chartNames(['%%a', '#35;', '%'], 32)).toEqual(['%\u200B%a', '#35\u037E', '%'])
  })

  it('cuts long names in the middle, and keeps them apart', () => {
    const long = ['left', 'right'].map((side) => `segmentation/vehicle/car/front_${side}_door`)
    expect(chartNames(long, 24)).toEqual(['segmentati…t_left_door', 'segmentati…_right_door'])
    const alike = ['a', 'b', 'c'].map((middle) => `${'x'.repeat(40)}${middle}${'y'.repeat(40)}`)
    expect(chartNames(alike, 12)).toEqual(['xxxxx…yyyyy', 'xxx…yyy (2)', 'xxx…yyy (3)'])
  })

  it('never goes over the room, nor gives a name twice, nor splits a letter', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 15 }), fc.integer({ min: 16, max: 32 }), (names, room) => {
        const shown = chartNames(names, room)
        expect(new Set(shown).size).toBe(names.length)
        for (const name of shown) {
          expect(widthOf(name)).toBeLessThanOrEqual(room)
          expect(name).not.toMatch(/["`<>\p{Cc}\p{Cs}\p{Co}]|%%|#\w+;/u)
          expect(name.isWellFormed()).toBe(true)
        }
      }),
    )
  })
})
