import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { EmulatorSettings } from '../emulator/options.ts'
import { Scene, when } from '../action/scene.ts'

const CAPTIONER = 'vl_image_captioner_v00'
const DETECTOR = 'vl_object_detector_v00'
const OBJECT_CAPTIONER = 'vl_object_captioner_v00'

const requestSchema = z.object({ enrichment_models: z.record(z.string(), z.unknown()) })

async function withSource(settings?: EmulatorSettings) {
  const scene = await Scene.open(settings)
  const source = scene.world.addDataset({ name: 'cats' })
  const inputs = { operation: 'enrich', dataset_id: source.id, models: CAPTIONER, timeout: '6s' }
  return {
    scene,
    source,
    inputs,
    copies: () => scene.world.datasets.filter((one) => one.sourceDatasetId === source.id),
    /** The models that were asked for, one for each request. */
    sent: () =>
      scene
        .requests('POST', /enrich_dataset$/)
        .map(({ body }) => requestSchema.parse(JSON.parse(body)).enrichment_models),
  }
}

describe('enrich', () => {
  it('makes an enriched copy and names it', async () => {
    const { scene, source, inputs, copies, sent } = await withSource()
    await using _ = scene
    const { outputs, summary } = await scene.succeed(inputs)
    const [copy, ...others] = copies()
    expect(others).toEqual([])
    expect(copy).toMatchObject({ status: 'READY', enrichment: { models: { CAPTION_IMAGES: CAPTIONER } } })
    expect(outputs).toMatchObject({
      dataset_id: copy?.id,
      dataset_name: copy?.name,
      dataset_status: 'READY',
      source_dataset_id: source.id,
      task_id: scene.world.tasks[0]?.id,
    })
    expect(sent()).toEqual([{ CAPTION_IMAGES: CAPTIONER }])
    expect(source.enrichment.models).toEqual({})
    for (const text of [copy?.id, source.id, CAPTIONER.replaceAll('_', '&#95;')]) expect(summary).toContain(text)
  })

  it('waits for the new work where the dataset is enriched in place', async () => {
    const { scene, source, inputs, copies } = await withSource({
      style: { enrichment: 'in_place' },
      timings: { enrichMs: 900 },
      lags: { statusMs: 400, taskListMs: 200 },
    })
    await using _ = scene
    scene.world.timeline.settle(
      scene.world.runTask({ datasetId: source.id, type: 'ENRICHMENT', status: 'COMPLETED', blocking: false }),
    )
    const { outputs } = await scene.succeed(inputs)
    expect(copies()).toEqual([])
    expect(source).toMatchObject({ status: 'READY', enrichment: { status: 'COMPLETED' } })
    expect(outputs).toMatchObject({
      dataset_id: source.id,
      dataset_status: 'READY',
      source_dataset_id: source.id,
      task_id: scene.world.tasks[1]?.id,
    })
  })

  it.each([
    ['VL-Image-Captioner', { CAPTION_IMAGES: CAPTIONER }],
    [
      `CAPTION_IMAGES: ${CAPTIONER}\n${DETECTOR}\nVL-Object-Captioner`,
      { CAPTION_IMAGES: CAPTIONER, OBJECT_DETECTION: DETECTOR, CAPTION_OBJECTS: OBJECT_CAPTIONER },
    ],
    [
      `{"CAPTION_IMAGES": {"id": "${CAPTIONER}", "metadata": {"prompt": "one line"}}, "OBJECT_DETECTION": "${DETECTOR}"}`,
      { CAPTION_IMAGES: { id: CAPTIONER, metadata: { prompt: 'one line' } }, OBJECT_DETECTION: DETECTOR },
    ],
  ])('sends the models that are named: %s', async (models, wanted) => {
    const { scene, inputs, sent } = await withSource()
    await using _ = scene
    await scene.succeed({ ...inputs, models })
    expect(sent()).toEqual([wanted])
  })

  it.each([
    ['one that is not listed', 'vl_none', 'vl_none'],
    ['one that is coming soon', 'vl_image_tagger_v00', 'Coming Soon'],
    ['one without its dependency', OBJECT_CAPTIONER, 'OBJECT_DETECTION'],
    ['two for one type', `${CAPTIONER}\nvl_image_captioner_v01`, 'two models'],
    ['one of another type', `OBJECT_DETECTION: ${CAPTIONER}`, 'CAPTION_IMAGES'],
    ['an object with one of another type', `{"OBJECT_DETECTION": "${CAPTIONER}"}`, 'CAPTION_IMAGES'],
  ])('rejects %s before anything is started, and lists what there is', async (_name, models, words) => {
    const { scene, inputs, sent } = await withSource()
    await using _ = scene
    const { errors } = await scene.fail('invalid_input', { ...inputs, models })
    expect(errors[0]).toContain(words)
    for (const { id } of scene.world.models) expect(errors[0]).toContain(id)
    expect(sent()).toEqual([])
  })

  it('rejects models that cannot be read before any request', async () => {
    const { scene, inputs } = await withSource()
    await using _ = scene
    for (const models of ['', '{"CAPTION_IMAGES": 5}', '["x"]', '{}']) {
      await scene.fail('invalid_input', { ...inputs, models })
    }
    expect(scene.emulator.requests).toEqual([])
  })

  it('succeeds without a request where all models were applied already', async () => {
    const { scene, source, inputs, sent, copies } = await withSource()
    await using _ = scene
    source.enrichment = { ...source.enrichment, status: 'COMPLETED', models: { CAPTION_IMAGES: { id: CAPTIONER } } }
    const { outputs, summary } = await scene.succeed(inputs)
    expect(outputs).toMatchObject({ dataset_id: source.id, source_dataset_id: source.id, dataset_status: 'READY' })
    expect(summary).toContain('already applied')
    expect([sent(), copies()]).toEqual([[], []])
  })

  it('sends only the models that are left, and takes the others for dependencies', async () => {
    const { scene, source, inputs, sent } = await withSource()
    await using _ = scene
    source.enrichment = { ...source.enrichment, status: 'COMPLETED', models: { OBJECT_DETECTION: DETECTOR } }
    const { summary } = await scene.succeed({ ...inputs, models: `${DETECTOR}\n${OBJECT_CAPTIONER}` })
    expect(sent()).toEqual([{ CAPTION_OBJECTS: OBJECT_CAPTIONER }])
    expect(summary).toMatch(/Already applied/i)
  })

  it('applies what an earlier enrichment failed to apply', async () => {
    const { scene, source, inputs, sent } = await withSource({ style: { enrichment: 'in_place' } })
    await using _ = scene
    source.enrichment = { ...source.enrichment, status: 'FAILED', models: { CAPTION_IMAGES: CAPTIONER } }
    await scene.succeed(inputs)
    expect(sent()).toHaveLength(1)
  })

  it('does not repeat what another job applied to the dataset in the meantime', async () => {
    const { scene, source, inputs } = await withSource({
      style: { enrichment: 'in_place' },
      timings: { enrichMs: 60_000 },
    })
    await using _ = scene
    scene.world.strangerEnrichment(source.id, { CAPTION_IMAGES: CAPTIONER })
    const [task] = scene.world.tasks
    const step = await scene.start(inputs)
    await step.logged(/waiting for ENRICHMENT/i)
    source.enrichment.status = 'COMPLETED'
    if (task) scene.world.finishTask(task.id)
    const { outputs } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ error_code: '', dataset_id: source.id })
    expect(scene.world.tasks).toHaveLength(1)
  })

  it.each(['copy', 'in_place'] as const)('fails when its task fails or is aborted: %s', async (enrichment) => {
    const { scene, inputs } = await withSource({ style: { enrichment } })
    await using _ = scene
    for (const task of ['FAILED', 'ABORTED'] as const) {
      scene.world.next('enrich', { task, message: 'no GPU', datasetStatus: 'READY' })
      const { errors, outputs } = await scene.fail('operation_failed', inputs)
      expect(errors[0]).toContain('no GPU')
      const last = scene.world.tasks.at(-1)
      expect(outputs).toMatchObject({ dataset_id: last?.subject.id, task_id: last?.id })
    }
  })

  it('fails when the copy ends in ERROR', async () => {
    const { scene, inputs } = await withSource()
    await using _ = scene
    scene.world.next('enrich', { datasetStatus: 'ERROR' })
    await scene.fail('operation_failed', inputs)
  })

  it('says how to resume when the time ends', async () => {
    const { scene, inputs, copies } = await withSource({ timings: { enrichMs: 60_000 } })
    await using _ = scene
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    expect(outputs['dataset_id']).toBe(copies()[0]?.id)
    expect(errors[0]).toContain(`dataset_id: ${copies()[0]?.id}`)
  })

  it.each(['copy', 'in_place'] as const)('returns once accepted with wait: false: %s', async (enrichment) => {
    const { scene, inputs } = await withSource({ timings: { enrichMs: 60_000 }, style: { enrichment } })
    await using _ = scene
    const { outputs, state } = await scene.succeed({ ...inputs, wait: 'false' })
    const [task] = scene.world.tasks
    expect(outputs).toMatchObject({ dataset_id: task?.subject.id, dataset_status: 'READ ONLY' })
    expect(task?.endTime).toBeUndefined()
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('does not take the enrichment that someone else started first for its own', async () => {
    const { scene, source, inputs, copies } = await withSource()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /enrich_dataset$/, fault: { kind: 'delay', ms: 300 } })
    const step = await scene.start(inputs)
    await when(() => scene.requests('POST', /enrich_dataset$/).length === 1)
    const theirs = scene.world.strangerEnrichment(source.id, { CAPTION_IMAGES: CAPTIONER })
    const { outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('')
    expect(outputs['dataset_id']).toBe(copies().find(({ id }) => id !== theirs.id)?.id)
  })

  it('names all candidates where a lost response leaves several', async () => {
    const { scene, source, inputs, copies, sent } = await withSource({
      lags: { taskListMs: 1_000, datasetListMs: 1_000, statusMs: 200 },
    })
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /enrich_dataset$/, fault: { kind: 'resetAfter' } })
    const step = await scene.start({ ...inputs, timeout: '10s' })
    await when(() => scene.world.tasks.length === 1 && source.status === 'READY')
    scene.world.strangerEnrichment(source.id, { CAPTION_IMAGES: CAPTIONER })
    const { outputs, errors } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    for (const { id } of copies()) expect(errors[0]).toContain(id)
    expect(sent()).toHaveLength(1)
  })

  it('does not take a clone made at the same moment for the copy', async () => {
    const { scene, source, inputs } = await withSource({ style: { enrichTaskDataset: 'source' } })
    await using _ = scene
    scene.emulator.options.timings.enrichMs = 800
    scene.emulator.faults.add({ method: 'POST', path: /enrich_dataset$/, fault: { kind: 'resetAfter' } })
    const step = await scene.start({ ...inputs, timeout: '10s' })
    await when(() => scene.world.tasks.length === 1)
    const clone = scene.world.strangerClone(source.id, source.snapshots[0]?.id ?? '')
    const { outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('')
    expect(outputs['dataset_id']).toBe(scene.world.tasks[0]?.subject.id)
    expect(outputs['dataset_id']).not.toBe(clone.id)
  })
})
