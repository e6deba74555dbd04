import * as fc from 'fast-check'
import { faultsOfOneReply } from '../action/faults.ts'
import type { Fault } from '../emulator/http/faults.ts'
import type { EmulatorOptions } from '../emulator/options.ts'
import { subjects } from './subjects.ts'

/** A fault and the requests it meets. */
export interface Blow {
  server: 'api' | 'storage' | 'artifacts'
  skip: number
  times: number
  fault: Fault
}

/** How a step is ended from outside. */
export interface Ending {
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'
  /** Once this many requests have come in, to any server; 0: as soon as it says anything. */
  afterRequests: number
  /** And this much later, in ms. */
  delayMs: number
  /** A second signal follows. */
  twice: boolean
}

/** All that happens to one step, and to its post step. */
export interface Sequence {
  subject: string
  blows: readonly Blow[]
  ending: Ending | undefined
  postBlows: readonly Blow[]
  /** Post is canceled too, after this many ms. */
  postEndsMs: number | undefined
  lags: Record<'taskListMs' | 'datasetListMs' | 'snapshotListMs' | 'statusMs', number>
  workMs: number
  linkLifetimeMs: number
  style: Pick<EmulatorOptions['style'], 'snapshotCreate' | 'cloneTaskDataset' | 'enrichTaskDataset' | 'ranges'>
}

const ofBytes: Fault[] = [
  { kind: 'resetMid', afterBytes: 1 },
  { kind: 'resetMid', afterBytes: 700 },
  { kind: 'status', status: 403 },
  { kind: 'status', status: 416 },
  { kind: 'status', status: 412 },
  { kind: 'slow', bytesPerSecond: 4_000 },
]
const ofReplies = faultsOfOneReply().map(([, fault]) => fault)

const onApi: fc.Arbitrary<Blow> = fc.record({
  server: fc.constant('api'),
  skip: fc.nat(20),
  times: fc.constantFrom(1, 1, 2, 4),
  fault: fc.constantFrom(...ofReplies, { kind: 'delay', ms: 400 } as const),
})
const onBytes: fc.Arbitrary<Blow> = fc.record({
  server: fc.constantFrom('storage', 'artifacts'),
  skip: fc.nat(6),
  times: fc.constantFrom(1, 1, 2, 4),
  fault: fc.constantFrom(...ofReplies, ...ofBytes),
})
const lag = fc.constantFrom(0, 0, 0, 100, 400)

const sequences: fc.Arbitrary<Sequence> = fc.record({
  subject: fc.constantFrom(...Object.keys(subjects)),
  blows: fc.array(fc.oneof({ weight: 3, arbitrary: onApi }, { weight: 1, arbitrary: onBytes }), { maxLength: 5 }),
  ending: fc.option(
    fc.record({
      signal: fc.constantFrom('SIGINT', 'SIGINT', 'SIGTERM', 'SIGKILL', 'SIGKILL'),
      afterRequests: fc.nat(16),
      delayMs: fc.constantFrom(0, 0, 5, 30, 150),
      twice: fc.boolean(),
    }),
    { nil: undefined },
  ),
  postBlows: fc.array(onApi, { maxLength: 2 }),
  postEndsMs: fc.constantFrom(undefined, undefined, undefined, undefined, 200),
  lags: fc.record({ taskListMs: lag, datasetListMs: lag, snapshotListMs: lag, statusMs: lag }),
  workMs: fc.constantFrom(20, 80, 700),
  linkLifetimeMs: fc.constantFrom(60_000, 60_000, 300),
  style: fc.record({
    snapshotCreate: fc.constantFrom('object', 'empty', 'accepted'),
    cloneTaskDataset: fc.constantFrom('new', 'source'),
    enrichTaskDataset: fc.constantFrom('new', 'source'),
    ranges: fc.boolean(),
  }),
})

/** The sequence of a seed. */
export function sequenceOf(seed: number): Sequence {
  const [sequence] = fc.sample(sequences, { seed, numRuns: 1 })
  if (!sequence) throw new Error('nothing was drawn')
  return sequence
}
