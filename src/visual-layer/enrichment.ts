import { z } from 'zod'
import { createdReply, normalWord } from './datasets.ts'
import { identifier, text } from './fields.ts'
import type { ApiRequest, Http } from './http.ts'
import { isRecord } from './reply.ts'

/** A model that Visual Layer lists for a dataset. */
export interface Model {
  id: string
  /** The display name; '' if the response has none. */
  name: string
  /** Such as `CAPTION_IMAGES`; '' if the response has none. */
  type: string
  /** `Active` and `Coming Soon` are documented; '' if the response has none. */
  status: string
  /** Only active ones can be applied. */
  isActive: boolean
  /** The types that must be applied first. */
  dependencies: readonly string[]
}

/** Models by type, as `enrichment_models` of the API has them: an ID, or an object with `id` and `metadata`. */
export type EnrichmentModels = Record<string, unknown>

/** What was applied to a dataset, or is being applied. */
export interface EnrichmentContext {
  id: string | undefined
  /** Upper case with underscores; `NEW` means that nothing was applied. */
  status: string
  models: EnrichmentModels
}

/** What the work of a context came to. Only `NEW` is documented; a word that is not known means that the map contains what is applied. */
export function contextState(status: string): 'none' | 'running' | 'failed' | 'applied' {
  if (status === 'NEW') return 'none'
  if (/FAIL|ERROR|ABORT|CANCEL|REJECT/.test(status)) return 'failed'
  return /RUNNING|PROGRESS|PENDING|QUEUED|INIT|PROCESSING|ENRICHING|START|WAIT/.test(status) ? 'running' : 'applied'
}

const modelReply = z
  .looseObject({
    id: identifier,
    name: text,
    type: text,
    status: text,
    dependencies: z.array(z.string()).optional().catch(undefined),
  })
  .transform((reply): Model => {
    const { id = '', name = '', type = '', status = '', dependencies = [] } = reply
    return { id, name, type, status, isActive: ['', 'ACTIVE'].includes(normalWord(status)), dependencies }
  })

const modelList = z
  .union([z.array(modelReply), z.looseObject({ models: z.array(modelReply) }).transform((reply) => reply.models)])
  .transform((models) => models.filter(({ id }) => id !== ''))

const modelMap = z.record(z.string(), z.unknown()).optional().catch(undefined)

const contextReply = z
  .looseObject({
    enrichment_context_id: identifier,
    status: text,
    dataset_enrichment_models: z.looseObject({ enrichment_models: modelMap }).optional().catch(undefined),
  })
  .transform(
    (reply): EnrichmentContext => ({
      id: reply.enrichment_context_id,
      status: normalWord(reply.status ?? ''),
      models: reply.dataset_enrichment_models?.enrichment_models ?? {},
    }),
  )

/** The ID in a value of {@link EnrichmentModels}. */
export function modelId(value: unknown): string | undefined {
  const id = isRecord(value) ? value['id'] : value
  return typeof id === 'string' ? id : undefined
}

/** AI models applied to a dataset; docs.visual-layer.com, "Enrichment". */
export class Enrichment {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** The models on offer for a dataset, those that cannot be applied yet included. */
  async models(datasetId: string): Promise<Model[]> {
    const what = `list the models for dataset ${datasetId}`
    const request: ApiRequest = { what, method: 'GET', path: `enrichment/${datasetId}/list_models` }
    return this.#http.read(request, modelList)
  }

  /** What was applied to a dataset. */
  async context(datasetId: string, retries?: number): Promise<EnrichmentContext> {
    const what = `read what was applied to dataset ${datasetId}`
    const request: ApiRequest = { what, method: 'GET', path: `enrichment/${datasetId}/context` }
    return this.#http.read(request, contextReply, retries)
  }

  /**
   * Applies models. One attempt. Returns the ID of the enriched dataset: a new one is a copy, the source's own means that the
   * source itself is enriched. 409 unless READY.
   */
  async start(datasetId: string, models: EnrichmentModels): Promise<string> {
    const request: ApiRequest = {
      what: `enrich dataset ${datasetId}`,
      method: 'POST',
      path: `dataset/${datasetId}/enrich_dataset`,
      json: { enrichment_models: models },
    }
    return this.#http.change(request, createdReply)
  }

  /** Aborts an enrichment. One attempt; the shape of the response is not documented, so any 2xx is an acceptance. */
  async abort(datasetId: string, contextId: string): Promise<void> {
    await this.#http.send({
      what: `abort the enrichment of dataset ${datasetId}`,
      method: 'DELETE',
      path: `enrichment/${datasetId}/${encodeURIComponent(contextId)}/abort`,
    })
  }
}
