import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiCall, callsOf } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import type { Dataset } from './model.ts'

const MODELS = { enrichment_models: { CAPTION_IMAGES: 'vl_image_captioner_v00' } }

let emulator: Emulator
let call: ApiCall
let source: Dataset

beforeEach(async () => {
  emulator = await startEmulator({ timings: { enrichMs: 60_000 } })
  call = callsOf(emulator)
  source = emulator.world.addDataset({ name: 'Demo' })
})

afterEach(async () => {
  await emulator.stop()
})

const start = (models: object = MODELS) => call('POST', `/dataset/${source.id}/enrich_dataset`, models)
const ended = () => expect.poll(() => emulator.world.tasks[0]?.endTime, { timeout: 5_000 }).toBeDefined()

describe('enrichment', () => {
  it('lists the models, and what was applied', async () => {
    expect((await call('GET', `/enrichment/${source.id}/list_models`)).body).toContainEqual({
      id: 'vl_object_captioner_v00',
      name: 'VL-Object-Captioner',
      type: 'CAPTION_OBJECTS',
      status: 'Active',
      vendor: 'Visual Layer',
      description: '',
      dependencies: ['OBJECT_DETECTION'],
    })
    expect((await call('GET', `/enrichment/${source.id}/context`)).body).toMatchObject({
      status: 'NEW',
      dataset_enrichment_models: { enrichment_models: {} },
    })
  })

  it('makes a copy, while the source is READ ONLY', async () => {
    emulator.options.timings.enrichMs = 300
    const { status, body } = await start()
    const copy = emulator.world.datasets[1]
    expect([status, body]).toEqual([200, { dataset_id: copy?.id }])
    expect([source.status, copy?.status]).toEqual(['READ ONLY', 'READ ONLY'])
    expect((await start()).status).toBe(409)
    expect((await call('GET', `/tasks?task_type=ENRICHMENT`)).body).toMatchObject({ tasks: [{ dataset_id: copy?.id }] })
    await ended()
    expect([source.status, copy?.status]).toEqual(['READY', 'READY'])
    expect([source.enrichment.models, copy?.enrichment.models]).toEqual([{}, MODELS.enrichment_models])
    expect((await call('GET', '/datasets')).body).toHaveLength(2)
  })

  it('enriches in place where the style says so', async () => {
    emulator.options.timings.enrichMs = 20
    emulator.options.style.enrichment = 'in_place'
    expect((await start()).body).toEqual({ dataset_id: source.id })
    await ended()
    expect(source).toMatchObject({ status: 'READY', enrichment: { models: MODELS.enrichment_models } })
    expect(emulator.world.datasets).toHaveLength(1)
  })

  it('is aborted through its context, and by no other way', async () => {
    await start()
    const [task] = emulator.world.tasks
    expect((await call('POST', `/tasks/${task?.id}/abort`)).status).toBe(400)
    const { id, enrichment } = task?.subject ?? source
    expect((await call('DELETE', `/enrichment/${source.id}/${source.enrichment.contextId}/abort`)).status).toBe(409)
    expect((await call('DELETE', `/enrichment/${id}/${enrichment.contextId}/abort`)).status).toBe(200)
    expect([task?.status, source.status]).toEqual(['ABORTED', 'READY'])
  })

  it('rejects what it does not offer, and a dataset that is not READY', async () => {
    expect((await start({})).status).toBe(422)
    expect((await start({ enrichment_models: { CAPTION_IMAGES: 'vl_object_detector_v00' } })).status).toBe(400)
    expect((await start({ enrichment_models: { IMAGE_TAGGING: 'vl_image_tagger_v00' } })).status).toBe(400)
    source.status = 'PARTIAL INDEX'
    expect((await start()).status).toBe(409)
  })
})
