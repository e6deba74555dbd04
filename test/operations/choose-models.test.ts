import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { chooseModels, notApplied } from '../../src/operations/choose-models.ts'
import type { EnrichmentContext, EnrichmentModels, Model } from '../../src/visual-layer/enrichment.ts'
import { dataset } from '../visual-layer/samples.ts'

const model = (id: string, type: string, over: Partial<Model> = {}): Model => ({
  id,
  name: `Name of ${id}`,
  type,
  status: 'Active',
  isActive: true,
  dependencies: [],
  ...over,
})

const OFFERED = [
  model('cap0', 'CAPTION_IMAGES'),
  model('cap1', 'CAPTION_IMAGES'),
  model('det', 'OBJECT_DETECTION', { name: 'Detector: fast' }),
  model('objcap', 'CAPTION_OBJECTS', { dependencies: ['OBJECT_DETECTION'] }),
  model('soon', 'IMAGE_TAGGING', { status: 'Coming Soon', isActive: false }),
  model('twin', 'A', { name: 'Twin' }),
  model('twin2', 'B', { name: 'Twin' }),
  model('untyped', ''),
]
const NONE: EnrichmentContext = { id: 'context', status: 'NEW', models: {} }
const applied = (models: EnrichmentModels, status = 'COMPLETED'): EnrichmentContext => ({
  id: 'context',
  status,
  models,
})

const byLines = (lines: string[], context = NONE) => chooseModels({ form: 'lines', lines }, OFFERED, context, dataset())
const byObject = (models: EnrichmentModels) => chooseModels({ form: 'object', models }, OFFERED, NONE, dataset())

function faultsOf(choose: () => unknown): string[] {
  try {
    choose()
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    expect(error.code).toBe('invalid_input')
    for (const { id } of OFFERED) expect(error.todo).toContain(id)
    return error.message.split('\n').slice(1)
  }
  return []
}

describe('the choice of models', () => {
  it.each([
    ['cap0', { CAPTION_IMAGES: 'cap0' }],
    ['Name of cap0', { CAPTION_IMAGES: 'cap0' }],
    ['NAME OF CAP0', { CAPTION_IMAGES: 'cap0' }],
    ['caption_images: cap0', { CAPTION_IMAGES: 'cap0' }],
    ['Caption Images:Name of cap0', { CAPTION_IMAGES: 'cap0' }],
    ['Detector: fast', { OBJECT_DETECTION: 'det' }],
    ['OBJECT_DETECTION: Detector: fast', { OBJECT_DETECTION: 'det' }],
    ['B: Twin', { B: 'twin2' }],
    ['X: untyped', { X: 'untyped' }],
  ])('takes the line %s', (line, wanted) => {
    expect(byLines([line])).toEqual(wanted)
  })

  it('takes the same model once, and dependencies in any order', () => {
    expect(byLines(['objcap', 'cap0', 'Name of cap0', 'det'])).toEqual({
      CAPTION_OBJECTS: 'objcap',
      CAPTION_IMAGES: 'cap0',
      OBJECT_DETECTION: 'det',
    })
  })

  it('passes an object on unchanged', () => {
    const models = { caption_images: { id: 'cap0', metadata: { prompt: 'x' }, other: 1 } }
    expect(byObject(models)).toEqual(models)
  })

  it('takes a type that was applied for a dependency, whatever the model', () => {
    expect(byLines(['objcap'], applied({ OBJECT_DETECTION: { id: 'old' } }))).toEqual({ CAPTION_OBJECTS: 'objcap' })
    expect(byLines(['objcap'], applied({ OBJECT_DETECTION: 'det' }, 'RUNNING'))).toEqual({ CAPTION_OBJECTS: 'objcap' })
    for (const status of ['NEW', 'FAILED', 'ERROR', 'ABORTED']) {
      expect(faultsOf(() => byLines(['objcap'], applied({ OBJECT_DETECTION: 'det' }, status)))).toHaveLength(1)
    }
  })

  it.each([
    ['nothing', /"nothing" is not in the list/],
    ['X: ', /"X: " is not in the list/],
    ['vl_cap0', /"vl_cap0" is not in the list of models\./],
    ['name_of_cap', /"name_of_cap" is not in the list of models \(did you mean "Name of cap0"\?\)/],
    ['A: untypd', /"A: untypd" is not in the list of models \(did you mean "untyped"\?\)/],
    ['soon', /"soon" cannot be applied yet \(Coming Soon\)/],
    ['objcap', /"objcap" requires OBJECT_DETECTION/],
    ['OBJECT_DETECTION: cap0', /"OBJECT_DETECTION: cap0": the type is CAPTION_IMAGES/],
    ['Twin', /several models: A: twin \(Twin\), B: twin2 \(Twin\)/],
    ['untyped', /"untyped" has no type/],
  ])('rejects the line %j and lists what there is', (line, words) => {
    expect(faultsOf(() => byLines([line]))).toEqual([expect.stringMatching(words)])
  })

  it('rejects two models for one type', () => {
    expect(faultsOf(() => byLines(['cap0', 'cap1']))).toEqual([expect.stringContaining('"cap0" and "cap1"')])
    expect(faultsOf(() => byObject({ CAPTION_IMAGES: 'cap0', caption_images: 'cap0' }))).toHaveLength(1)
  })

  it('rejects an object with a name, another type, or an unknown model', () => {
    expect(faultsOf(() => byObject({ CAPTION_IMAGES: 'Name of cap0' }))).toHaveLength(1)
    expect(faultsOf(() => byObject({ OBJECT_DETECTION: { id: 'cap0' } }))).toHaveLength(1)
  })

  it('gathers all faults', () => {
    expect(faultsOf(() => byLines(['nothing', 'soon', 'objcap']))).toHaveLength(3)
  })

  it('says that nothing is listed', () => {
    expect(() => chooseModels({ form: 'lines', lines: ['x'] }, [], NONE, dataset())).toThrow(
      expect.objectContaining({ todo: expect.stringContaining('lists no models') }),
    )
  })
})

describe('what was applied already', () => {
  const wanted = { CAPTION_IMAGES: 'cap0', OBJECT_DETECTION: 'det' }

  it('is left out, however the context writes it', () => {
    expect(notApplied(wanted, applied({ CAPTION_IMAGES: 'cap0' }))).toEqual({ OBJECT_DETECTION: 'det' })
    expect(notApplied(wanted, applied({ 'caption images': { id: 'cap0' }, OBJECT_DETECTION: 'det' }, ''))).toEqual({})
  })

  it.each(['NEW', 'FAILED', 'ERROR', 'ABORTED', 'CANCELLED', 'IN_PROGRESS', 'RUNNING', 'PENDING', 'INITIALIZING'])(
    'does not count while the context is %s',
    (status) => {
      expect(notApplied(wanted, applied(wanted, status))).toEqual(wanted)
    },
  )

  it('does not count for another model or other metadata', () => {
    const prompt = (text: string) => ({ CAPTION_IMAGES: { id: 'cap0', metadata: { prompt: text } } })
    expect(notApplied({ CAPTION_IMAGES: 'cap1' }, applied({ CAPTION_IMAGES: 'cap0' }))).toEqual({
      CAPTION_IMAGES: 'cap1',
    })
    expect(notApplied(prompt('a'), applied(prompt('a')))).toEqual({})
    expect(notApplied(prompt('a'), applied(prompt('b')))).toEqual(prompt('a'))
    expect(notApplied(prompt('a'), applied({ CAPTION_IMAGES: 'cap0' }))).toEqual(prompt('a'))
  })
})
