import type { Cluster, PartContent } from '../../../src/export/parts/content.ts'
import { KeptParts } from '../../../src/export/parts/kept-parts.ts'
import { requestBytesOf } from '../../../src/export/parts/request-bytes.ts'
import type { PartEnd, PartJob } from '../../../src/operations/export/part-export.ts'
import { PartQueue } from '../../../src/operations/export/part-queue.ts'
import { request } from '../../inputs/step-inputs.ts'
import { dataset } from '../../visual-layer/samples.ts'
import { type FakeStep, fakeStep } from '../fake-step.ts'

/** How the service is in a test; what is left out has no bounds. */
export interface Service {
  cap?: number
  /** Whether rejections name the cap. */
  named?: boolean
  requestBytes?: number
  /** A cluster's items in truth, where the listing tells another number. */
  truth?: Record<string, number>
  /** How long it works on an export, in turns of the event loop. */
  turns?: number
  /** Decides the end of a job before anything else; `undefined` leaves it to the rules. */
  before?: (job: PartJob, count: number) => PartEnd | undefined | Promise<PartEnd | undefined>
}

interface Run {
  queue: PartQueue
  kept: KeptParts
  step: FakeStep
  /** What came, media by their ids, those of clusters as `cluster/number`. */
  came: string[]
  /** The most that ran together before the service was seen at work, and after. */
  most: { unproven: number; proven: number }
  started: () => number
  /** The items that no part was started for, after each part. */
  left: number[]
}

const PLAN = { key: 'k', listing: 'l' }

/** The media of a cluster, as `cluster/number`. */
export function membersOf({ id }: Cluster, items: number): string[] {
  return Array.from({ length: items }, (_, index) => `${id}/${index}`)
}

export const TOO_LARGE = { kind: 'rejected', reason: 'too_large', entities: undefined } as const

/** A queue with parts in a folder, and a service that exports them. @param members whether it lists the media of clusters */
export async function simulatedQueue(folder: string, service: Service, members = true): Promise<Run> {
  const step = fakeStep()
  const { kept, cap } = await KeptParts.open(folder, PLAN, step.clock.date())
  const came: string[] = []
  const left: number[] = []
  const most = { unproven: 0, proven: 0 }
  let running = 0
  let started = 0
  let proven = false
  const truly = ({ id, items }: Cluster) => service.truth?.[id] ?? items
  const bring = async (job: PartJob): Promise<PartEnd> => {
    const { clusters, mediaIds } = job.part.content
    await job.onStarted(`export-${started}`)
    await step.clock.sleep(10)
    const decided = await service.before?.(job, started)
    if (decided) return decided
    if (requestBytesOf(job.part.content) > (service.requestBytes ?? Infinity)) return { ...TOO_LARGE, words: undefined }
    const items = clusters.reduce((sum, cluster) => sum + truly(cluster), mediaIds.length)
    if (items > (service.cap ?? Infinity)) {
      proven = false
      return { ...TOO_LARGE, words: service.named ? `${items} exceeds threshold ${service.cap}` : 'too many entities' }
    }
    job.onRunning()
    proven = true
    for (let turn = started % 3; turn <= (service.turns ?? 2); turn += 1) await step.clock.sleep(10)
    job.step.signal.throwIfAborted()
    for (const cluster of clusters) came.push(...membersOf(cluster, truly(cluster)))
    for (const id of mediaIds) came.push(id)
    return { kind: 'whole', record: recordOf(job) }
  }
  const exportOne = async (job: PartJob) => {
    running += 1
    started += 1
    most[proven ? 'proven' : 'unproven'] = Math.max(most[proven ? 'proven' : 'unproven'], running)
    try {
      return await bring(job)
    } finally {
      running -= 1
    }
  }
  const queue = new PartQueue(
    {
      step,
      request: request('export', {}, process.cwd()),
      dataset: dataset(),
      kept,
      cap,
      save: (known) => kept.save({ ...PLAN, cap: known }),
      members: async (cluster) => (members ? membersOf(cluster, truly(cluster)) : undefined),
      onWhole: async (items) => void left.push(items),
    },
    exportOne,
  )
  await kept.save(PLAN)
  return { queue, kept, step, came, most, started: () => started, left }
}

function recordOf({ part }: PartJob) {
  return {
    exportId: part.exportId ?? '',
    sizeBytes: 100,
    sha256: '0'.repeat(64),
    files: [{ path: 'metadata.json', size_bytes: 10, crc32: '00000000' }],
  }
}

/** All that is in a content, in order. */
export function allOf({ clusters, mediaIds }: PartContent, truth: Record<string, number> = {}): string[] {
  return [...clusters.flatMap((cluster) => membersOf(cluster, truth[cluster.id] ?? cluster.items)), ...mediaIds].sort()
}
