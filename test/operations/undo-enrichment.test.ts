import { describe, expect, it } from 'vitest'
import type { Known, Plan } from '../../src/operations/undo-log.ts'
import type { EnrichmentContext } from '../../src/visual-layer/enrichment.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { dataset, id, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import type { StubApi } from './fake-step.ts'
import { undone } from './undone.ts'

const OLD = id(201)
const NEW = id(202)
const OTHER = id(203)
const source = { id: SOURCE, name: 'Cats' }

describe('undoing an enrichment', () => {
  const plan: Extract<Plan, { kind: 'enrichment' }> = {
    kind: 'enrichment',
    source,
    earlier: [OLD, SOURCE],
    earlierTasks: ['earlier'],
    abort: true,
  }
  const enriching = (over: Partial<Task> = {}) => task({ id: 'mine', type: 'ENRICHMENT', datasetId: NEW, ...over })
  const context: EnrichmentContext = { id: 'c', status: 'RUNNING', models: {} }

  /** An API in which the enrichment runs until an abort is accepted that `works`. */
  function running(works: 'context' | 'task' | 'none', after: Task['state'] = 'ABORTED', over: Partial<Task> = {}) {
    const asked: string[] = []
    const state = () => (works !== 'none' && asked.at(-1)?.startsWith(works) ? after : 'RUNNING')
    const ask = async (way: string) => {
      asked.push(way)
      if (!way.startsWith(works)) throw rejected(409, 'not now')
    }
    const api: StubApi = {
      tasks: {
        list: async () => [enriching({ id: 'earlier' }), enriching({ state: state(), ...over })],
        abort: (taskId) => ask(`task ${taskId}`),
      },
      enrichment: {
        context: async (one) => (one === NEW ? context : { ...context, status: 'COMPLETED' }),
        abort: (one, contextId) => ask(`context ${one} ${contextId}`),
      },
    }
    return { api, asked }
  }
  const known = { ...plan, datasetId: NEW }

  it('aborts it through the context of its dataset, and sees its task end', async () => {
    const { api, asked } = running('context')
    expect(await undone(known, api)).toMatchObject({
      settled: true,
      text: expect.stringMatching(/^Aborted the enrichment/),
    })
    expect(asked).toEqual([`context ${NEW} c`])
  })

  it('aborts it through the context of the copy where its task is listed on the source', async () => {
    const { api, asked } = running('context', 'ABORTED', { datasetId: SOURCE })
    expect(await undone(known, api)).toMatchObject({
      settled: true,
      text: expect.stringMatching(/^Aborted the enrichment/),
    })
    expect(asked).toEqual([`context ${NEW} c`])
  })

  it('aborts it through its task where the context rejects', async () => {
    const { api, asked } = running('task')
    expect(await undone(known, api)).toMatchObject({
      settled: true,
      text: expect.stringMatching(/^Aborted the enrichment/),
    })
    expect(asked).toEqual([`context ${NEW} c`, 'task mine'])
  })

  it("does not abort what runs on the source of a copy, which may be someone else's", async () => {
    const sent: string[] = []
    const api: StubApi = {
      tasks: {
        list: async () => [task({ id: 'theirs', type: 'ENRICHMENT', datasetId: SOURCE })],
        abort: async (one) => void sent.push(one),
      },
      enrichment: {
        context: async (one) => ({ id: one, status: one === SOURCE ? 'RUNNING' : 'NEW', models: {} }),
        abort: async (one) => void sent.push(one),
      },
    }
    await undone({ ...plan, earlierTasks: [], datasetId: NEW }, api, 2_000)
    expect(sent).toEqual([])
  })

  it('names what cannot be aborted', async () => {
    const { text, settled } = await undone(known, running('none').api)
    expect(settled).toBe(true)
    expect(text).toMatch(/Could not abort the enrichment of .* \(not now\)/)
    expect(text).toContain(NEW)
  })

  it('does not call aborted what completed, or continues', async () => {
    expect((await undone(known, running('context', 'COMPLETED').api)).text).toContain('already ended')
    const still = await undone(known, running('context', 'RUNNING').api)
    expect(still).toMatchObject({ settled: false, text: expect.stringContaining('has not ended') })
  })

  it('leaves alone what has ended, and what is to stay', async () => {
    const { api, asked } = running('context', 'ABORTED', { state: 'COMPLETED' })
    expect((await undone(known, api)).text).toContain('already ended (COMPLETED)')
    expect(asked).toEqual([])
    expect(await undone({ ...known, abort: false }, {})).toMatchObject({ settled: true })
  })

  it('fails if neither its task nor its context shows that it runs', async () => {
    for (const status of ['NEW', 'COMPLETED']) {
      const api = { tasks: { list: async () => [] }, enrichment: { context: async () => ({ ...context, status }) } }
      await expect(undone(known, api)).rejects.toThrow(NEW)
    }
  })

  it('aborts it through the context of the copy where the task list is rejected', async () => {
    const { api, asked } = running('context')
    const list = () => Promise.reject(rejected(403))
    const contextNow = async () => ({ ...context, status: asked.length === 0 ? 'RUNNING' : 'ABORTED' })
    const noTasks = { ...api, tasks: { list }, enrichment: { ...api.enrichment, context: contextNow } }
    expect(await undone(known, noTasks)).toMatchObject({
      settled: true,
      text: expect.stringContaining('Aborted the enrichment'),
    })
    expect(asked).toEqual([`context ${NEW} c`])
    await expect(undone({ ...known, datasetId: SOURCE }, noTasks)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('leaves a later enrichment in place by someone else alone, once its own task is known', async () => {
    const inPlace = { ...plan, datasetId: SOURCE, taskId: 'mine' }
    const { api, asked } = running('context')
    const theirs = enriching({ id: 'theirs', datasetId: SOURCE })
    const list = async () => [theirs, enriching({ datasetId: SOURCE, state: 'COMPLETED' })]
    expect((await undone(inPlace, { ...api, tasks: { list } })).text).toContain('already ended (COMPLETED)')
    await expect(undone({ ...inPlace, taskId: undefined }, { ...api, tasks: { list } })).rejects.toThrow(SOURCE)
    expect(asked).toEqual([])
  })

  it('does not say of one that ended before the abort that it continues', async () => {
    const { api } = running('none')
    let looks = 0
    const list = async () => [enriching({ state: looks++ === 0 ? 'RUNNING' : 'COMPLETED' })]
    const ended = await undone(known, { ...api, tasks: { ...api.tasks, list } })
    expect(ended).toMatchObject({ settled: true, text: expect.stringContaining('already ended (COMPLETED)') })
  })

  it('saves that an abort was accepted, and only waits for its end then', async () => {
    const { api, asked } = running('context', 'RUNNING')
    const saved: Known[] = []
    expect(await undone(known, api, 2_200, (one) => void saved.push(one))).toMatchObject({ settled: false })
    expect(saved).toEqual([{ aborting: true }])
    const again = await undone({ ...known, aborting: true }, running('none', 'RUNNING', { state: 'ABORTED' }).api)
    expect(again).toMatchObject({ settled: true, text: expect.stringContaining('Aborted the enrichment') })
    expect(asked).toHaveLength(1)
  })

  it('names what may be it without an ID, and touches none', async () => {
    const lists = (tasks: Task[], ids: string[]): StubApi => ({
      tasks: { list: async () => tasks },
      datasets: {
        list: async () => ids.map((one) => dataset({ id: one, sourceDatasetId: one === OTHER ? undefined : SOURCE })),
        get: async (one) => dataset({ id: one, sourceDatasetId: one === OTHER ? OLD : SOURCE }),
      },
    })
    const others = [enriching({ datasetId: OTHER })]
    expect(await undone(plan, lists(others, [OLD, OTHER]))).toMatchObject({ settled: false })
    expect(await undone(plan, lists(others, [OLD, OTHER]))).not.toHaveProperty('candidates')
    expect(await undone(plan, lists([], [OLD, NEW]))).toMatchObject({ settled: false, candidates: [NEW] })
    expect(await undone(plan, lists([enriching({ datasetId: SOURCE })], [OLD]))).toMatchObject({
      settled: false,
      candidates: [SOURCE],
    })
  })
})
