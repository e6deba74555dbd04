import type { EnrichRequest } from '../inputs/operations/enrich.ts'
import { chooseModels, modelWords } from './choose-models.ts'
import { waitForMade } from './copies.ts'
import { aboutDataset } from './facts.ts'
import { startEnrichment } from './make-enrichment.ts'
import type { Step } from './step.ts'
import { readNew } from './waits.ts'

/**
 * Applies AI models to a dataset; done when the enrichment's own task COMPLETED and the enriched dataset is READY. That is a copy, or
 * the dataset itself: the ID that Visual Layer returns decides.
 */
export async function enrich(request: EnrichRequest, step: Step): Promise<string> {
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
}
