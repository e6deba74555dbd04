import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExportState } from '../../../src/visual-layer/exports.ts'
import { exportVerdict, rejectionReason, rejected, rejectedExport } from '../../../src/waiting/verdicts/export.ts'
import { exportTask, id } from '../../visual-layer/samples.ts'

const look = (over: Parameters<typeof exportTask>[0]) => exportVerdict(exportTask(over), id(300))

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
      error: { code: 'operation_failed', apiWords: 'worker died', message: `Export ${id(300)} ended as ${state}.` },
    })
    expect(look({ state })).toMatchObject({ error: { todo: expect.stringContaining('starts a new export') } })
  })

  it('in which nothing matched is over, and says so', () => {
    const words = 'No entities found'
    expect(look({ state: 'REJECTED', words, entities: 0 })).toEqual({
      state: 'done',
      value: { kind: 'rejected', reason: 'nothing_matched', words, entities: 0 },
    })
    expect(rejectedExport(rejected(words, 0))).toMatchObject({
      code: 'rejected',
      message: 'Nothing matched: there is nothing to export.',
      apiWords: words,
      todo: expect.stringContaining('allow_empty: true'),
    })
  })

  it.each([
    ['Export of 1200000 entities exceeds threshold', 'too_large'],
    ['Trial accounts cannot export', 'other'],
    ['Export rejected: 1200000 entities', 'too_large'],
    [undefined, 'other'],
  ])('that was rejected for another reason is never an empty success: %s', (words, reason) => {
    expect(look({ state: 'REJECTED', words, entities: 1_200_000 })).toMatchObject({
      state: 'done',
      value: { kind: 'rejected', reason, words },
    })
  })

  it('reports the status in its line', () => {
    const lines = [
      look({ state: 'QUEUED', statusWord: 'INIT' }),
      look({ state: 'RUNNING', statusWord: 'IN_PROGRESS', entities: 12 }),
      look({ state: 'RUNNING', statusWord: 'IN_PROGRESS', entities: 0 }),
      look({ state: 'RUNNING', statusWord: 'IN_PROGRESS', entities: -1 }),
      look({ state: 'COMPLETED' }),
    ]
    expect(lines).toMatchObject([
      { line: 'export INIT: accepted, not started yet' },
      { line: 'export IN_PROGRESS, 12 items' },
      { line: 'export IN_PROGRESS' },
      { line: 'export IN_PROGRESS' },
      { line: 'export COMPLETED, its download link is not available yet' },
    ])
  })
})

describe('the reason of a rejection', () => {
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
    expect(rejectionReason(words, entities)).toBe(reason)
  })

  it('is reported with the number of items, and with what to do', () => {
    const large = rejectedExport(rejected('exceeds threshold', 1_200_000))
    expect(large).toMatchObject({ code: 'rejected', apiWords: 'exceeds threshold' })
    expect(large.message).toContain('1,200,000 items')
    expect(large.todo).toMatch(/split: auto.*vql.*cluster_ids.*media_ids/)
  })

  it.each([undefined, -1])('is reported without a number where there is none: %s', (entities) => {
    expect(rejectedExport(rejected('exceeds threshold', entities)).message).toBe(
      'Visual Layer rejected the export as too large.',
    )
    expect(rejectedExport(rejected('Trial accounts cannot export', entities))).toMatchObject({
      code: 'rejected',
      message: 'Visual Layer rejected the export.',
      apiWords: 'Trial accounts cannot export',
      todo: expect.stringMatching(/^Fix the problem Visual Layer reports/),
    })
  })
})
