import { expect, it } from 'vitest'
import type { KeptPart } from '../../src/exports/parts/kept-parts.ts'
import { exportPart } from '../../src/operations/part-export.ts'
import type { ExportTask } from '../../src/visual-layer/exports.ts'
import { request } from '../inputs/step-inputs.ts'
import { dataset, exportTask, id } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

/** Exports a part that is seen in these states, one a look; answers how often it was seen at work. */
async function seenAtWork(...states: Partial<ExportTask>[]): Promise<number> {
  const looks = states.map((state) => exportTask(state))
  const step = fakeStep({
    api: { exports: { start: async () => exportTask(), status: async () => looks.shift() ?? exportTask() } },
  })
  const content = { clusters: [{ id: id(1), items: 3 }], mediaIds: [] }
  const part: KeptPart = { number: 1, folder: '/nowhere', content, exportId: undefined, record: undefined }
  let running = 0
  const end = await exportPart({
    step,
    request: request('export', {}, process.cwd()),
    dataset: dataset(),
    part,
    signal: step.signal,
    onPhase: () => undefined,
    onRunning: () => {
      running += 1
    },
    onStarted: async () => undefined,
  })
  expect(end).toMatchObject({ kind: 'refused', reason: 'too_large' })
  return running
}

const rejected = { state: 'REJECTED', words: 'exceeds threshold', entities: 3 } as const

it('a part that waits in a queue is not yet at work: it may still be refused for its size', async () => {
  const queued = { state: 'QUEUED', statusWord: 'INIT' } as const
  expect(await seenAtWork(queued, queued, rejected)).toBe(0)
  expect(await seenAtWork(queued, { state: 'RUNNING', statusWord: 'IN_PROGRESS' }, rejected)).toBe(1)
})
