import { describe, expect, it } from 'vitest'
import { idIn } from '../../src/exports/record-ids.ts'

describe('the id that a record carries', () => {
  it.each([
    [{ media_id: 'a' }, 'a'],
    [{ media_id: 7 }, '7'],
    [{ media_id: 2n ** 60n }, '1152921504606846976'],
    [{ media_id: new Uint8Array([1, 171]) }, '01ab'],
    [{ media_id: '' }, undefined],
    [{ media_id: 2 ** 60 }, undefined],
    [{ media_id: null }, undefined],
    [{ cluster_id: 'a' }, undefined],
    ['media_id', undefined],
    [null, undefined],
  ])('%o', (record, id) => {
    expect(idIn(record, 'media_id')).toBe(id)
  })
})
