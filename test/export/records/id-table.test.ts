import { createHash, randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdTable } from '../../../src/export/records/id-table.ts'

const NIL = '00000000-0000-0000-0000-000000000000'

/** Few values, so that they repeat; texts that almost are UUIDs among them. */
const id = fc.oneof(
  fc.nat(300).map((number) => `018f4c2e-0000-7000-8000-${number.toString(16).padStart(12, '0')}`),
  fc.nat(300).map((number) => `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`),
  fc.uuid(),
  fc.string({ maxLength: 3 }),
  fc.constantFrom(NIL, NIL.slice(1), `${NIL}0`, NIL.replaceAll('-', '0'), `${NIL.slice(1)}g`, '', '\u0100'.repeat(36)),
)

describe('a table of IDs', () => {
  it('is a Set', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 3000, size: 'max' }), fc.array(id), (added, asked) => {
        const set = new IdTable()
        const model = new Set<string>()
        for (const one of added) {
          expect(set.add(one)).toBe(!model.has(one))
          model.add(one)
          expect(set.size).toBe(model.size)
        }
        for (const one of [...added, ...asked]) expect(set.has(one)).toBe(model.has(one))
      }),
      { numRuns: 50 },
    )
  })

  it('takes in all of another', () => {
    fc.assert(
      fc.property(fc.array(id), fc.array(id), (ours, theirs) => {
        const [set, other] = [new IdTable(), new IdTable()]
        for (const one of ours) set.add(one)
        for (const one of theirs) other.add(one)
        set.addAll(other)
        const model = new Set([...ours, ...theirs])
        expect(set.size).toBe(model.size)
        for (const one of model) expect(set.has(one)).toBe(true)
        expect(other.size).toBe(new Set(theirs).size)
      }),
    )
  })

  it('grows past its first table, for ids whose difference is in a few bits too', () => {
    const ids = Array.from(
      { length: 20_000 },
      (_, index) => `018f4c2e-0000-7000-8000-0000${index.toString(16).padStart(4, '0')}0000`,
    )
    const set = new IdTable()
    for (const one of ids) expect(set.add(one)).toBe(true)
    for (const one of ids) expect(set.add(one)).toBe(false)
    expect(set.size).toBe(20_000)
    expect(set.has(randomUUID())).toBe(false)
  })

  it('takes a UUID in upper case for the same', () => {
    const set = new IdTable()
    const uuid = randomUUID()
    set.add(uuid)
    expect(set.has(uuid.toUpperCase())).toBe(true)
  })

  it('takes hashes, which are no texts', () => {
    const set = new IdTable()
    const hash = createHash('sha256').update('a').digest()
    expect(set.add(hash)).toBe(true)
    expect(set.add(Buffer.concat([Buffer.from('xx'), hash]).subarray(2))).toBe(false)
    expect(set.has(hash.toString('hex'))).toBe(false)
  })
})
