import { describe, expect, it, vi } from 'vitest'
import { enrich } from '../../src/operations/enrich.ts'
import type { Dataset } from '../../src/visual-layer/datasets.ts'
import type { EnrichmentContext } from '../../src/visual-layer/enrichment.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import * as restored from '../../src/runner/restored.ts'
import { failureOf } from '../failure-of.ts'
import { request } from '../inputs/step-inputs.ts'
import { dataset, id, lostReply, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const MODEL = 'vl_image_captioner_v00'
const COPY = id(5)
const copy = (over: Partial<Dataset> = {}) => dataset({ id: COPY, name: 'Copy', sourceDatasetId: SOURCE, ...over })
const enriching = (over: Partial<Task> = {}) => task({ type: 'ENRICHMENT', datasetId: COPY, ...over })
const fresh: EnrichmentContext = { id: 'c', status: 'NEW', models: {} }
const applied: EnrichmentContext = { id: 'c', status: 'COMPLETED', models: { CAPTION_IMAGES: MODEL } }

interface Plan {
  /** The answers to the requests, the last one staying. */
  answers: (Error | string)[]
  /** Tasks that are there before the request. */
  earlier?: Task[]
  /** Datasets that can be read, and that no list shows. */
  unlisted?: Dataset[]
  /** What is seen, `ms` after the first request. */
  datasets?: (ms: number) => Dataset[]
  tasks?: (ms: number) => Task[]
  source?: (ms: number) => Partial<Dataset>
  context?: (ms: number, datasetId: string) => EnrichmentContext
}

function running({ answers, earlier = [], unlisted = [], datasets, tasks, source, context }: Plan) {
  const sent: unknown[] = []
  let askedAt: number | undefined
  const since = () => (askedAt === undefined ? undefined : step.clock.now() - askedAt)
  const seen = <T>(view: ((ms: number) => T) | undefined, before: T): T => {
    const ms = since()
    return ms === undefined || !view ? before : view(ms)
  }
  const sources = () => dataset(seen(source, {}))
  const step = fakeStep({
    timeoutMs: 600_000,
    interval: 1_000,
    api: {
      datasets: {
        list: async () => [sources(), ...seen(datasets, [])],
        get: async (one) => {
          if (one === SOURCE) return sources()
          const found = [...seen(datasets, []), ...unlisted].find((made) => made.id === one)
          if (!found) throw rejected(404)
          return found
        },
      },
      tasks: { list: async () => [...earlier, ...seen(tasks, [])] },
      enrichment: {
        models: async () => [
          { id: MODEL, name: 'Captioner', type: 'CAPTION_IMAGES', status: 'Active', isActive: true, dependencies: [] },
        ],
        context: async (one) => seen(context && ((ms) => context(ms, one)), fresh),
        start: async (_, models) => {
          const answer = answers[Math.min(sent.length, answers.length - 1)] ?? COPY
          sent.push(models)
          askedAt ??= step.clock.now()
          if (answer instanceof Error) throw answer
          return answer
        },
      },
    },
  })
  return { step, sent, ended: enrich.run(request('enrich', { dataset_id: SOURCE, models: MODEL }), step) }
}

describe('an enriched copy', () => {
  it('is waited for although its task is never listed', async () => {
    const { step, ended, sent } = running({
      answers: [COPY],
      datasets: (ms) => (ms < 3_000 ? [] : [copy({ status: ms < 60_000 ? 'READ_ONLY' : 'READY' })]),
    })
    expect(await ended).toContain('into dataset "Copy"')
    expect(step.reporter.outputs).toMatchObject({
      dataset_id: COPY,
      source_dataset_id: SOURCE,
      dataset_status: 'READY',
    })
    expect(step.clock.now()).toBeGreaterThanOrEqual(60_000)
    expect(sent).toEqual([{ CAPTION_IMAGES: MODEL }])
    expect(step.undo.open).toBeUndefined()
  })

  it('is planned to be undone from before the request until its end', async () => {
    const { step, ended } = running({
      answers: [COPY],
      datasets: () => [copy()],
      tasks: () => [enriching({ state: 'FAILED' })],
    })
    expect(await failureOf(ended)).toMatchObject({ code: 'operation_failed' })
    expect(step.saved[0]).toMatchObject({ kind: 'enrichment', earlier: [SOURCE], abort: true })
    expect(step.saved.at(-1)).toMatchObject({ datasetId: COPY, taskId: id(200) })
    expect(step.reporter.outputs).toMatchObject({ dataset_name: 'Copy', dataset_status: 'READY' })
  })

  it('takes back that a snapshot was restored, so that a rollback is not skipped', async () => {
    const { step, ended } = running({ answers: [SOURCE], context: () => applied })
    const forget = vi.spyOn(restored, 'rememberRestored')
    await ended.catch(() => undefined)
    expect(forget).toHaveBeenCalledWith(step.context, SOURCE, undefined, step.reporter)
  })

  it('is not looked for once the request was rejected', async () => {
    const { step, ended } = running({ answers: [rejected(400)] })
    expect(await failureOf(ended)).toMatchObject({ code: 'rejected' })
    expect(step.saved[0]).toMatchObject({ kind: 'enrichment' })
    expect(step.undo.open).toBeUndefined()
  })

  it('is planned with no tasks but those of the source', async () => {
    const earlier = [enriching({ id: id(203), datasetId: SOURCE }), enriching({ id: id(204), datasetId: id(9) })]
    const { step, ended } = running({ answers: [COPY], earlier, datasets: () => [copy()] })
    await ended
    expect(step.saved[0]).toMatchObject({ earlier: [SOURCE, id(9)], earlierTasks: [id(203)] })
  })

  it('has its own task, once that is listed, although one that someone else started on the source shows first', async () => {
    const { step, ended } = running({
      answers: [COPY],
      datasets: (ms) => [copy({ status: ms < 60_000 ? 'READ_ONLY' : 'READY' })],
      tasks: (ms) => [
        enriching({ id: id(208), datasetId: SOURCE }),
        ...(ms < 5_000 ? [] : [enriching({ state: ms < 60_000 ? 'RUNNING' : 'COMPLETED' })]),
      ],
    })
    await ended
    expect(step.reporter.outputs['task_id']).toBe(id(200))
    expect(step.saved).not.toContainEqual(expect.objectContaining({ taskId: id(208) }))
  })

  it('that someone deleted at once was made', async () => {
    const { step, ended } = running({
      answers: [COPY],
      datasets: (ms) => (ms < 5_000 ? [copy({ status: 'READ_ONLY' })] : []),
      tasks: (ms) => [enriching({ state: ms < 5_000 ? 'RUNNING' : 'COMPLETED' })],
    })
    expect(await ended).toContain(COPY)
    expect(step.reporter.warnings).toHaveLength(1)
  })

  it('is waited for where the task list is rejected', async () => {
    const { step, ended } = running({
      answers: [COPY],
      tasks: () => {
        throw rejected(403)
      },
      datasets: (ms) => [copy({ status: ms < 60_000 ? 'READ_ONLY' : 'READY' })],
    })
    await ended
    expect(step.clock.now()).toBeGreaterThanOrEqual(60_000)
    expect(step.reporter.warnings.join()).toContain('task list')
  })

  it('is named when the time ends', async () => {
    const { step, ended } = running({ answers: [COPY], datasets: () => [copy({ status: 'READ_ONLY' })] })
    const error = await failureOf(ended)
    expect(error).toMatchObject({ code: 'timed_out', todo: expect.stringContaining(`dataset_id: ${COPY}`) })
    expect(error.message).toContain('dataset "Cats"')
    expect(step.reporter.outputs).toMatchObject({ dataset_id: COPY, dataset_name: 'Copy', dataset_status: 'READ ONLY' })
  })

  it('is found after a lost response, when it is listed only at the end and its task names the source', async () => {
    const { step, ended, sent } = running({
      answers: [lostReply()],
      tasks: (ms) => [enriching({ datasetId: SOURCE, state: ms < 200_000 ? 'RUNNING' : 'COMPLETED' })],
      source: (ms) => ({ status: ms < 200_000 ? 'READ_ONLY' : 'READY' }),
      datasets: (ms) => (ms < 210_000 ? [] : [copy()]),
    })
    await ended
    expect(step.reporter.outputs).toMatchObject({ dataset_id: COPY, task_id: id(200) })
    expect(sent).toHaveLength(1)
  })

  it('is looked for while the source is READ ONLY and for a while after, although nothing else shows', async () => {
    const { step, ended, sent } = running({
      answers: [lostReply()],
      source: (ms) => ({ status: ms < 300_000 ? 'READ_ONLY' : 'READY' }),
      datasets: (ms) => (ms < 340_000 ? [] : [copy()]),
    })
    await ended
    expect(step.reporter.outputs['dataset_id']).toBe(COPY)
    expect(sent).toHaveLength(1)
  })

  it('that names no source is not taken where the source was never busy', async () => {
    const { ended, sent } = running({
      answers: [lostReply()],
      tasks: () => [enriching()],
      datasets: () => [copy({ sourceDatasetId: undefined })],
    })
    expect(await failureOf(ended)).toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining(COPY),
    })
    expect(sent).toHaveLength(1)
  })

  it('is not taken from an enrichment of another dataset, and is asked for again', async () => {
    const theirs = dataset({ id: id(8), sourceDatasetId: id(9) })
    const { step, ended, sent } = running({
      answers: [lostReply(), COPY],
      unlisted: [theirs, copy()],
      tasks: () => [enriching({ id: id(208), datasetId: theirs.id })],
    })
    await ended
    expect(step.reporter.outputs['dataset_id']).toBe(COPY)
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['other models', { OBJECT_DETECTION: 'detector' }, 2, COPY],
    ['these models', { CAPTION_IMAGES: { id: MODEL } }, 1, id(8)],
  ])('is taken, or not, by its context: %s', async (_name, models, requests, taken) => {
    const theirs = copy({ id: id(8), name: 'Theirs' })
    const { step, ended, sent } = running({
      answers: [lostReply(), COPY],
      datasets: (ms) => (ms < 5_000 ? [] : [theirs]),
      unlisted: [copy()],
      context: (_, one) => (one === theirs.id ? { id: 'c', status: 'COMPLETED', models } : fresh),
    })
    await ended
    expect(step.reporter.outputs['dataset_id']).toBe(taken)
    expect(sent).toHaveLength(requests)
  })

  it('that shows late is watched for a while, since another may show', async () => {
    const { ended } = running({
      answers: [lostReply()],
      tasks: (ms) => [enriching({ datasetId: SOURCE, state: ms < 60_000 ? 'RUNNING' : 'COMPLETED' })],
      source: (ms) => ({ status: ms < 60_000 ? 'READ_ONLY' : 'READY' }),
      datasets: (ms) => [...(ms < 61_000 ? [] : [copy({ id: id(8) })]), ...(ms < 63_000 ? [] : [copy()])],
    })
    expect(await failureOf(ended)).toMatchObject({ message: expect.stringContaining(id(8)) })
    expect(await failureOf(ended)).toMatchObject({ message: expect.stringContaining(COPY) })
  })

  it('is asked for again where nothing shows for long', async () => {
    const { step, ended, sent } = running({ answers: [lostReply(), COPY], datasets: () => [] })
    expect(await failureOf(ended)).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('could not read it'),
    })
    expect(sent).toHaveLength(2)
    expect(step.clock.now()).toBeGreaterThanOrEqual(120_000)
  })
})

