import { quoted } from '../inputs/faults.ts'
import * as fields from '../inputs/fields.ts'
import { chooseModels, type ModelsWish, modelWords } from './choose-models.ts'
import { waitForMade } from './copies.ts'
import { aboutDataset } from './facts.ts'
import { startEnrichment } from './make-enrichment.ts'
import { operation } from './operation.ts'
import { readNew } from './waits.ts'

const LONGEST_LINE = 300
const RULE =
  'it must be models, one per line, by ID or name such as vl_image_captioner_v00, optionally after the type (CAPTION_IMAGES: vl_image_captioner_v00), or a JSON object such as {"CAPTION_IMAGES": "vl_image_captioner_v00"}'

/**
 * Applies AI models to a dataset; done when the enrichment's own task COMPLETED and the enriched dataset is READY. That is a copy, or
 * the dataset itself: the ID that Visual Layer returns decides.
 */
export const enrich = operation({
  name: 'enrich',
  inputs: {
    dataset_id: fields.datasetId(),
    models: fields.parsed<ModelsWish>(RULE, (text) => (/^[{[]/.test(text) ? modelObject(text) : modelLines(text))),
    on_conflict: fields.onConflict(),
    on_cancel: fields.onCancel(),
    wait: fields.flag(),
  },
  outputs: ['source_dataset_id', 'task_id'],
  async run(request, step): Promise<string> {
    const { api, reporter } = step
    reporter.output('source_dataset_id', request.datasetId)
    const source = await api.datasets.get(request.datasetId)
    reporter.fact('Source dataset', source.name || source.id, { link: step.datasetPage(source.id) })
    reporter.fact('Source dataset ID', source.id, { code: true })
    reporter.info(`The source is dataset "${source.name}" (${source.id}), ${source.statusWord}.`)
    const offered = await api.enrichment.models(source.id)
    const models = chooseModels(request.models, offered, await api.enrichment.context(source.id), source)
    reporter.fact('Models', modelWords(models), { code: true })

    const started = await startEnrichment(step, source, models, request)
    const skipped = Object.entries(models).filter(([type]) => !Object.hasOwn(started?.applying ?? {}, type))
    if (skipped.length > 0) {
      const words = modelWords(Object.fromEntries(skipped))
      reporter.fact('Already applied', words, { code: true })
      reporter.info(`Skipped, because it was already applied: ${words}.`)
    }
    if (!started) {
      step.undo.settle()
      aboutDataset(step, await api.datasets.get(source.id))
      return `All models were already applied to dataset "${source.name}"; nothing was started.`
    }
    const { datasetId, applying } = started
    const words = modelWords(applying)
    const isCopy = datasetId !== source.id
    reporter.output('dataset_id', datasetId)
    reporter.info(isCopy ? `The enriched copy is dataset ${datasetId}.` : 'Visual Layer enriches the dataset in place.')
    if (!request.wait) {
      step.undo.settle()
      const carryOn = `The enrichment is still running in Visual Layer as dataset ${datasetId}.`
      aboutDataset(step, await readNew(step, datasetId, carryOn))
      return `Visual Layer accepted the enrichment of dataset "${source.name}" with ${words} as dataset ${datasetId}. The step did not wait for it to finish (wait: false).`
    }
    const dataset = await waitForMade(step, started)
    step.undo.settle()
    if (!dataset) {
      reporter.warning(`Dataset ${datasetId} was created, but someone has deleted it since.`)
      return `Enriched dataset "${source.name}" with ${words} into dataset ${datasetId}, which someone has deleted since.`
    }
    aboutDataset(step, dataset)
    return `Enriched dataset "${source.name}" with ${words} ${isCopy ? `into dataset "${dataset.name}" (${datasetId})` : 'in place'}.`
  },
})

function modelLines(text: string): fields.Outcome<ModelsWish> {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim())
  const wrong = lines.find((line) => line.length > LONGEST_LINE || /\p{Cc}/u.test(line))
  if (wrong !== undefined) return { broken: `${RULE}, and ${quoted(wrong)} is neither` }
  return { value: { form: 'lines', lines: [...new Set(lines.filter((line) => line !== ''))] } }
}

function modelObject(text: string): fields.Outcome<ModelsWish> {
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
