import { datasetId, type Outcome, oneOf, parsed } from '../fields.ts'
import { onConflict, operationInputs, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'
import { quoted } from '../faults.ts'

/** The models as they were given: line by line, or the object of `enrichment_models`, which is passed on unchanged. */
export type ModelsWish =
  | { form: 'lines'; lines: readonly string[] }
  | { form: 'object'; models: Record<string, unknown> }

export interface EnrichRequest extends SharedRequest, Waiting {
  operation: 'enrich'
  datasetId: string
  models: ModelsWish
  onConflict: 'wait' | 'fail'
  onCancel: 'abort' | 'leave'
}

const LONGEST_LINE = 300
const RULE =
  'it must be models, one per line, by ID or name such as vl_image_captioner_v00, optionally after the type (CAPTION_IMAGES: vl_image_captioner_v00), or a JSON object such as {"CAPTION_IMAGES": "vl_image_captioner_v00"}'

function models() {
  return parsed<ModelsWish>(RULE, (text) => (/^[{[]/.test(text) ? modelObject(text) : modelLines(text)))
}

function modelLines(text: string): Outcome<ModelsWish> {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim())
  const wrong = lines.find((line) => line.length > LONGEST_LINE || /\p{Cc}/u.test(line))
  if (wrong !== undefined) return { broken: `${RULE}, and ${quoted(wrong)} is neither` }
  return { value: { form: 'lines', lines: [...new Set(lines.filter((line) => line !== ''))] } }
}

function modelObject(text: string): Outcome<ModelsWish> {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    return { broken: `${RULE}, and it is not JSON` }
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return { broken: RULE }
  const entries = Object.entries(given)
  const wrong = entries.find(([, value]) => !namesModel(value))
  if (wrong) return { broken: `${RULE}; the value of ${quoted(wrong[0])} must be an ID, or an object with an "id"` }
  if (entries.length === 0) return { broken: `${RULE}, and it contains no model` }
  return { value: { form: 'object', models: Object.fromEntries<unknown>(entries) } }
}

function namesModel(value: unknown): boolean {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : value
  return typeof id === 'string' && id.trim() !== ''
}

const fields = {
  dataset_id: datasetId(),
  models: models(),
  on_conflict: onConflict,
  on_cancel: oneOf('abort', 'leave'),
  ...waitingFields,
}

export const enrich = operationInputs({
  operation: 'enrich',
  fields: () => fields,
  request: (values, shared): EnrichRequest => ({
    operation: 'enrich',
    ...shared,
    ...waiting(values),
    datasetId: values.dataset_id,
    models: values.models,
    onConflict: values.on_conflict,
    onCancel: values.on_cancel,
  }),
})
