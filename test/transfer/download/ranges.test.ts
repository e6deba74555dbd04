import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ranges, type Segment } from '../../../src/transfer/download/ranges.ts'

const MIB = 1024 * 1024

/** The ranges of an object of known size, once its first connection has left them to others. */
function spread(size: number, now: () => number = () => 0): { ranges: Ranges; first: Segment } {
  const ranges = new Ranges(now)
  const first = ranges.takeAll()
  if (!first) throw new Error('nothing to take')
  ranges.setSize(size)
  ranges.shorten(first, 2)
  return { ranges, first }
}

function finish(ranges: Ranges, segment: Segment): void {
  segment.position = segment.end
  ranges.giveBack(segment)
}

describe('ranges', () => {
  it('are handed out in order, the wished ones first', () => {
    const { ranges, first } = spread(200 * MIB)
    expect(first).toMatchObject({ position: 0, end: 8 * MIB })
    expect(ranges.takeLast(MIB / 2)).toMatchObject({ start: 199.5 * MIB, end: 200 * MIB })
    expect(ranges.take(2, [])).toMatchObject({ start: 8 * MIB, end: 16 * MIB })
    const wish = { start: 100 * MIB + 5, end: 101 * MIB + 5 }
    expect(ranges.take(2, [wish])).toMatchObject({ start: 100 * MIB, end: 101.25 * MIB })
    expect(ranges.take(2, [wish])).toMatchObject({ start: 16 * MIB, end: 24 * MIB })
  })

  it('become smaller where many connections share little', () => {
    const { ranges } = spread(20 * MIB)
    expect(ranges.take(16, [])).toMatchObject({ start: 5 * MIB, end: 6 * MIB })
  })

  it('let a connection go on behind its segment until another one has the bytes', () => {
    const { ranges, first } = spread(200 * MIB)
    expect(ranges.extend(first, 2)).toBe(true)
    expect(first.end).toBe(16 * MIB)
    ranges.take(2, [])
    expect(ranges.extend(first, 2)).toBe(false)
  })

  it('come again where they were not received', () => {
    const { ranges } = spread(200 * MIB)
    const segment = ranges.take(2, [])
    if (!segment) throw new Error('nothing to take')
    segment.position += 3 * MIB
    ranges.giveBack(segment)
    expect(ranges.take(2, [])).toMatchObject({ start: 11 * MIB, end: 19 * MIB })
  })

  it('keep within a window behind the first missing byte', () => {
    const { ranges } = spread(4096 * MIB)
    let furthest = 0
    for (let segment = ranges.take(2, []); segment; segment = ranges.take(2, [])) {
      furthest = segment.end
      finish(ranges, segment)
    }
    expect(furthest).toBe(64 * 16 * MIB)
  })

  it('are shared by a connection that is slow', () => {
    let now = 0
    const { ranges, first } = spread(16 * MIB, () => now)
    for (let next = ranges.take(16, []); next; next = ranges.take(16, [])) finish(ranges, next)
    expect(first.end).toBe(4 * MIB)
    now = 1_500
    first.heardAt = now
    first.position = 0.1 * MIB
    expect(ranges.take(16, [])).toMatchObject({ start: 2.25 * MIB, end: 4 * MIB })
    expect(first.end).toBe(2.25 * MIB)
    expect(first.stop.signal.aborted).toBe(false)
  })

  it('are taken, once, from a connection that is silent', () => {
    let now = 0
    const { ranges, first } = spread(16 * MIB, () => now)
    for (let next = ranges.take(16, []); next; next = ranges.take(16, [])) finish(ranges, next)
    now = 3_000
    first.position = 1000
    const rescued = ranges.take(16, [])
    expect(rescued).toMatchObject({ start: 1000, end: 4 * MIB })
    expect(first.stop.signal.aborted).toBe(true)
    ranges.giveBack(first)
    now = 60_000
    ranges.take(16, [])
    expect(rescued?.stop.signal.aborted).toBe(false)
    expect(rescued?.end).toBe(2.25 * MIB)
  })

  it('cover every byte once, whatever the connections do', () => {
    const step = fc.record({
      do: fc.constantFrom('take', 'wish', 'last', 'extend', 'finish', 'break', 'wait'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      of: fc.nat(),
    })
    fc.assert(
      fc.property(fc.integer({ min: 2 * MIB, max: 300 * MIB }), fc.array(step, { maxLength: 200 }), (size, steps) => {
        let now = 0
        const { ranges, first } = spread(size, () => now)
        const held = new Set([first])
        const received: { start: number; end: number }[] = []
        const receive = (segment: Segment, bytes: number) => {
          const end = Math.min(segment.end, segment.position + bytes)
          received.push({ start: segment.position, end })
          segment.position = end
          segment.heardAt = now
        }
        const hold = (segment: Segment | undefined) => segment && held.add(segment)
        for (const { do: action, at, of } of steps) {
          const position = Math.floor(at * size)
          const chosen = [...held][of % Math.max(1, held.size)]
          if (action === 'take') hold(ranges.take(1 + (of % 16), []))
          else if (action === 'wish') hold(ranges.take(4, [{ start: position, end: position + MIB }]))
          else if (action === 'last') hold(ranges.takeLast(MIB / 2))
          else if (action === 'wait') now += of % 4_000
          else if (chosen && action === 'extend') ranges.extend(chosen, 4)
          else if (chosen) {
            receive(chosen, action === 'finish' ? Infinity : at * (chosen.end - chosen.position))
            ranges.giveBack(chosen)
            held.delete(chosen)
          }
        }
        for (const segment of held) {
          receive(segment, Infinity)
          ranges.giveBack(segment)
        }
        for (let next = ranges.take(4, []); next; next = ranges.take(4, [])) {
          receive(next, Infinity)
          ranges.giveBack(next)
        }
        expect(ranges.done).toBe(true)
        let end = 0
        for (const range of received.filter((one) => one.end > one.start).sort((a, b) => a.start - b.start)) {
          expect(range.start).toBe(end)
          end = range.end
        }
        expect(end).toBe(size)
      }),
      { numRuns: 200 },
    )
  })
})
