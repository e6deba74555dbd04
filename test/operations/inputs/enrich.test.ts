import { describe, expect, it } from 'vitest'
import { DATASET_ID, faults, request, warnings } from '../../inputs/step-inputs.ts'

describe('enrich', () => {
  it('reads models line by line, each once', () => {
    const models = ' VL-Image-Captioner \r\n\nOBJECT_DETECTION: vl_object_detector_v00\nVL-Image-Captioner'
    expect(request('enrich', { models })).toMatchObject({
      datasetId: DATASET_ID,
      models: { form: 'lines', lines: ['VL-Image-Captioner', 'OBJECT_DETECTION: vl_object_detector_v00'] },
      onConflict: 'wait',
      onCancel: 'abort',
      wait: true,
    })
  })

  it('reads a JSON object as it is', () => {
    const models = { CAPTION_IMAGES: { id: 'a', metadata: { prompt: 'x' } }, OBJECT_DETECTION: 'b' }
    expect(request('enrich', { models: JSON.stringify(models, undefined, 2) }).models).toEqual({
      form: 'object',
      models,
    })
  })

  it.each([
    '{"CAPTION_IMAGES": ',
    '["vl_image_captioner_v00"]',
    '{}',
    '{"CAPTION_IMAGES": 5}',
    '{"CAPTION_IMAGES": ""}',
    '{"CAPTION_IMAGES": {"metadata": {}}}',
    '{"CAPTION_IMAGES": null}',
    'x'.repeat(301),
    'a\u0007b',
  ])('rejects %j', (models) => {
    expect(faults('enrich', { models })).toEqual([expect.stringMatching(/^- models: got .*; .*it must be models/)])
  })

  it('does not use if_exists', () => {
    expect(warnings('enrich', { if_exists: 'reuse' })).toHaveLength(1)
    expect(warnings('enrich', { on_cancel: 'leave', on_conflict: 'fail' })).toEqual([])
  })
})