describe('an enrichment in place', () => {
  it('does not end with the READY that was there before', async () => {
    const { step, ended } = running({
      answers: [SOURCE],
      source: (ms) => ({ status: ms < 20_000 || ms > 90_000 ? 'READY' : 'READ_ONLY' }),
    })
    expect(await ended).toContain('in place')
    expect(step.reporter.outputs['dataset_id']).toBe(SOURCE)
    expect(step.clock.now()).toBeGreaterThanOrEqual(90_000)
  })

  it('of which nothing but the context is seen ends once that has the models', async () => {
    const { step, ended } = running({ answers: [SOURCE], context: (ms) => (ms < 200_000 ? fresh : applied) })
    await ended
    expect(step.clock.now()).toBeGreaterThanOrEqual(200_000)
  })

  it('of which nothing is seen is never called done', async () => {
    const { ended } = running({ answers: [SOURCE] })
    expect(await failureOf(ended)).toMatchObject({ code: 'timed_out' })
  })

  const lost = (context: Plan['context']) =>
    running({
      answers: [lostReply()],
      tasks: (ms) => [enriching({ datasetId: SOURCE, state: ms < 10_000 ? 'RUNNING' : 'COMPLETED' })],
      source: (ms) => ({ status: ms < 10_000 ? 'READ_ONLY' : 'READY' }),
      datasets: () => [dataset({ id: id(9), name: 'new' })],
      ...(context && { context }),
    })

  it('is found after a lost response once its models are applied and no copy showed', async () => {
    const { step, ended, sent } = lost((ms) => (ms < 10_000 ? fresh : applied))
    await ended
    expect(step.reporter.outputs['dataset_id']).toBe(SOURCE)
    expect(step.clock.now()).toBeGreaterThanOrEqual(120_000)
    expect(sent).toHaveLength(1)
  })

  it('whose models are not applied to the source cannot be distinguished from a copy: what is new is named', async () => {
    const { step, ended, sent } = lost(undefined)
    expect(await failureOf(ended)).toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining(id(9)),
    })
    expect(step.reporter.outputs).not.toHaveProperty('dataset_id')
    expect(sent).toHaveLength(1)
  })

  it('that failed after a lost response says why', async () => {
    const { step, ended } = running({
      answers: [lostReply()],
      tasks: () => [enriching({ datasetId: SOURCE, state: 'FAILED', words: 'no GPU' })],
    })
    expect(await failureOf(ended)).toMatchObject({ code: 'operation_failed', apiWords: 'no GPU' })
    expect(step.reporter.outputs['task_id']).toBe(id(200))
  })
})
