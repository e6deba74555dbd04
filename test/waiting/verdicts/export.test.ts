import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExportState } from '../../../src/visual-layer/exports.ts'
import { exportVerdict, refusalReason, refusedExport } from '../../../src/waiting/verdicts/export.ts'
import { exportTask, id } from '../../visual-layer/samples.ts'

const look = (over: Parameters<typeof exportTask>[0], allowEmpty = false) =>
  exportVerdict(exportTask(over), id(300), allowEmpty)

describe('an export', () => {
  it('is done when it is COMPLETED and has its link', () => {
    expect(look({ state: 'COMPLETED', link: '/cdn/x.zip' })).toEqual({
      state: 'done',
      value: { kind: 'link', link: '/cdn/x.zip' },
    })
  })

  it('is waited for while one of the two is missing', () => {
    expect(look({ state: 'COMPLETED', progress: 100 })).toMatchObject({ state: 'pending' })
    expect(look({ state: 'RUNNING', progress: 1, link: '/cdn/x.zip' })).toMatchObject({ state: 'pending' })
    expect(look({ state: 'QUEUED', link: '/cdn/x.zip' })).toMatchObject({ state: 'pending' })
  })

  it('is waited for whatever its progress says', () => {
    const states: ExportState[] = ['RUNNING', 'QUEUED', 'COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED']
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.double({ min: 0, max: 100, noNaN: true }), (state, progress) => {
        expect(look({ state, progress }).state).toBe(look({ state }).state)
      }),
    )
  })

  it.each(['FAILED', 'CANCELLED'] as const)('ends as failed when it %s, with the API’s own words', (state) => {
    expect(look({ state, words: 'worker died' })).toMatchObject({
      state: 'failed',
      error: { code: 'operation_failed', apiWords: 'worker died', message: expect.stringContaining(id(300)) },
    })
  })

  it('in which nothing matched is a success only where that was allowed', () => {
    const over = { state: 'REJECTED' as const, words: 'No entities found', entities: 0 }
    expect(look(over, true)).toEqual({ state: 'done', value: { kind: 'nothing_matched', words: 'No entities found' } })
    expect(look(over)).toMatchObject({
      state: 'failed',
      error: { code: 'rejected', todo: expect.stringContaining('allow_empty: true') },
    })
  })

  it.each([
    'Export of 1200000 entities exceeds threshold',
    'Trial accounts cannot export',
    'Export rejected: 1200000 entities',
  ])('that was refused for another reason is never an empty success: %s', (words) => {
    expect(look({ state: 'REJECTED', words, entities: 1_200_000 }, true)).toMatchObject({
      state: 'failed',
      error: { code: 'rejected', apiWords: words },
    })
  })

  it('without a word of why it was refused is no empty success either', () => {
    expect(look({ state: 'REJECTED' }, true)).toMatchObject({ state: 'failed', error: { code: 'rejected' } })
  })

  it('tells in its line how it stands', () => {
    const lines = [
      look({ state: 'QUEUED', statusWord: 'INIT' }),
      look({ state: 'RUNNING', statusWord: 'IN_PROGRESS', entities: 12 }),
    ]
    expect(lines).toMatchObject([
      { line: 'export INIT: accepted, not started yet' },
      { line: 'export IN_PROGRESS, 12 items' },
    ])
  })
})

describe('the reason of a refusal', () => {
  it.each([
    ['Export of 1200000 entities exceeds threshold', 1_200_000, 'too_large'],
    ['exceeds threshold', 0, 'too_large'],
    ['Too many entities', undefined, 'too_large'],
    ['The maximum is 100000', undefined, 'too_large'],
    ['Request rejected: 1200000 entities', 1_200_000, 'too_large'],
    ['', 0, 'nothing_matched'],
    [undefined, 0, 'nothing_matched'],
    ['No entities to export', undefined, 'nothing_matched'],
    ['no media items match the filter', undefined, 'nothing_matched'],
    ['Nothing to export', undefined, 'nothing_matched'],
    ['The result is empty', undefined, 'nothing_matched'],
    ['0 entities selected', undefined, 'nothing_matched'],
    ['Trial accounts cannot export', undefined, 'other'],
    ['internal error', 12, 'other'],
    ['No media export on trial accounts', 12, 'other'],
    ['You have no permission to export the media of this dataset', undefined, 'other'],
    ['10 entities selected', undefined, 'other'],
    ['', undefined, 'other'],
    [undefined, undefined, 'other'],
  ])('%j with %s entities is %s', (words, entities, reason) => {
    expect(refusalReason(words, entities)).toBe(reason)
  })

  it('is told with the number of items, and with what to do', () => {
    const large = refusedExport('exceeds threshold', 1_200_000)
    expect(large).toMatchObject({ code: 'rejected', apiWords: 'exceeds threshold' })
    expect(large.message).toContain('1200000 items')
    expect(large.todo).toMatch(/vql.*cluster_ids.*media_ids/)
    expect(refusedExport('x', -1).message).not.toContain('-1')
  })
})
