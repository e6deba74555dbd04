import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DatasetStatus } from '../../../src/visual-layer/datasets.ts'
import { snapshotVerdict } from '../../../src/waiting/verdicts/snapshot.ts'
import { dataset, snapshot, SOURCE } from '../../visual-layer/samples.ts'

interface Signs {
  listed?: boolean
  current?: boolean
  status?: DatasetStatus
  named?: boolean
  seenBusy?: boolean
  patient?: boolean
}

const look = ({ listed = true, current = false, status = 'READY', named = false, ...signs }: Signs) =>
  snapshotVerdict({
    snapshot: listed ? snapshot({ isCurrent: current }) : undefined,
    dataset: dataset({ status, fatalError: 'disk full' }),
    named,
    seenBusy: signs.seenBusy ?? false,
    sinceMs: signs.patient ? 120_000 : 5_000,
    patienceMs: 120_000,
  })

describe('a snapshot', () => {
  it.each<[string, Signs]>([
    ['the reply named it, it is listed, and the dataset is READY', { named: true }],
    ['it is listed as the current state, and the dataset is READY', { current: true }],
    ['it is listed, and the dataset is READY again', { seenBusy: true }],
  ])('is done when %s', (_, signs) => {
    expect(look(signs)).toMatchObject({ state: 'done', value: { name: 'nightly' } })
  })

  it.each<[string, Signs]>([
    ['the reply named it, but it is not listed yet', { named: true, listed: false }],
    [
      'the reply named it, and nothing has settled yet',
      { named: true, listed: false, status: 'READ_ONLY', patient: true },
    ],
    ['it is listed, but the dataset is READ ONLY', { named: true, current: true, status: 'READ_ONLY' }],
    ['it is listed, but READY may be the old one', {}],
    ['nothing shows, and the list may lag', { listed: false }],
    [
      'nothing shows while the dataset is READ ONLY, however long',
      { listed: false, status: 'READ_ONLY', patient: true },
    ],
    ['the status is a word that nobody knows', { named: true, current: true, status: 'UNKNOWN' }],
  ])('is waited for while %s', (_, signs) => {
    expect(look(signs)).toMatchObject({ state: 'pending' })
  })

  it('was made and is gone when the reply named it and the list has had its time', () => {
    expect(look({ named: true, listed: false, patient: true })).toEqual({ state: 'done', value: 'gone' })
  })

  it('fails with the ERROR of its dataset, and with the API’s own reason', () => {
    expect(look({ named: true, status: 'ERROR' })).toMatchObject({
      state: 'failed',
      error: {
        code: 'operation_failed',
        apiWords: 'disk full',
        message: `Dataset ${SOURCE} ended in status ERROR while its snapshot was being created.`,
      },
    })
  })

  it('fails where it was accepted, the dataset is READY, and the list has had its time', () => {
    const verdict = look({ listed: false, patient: true })
    expect(verdict).toMatchObject({
      state: 'failed',
      error: {
        code: 'operation_failed',
        message: `Visual Layer accepted the request, but dataset ${SOURCE} is READY again and does not list the snapshot.`,
        todo: expect.stringContaining('Re-run the job'),
      },
    })
  })

  it('reports the status in its line, and the phase changes with each sign', () => {
    const looks = [
      look({ listed: false, status: 'READ_ONLY' }),
      look({ status: 'READ_ONLY' }),
      look({ listed: false }),
      look({}),
    ].map((one) => (one.state === 'pending' ? one : { line: 'not pending', phase: 'not pending' }))
    expect(looks.map(({ line }) => line)).toEqual([
      'snapshot not listed yet, dataset READ ONLY',
      'snapshot listed, dataset READ ONLY',
      'snapshot not listed yet, dataset READY',
      'snapshot listed, dataset READY',
    ])
    expect(new Set(looks.map(({ phase }) => phase)).size).toBe(4)
  })

  it('is done only when it is listed and its dataset READY, whatever is seen', () => {
    const signs = fc.record({
      listed: fc.boolean(),
      current: fc.boolean(),
      named: fc.boolean(),
      seenBusy: fc.boolean(),
      patient: fc.boolean(),
      status: fc.constantFrom<DatasetStatus[]>('READY', 'READ_ONLY', 'INDEXING', 'PARTIAL_INDEX', 'ERROR', 'UNKNOWN'),
    })
    fc.assert(
      fc.property(signs, (seen) => {
        const verdict = look(seen)
        if (verdict.state !== 'done') return
        const isGone = verdict.value === 'gone'
        expect(seen).toMatchObject({ listed: !isGone, status: 'READY' })
        if (isGone) expect(seen).toMatchObject({ named: true, patient: true })
      }),
    )
  })
})
