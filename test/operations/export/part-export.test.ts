import { expect, it } from 'vitest'
import type { Part } from '../../../src/export/parts/kept-parts.ts'
import { exportPart } from '../../../src/operations/export/part-export.ts'
import type { ExportTask } from '../../../src/visual-layer/exports.ts'
import { unexpectedReply } from '../../../src/visual-layer/failure.ts'
import { request } from '../../inputs/step-inputs.ts'
import { failureOf } from '../../failure-of.ts'
import { dataset, exportTask, id, rejected } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'

/** Exports a part that is seen in these states, one a look; answers how often it was seen at work. */
async function seenAtWork(...states: Partial<ExportTask>[]): Promise<number> {
  const looks = states.map((state) => exportTask(state))
  const step = fakeStep({
    api: { exports: { start: async () => exportTask(), status: async () => looks.shift() ?? exportTask() } },
  })
  const content = { clusters: [{ id: id(1), items: 3 }], mediaIds: [] }
  const part: Part = { number: 1, folder: '/nowhere', content, exportId: undefined, whole: undefined }
  let running = 0
  const end = await exportPart({
    step,
    request: request('export', {}, process.cwd()),
    dataset: dataset(),
    part,
    onPhase: () => undefined,
    onRunning: () => {
      running += 1
    },
    onStarted: async () => undefined,
  })
  expect(end).toMatchObject({ kind: 'rejected', reason: 'too_large' })
  return running
}

const tooLarge = { state: 'REJECTED', words: 'exceeds threshold', entities: 3 } as const

it('a part that waits in a queue is not yet at work: it may still be rejected for its size', async () => {
  const queued = { state: 'QUEUED', statusWord: 'INIT' } as const
  expect(await seenAtWork(queued, queued, tooLarge)).toBe(0)
  expect(await seenAtWork(queued, { state: 'RUNNING', statusWord: 'IN_PROGRESS' }, tooLarge)).toBe(1)
})

/** Exports a part of which each look ends so; answers the failure. */
async function failing(look: () => Promise<ExportTask>, part: Partial<Part> = {}) {
  const phases: string[] = []
  const step = fakeStep({ timeoutMs: 60_000, api: { exports: { start: async () => exportTask(), status: look } } })
  const error = await failureOf(
    exportPart({
      step,
      request: request('export', {}, process.cwd()),
      dataset: dataset(),
      part: {
        number: 1,
        folder: '/nowhere',
        content: { clusters: [], mediaIds: [id(1)] },
        exportId: undefined,
        whole: undefined,
        ...part,
      },
      onPhase: (phase) => phases.push(phase),
      onRunning: () => undefined,
      onStarted: async () => undefined,
    }),
  )
  return { error, phases }
}

it('a part that does not end in time reports what was seen of it last', async () => {
  const { error } = await failing(async () => exportTask({ state: 'RUNNING', statusWord: 'IN_PROGRESS' }))
  expect(error).toMatchObject({ code: 'timed_out', todo: expect.stringContaining('timeout') })
  expect(error.message).toMatch(/part 1; last status: .*IN_PROGRESS/)
  const outage = await failing(async () => Promise.reject(rejected(503, 'maintenance')))
  expect(outage.error).toMatchObject({ code: 'timed_out', apiWords: 'maintenance' })
  expect(outage.error.message).toContain('no status received')
})

it('a part whose export may not be looked at ends with that', async () => {
  const { error } = await failing(async () => Promise.reject(rejected(403)))
  expect(error).toMatchObject({ code: 'forbidden' })
})

it('a part whose export gives no readable reply ends with that, and not as an export that failed', async () => {
  const shape = unexpectedReply('ask', 'no status', '{}', true)
  const { error } = await failing(async () => Promise.reject(shape))
  expect(error).toBe(shape)
})

it('a part that is not known yet is looked for a while', async () => {
  let looks = 0
  const { error, phases } = await failing(async () => {
    looks += 1
    return looks < 3 ? Promise.reject(rejected(404)) : Promise.reject(rejected(403))
  })
  expect(error).toMatchObject({ code: 'forbidden' })
  expect(phases).toContainEqual(expect.stringMatching(/not available yet/))
})
