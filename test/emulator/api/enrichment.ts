import { invalid, isRecord, json, Rejection } from '../http/reply.ts'
import { jsonObject, type Route } from '../http/routing.ts'
import { abortEnrichment, startEnrichment } from '../operations.ts'
import { requireIdle } from '../work.ts'
import type { World } from '../world.ts'
import { datasetOf, requireEditor } from './access.ts'

/** The calls of docs.visual-layer.com, "Enrichment". */
export function enrichmentRoutes(world: World): Route[] {
  const { style } = world.options
  return [
    {
      method: 'GET',
      pattern: '/enrichment/:dataset_id/list_models',
      answer(call) {
        datasetOf(world, call)
        return json(world.models)
      },
    },
    {
      method: 'GET',
      pattern: '/enrichment/:dataset_id/context',
      answer(call) {
        const { contextId, status, models } = datasetOf(world, call).enrichment
        return json({
          enrichment_context_id: contextId,
          status,
          dataset_enrichment_models: { enrichment_models: models },
        })
      },
    },
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/enrich_dataset',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        const models = jsonObject(call)['enrichment_models']
        if (!isRecord(models)) throw invalid(['body', 'enrichment_models'], 'Field required', null, 'missing')
        for (const [type, value] of Object.entries(models)) requireModel(world, type, value)
        requireIdle(world, dataset, 'ENRICHMENT', ['READY'])
        return json({ dataset_id: startEnrichment(world, dataset, models, world.user).id })
      },
    },
    {
      method: 'DELETE',
      pattern: '/enrichment/:dataset_id/:context_id/abort',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        if (style.enrichAbort === 'missing') throw new Rejection(404, 'Not Found')
        abortEnrichment(world, dataset, call.param('context_id'))
        return json(null)
      },
    },
  ]
}

/** @throws Rejection 400 unless the value names an active model of the type */
function requireModel(world: World, type: string, value: unknown): void {
  const id = isRecord(value) ? value['id'] : value
  const model = world.models.find((one) => one.id === id && one.type === type)
  if (model?.status !== 'Active') throw new Rejection(400, `Model ${String(id)} cannot be applied as ${type}`)
}
