import { describe, expect, it } from 'vitest'
import { readState } from '../../src/runner/state.ts'

describe('readState', () => {
  it('is main as long as nothing was saved', () => {
    expect(readState({ STATE_dataset_id: '' })).toEqual({ phase: 'main' })
  })

  it('reads what main left, as one line each', () => {
    expect(
      readState({
        STATE_phase: 'post',
        STATE_dataset_id: 'd',
        STATE_snapshot_name: 'a\n::error::b',
        STATE_unknown: 'x',
      }),
    ).toEqual({
      phase: 'post',
      dataset_id: 'd',
      snapshot_name: 'a ::error::b',
    })
  })
})
