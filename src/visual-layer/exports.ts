import { z } from 'zod'
import { ActionError } from '../errors.ts'
import { normalWord } from './datasets.ts'
import { count, identifier, text } from './fields.ts'
import type { ApiRequest, Http } from './http.ts'
import { isRecord } from './reply.ts'

export type ExportState = 'RUNNING' | 'QUEUED' | 'COMPLETED' | 'FAILED' | 'REJECTED' | 'CANCELLED'

/** An export task as far as the API reports it; the documented response to a start has only the ID. */
export interface ExportTask {
  id: string | undefined
  state: ExportState
  statusWord: string
  /** For display only: its scale is not documented. */
  progress: number | undefined
  /** How many items it contains, if reported. */
  entities: number | undefined
  /** The API's own words on the result. */
  words: string | undefined
  /** Signed, absolute or relative to the server. */
  link: string | undefined
}

interface ExportSelection {
  mediaIds: readonly string[]
  clusterIds: readonly string[]
  excludeMediaIds: readonly string[]
  /** A VQL filter as JSON text: of each cluster only the media that match. Inferred; the docs show `entity_type` alone. */
  clusterVql?: string | undefined
}

export interface ExportStart {
  fileName: string
  format: 'json' | 'parquet'
  includeImages: boolean
  entityType: 'IMAGES' | 'OBJECTS'
  /** A VQL filter as JSON text. */
  vql: string | undefined
  /** Media and clusters instead of the whole dataset. */
  selection: ExportSelection | undefined
}

function exportState(word: string): ExportState {
  switch (normalWord(word)) {
    case 'COMPLETED':
      return 'COMPLETED'
    case 'FAILED':
    case 'ERROR':
      return 'FAILED'
    case 'REJECTED':
      return 'REJECTED'
    case 'CANCELED':
    case 'CANCELLED':
    case 'ABORTED':
      return 'CANCELLED'
    case 'INIT':
    case 'PENDING':
    case 'QUEUED':
      return 'QUEUED'
    default:
      return 'RUNNING'
  }
}

/** Used where a response has no status. */
const NO_STATUS = '(none)'
const LINK_FIELDS = ['download_uri', 'download_url', 'downloadUri', 'url', 'uri', 'file_url'] as const

function linkIn(reply: unknown): string | undefined {
  if (!isRecord(reply)) return undefined
  for (const field of LINK_FIELDS) {
    const value = reply[field]
    if (typeof value === 'string' && value !== '') return value
  }
  return linkIn(reply['result'])
}

const exportReply = z
  .looseObject({
    id: identifier,
    export_task_id: identifier,
    task_id: identifier,
    status: text,
    progress: count,
    entities_count: count,
    result_message: text,
  })
  .transform(
    (reply): ExportTask => ({
      id: reply.id ?? reply.export_task_id ?? reply.task_id,
      state: exportState(reply.status ?? ''),
      statusWord: reply.status ?? NO_STATUS,
      progress: reply.progress,
      entities: reply.entities_count,
      words: reply.result_message,
      link: linkIn(reply),
    }),
  )

/** A start names its export, or says why there is none. */
const startReply = exportReply.refine((task) => task.id !== undefined || task.state === 'REJECTED', { path: ['id'] })
/** A status response has a status. */
const statusReply = exportReply.refine((task) => task.statusWord !== NO_STATUS, { path: ['status'] })

/** Exports; docs.visual-layer.com, export API. What the docs leave out is read as recorded by public clients. */
export class Exports {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** Starts an export, of the whole dataset, by VQL, or of a selection. One attempt. */
  async start(datasetId: string, start: ExportStart): Promise<ExportTask> {
    const request = start.selection ? selective(datasetId, start, start.selection) : whole(datasetId, start)
    return this.#http.change(request, startReply)
  }

  /** The status of an export, with a new link once it is COMPLETED. */
  async status(datasetId: string, exportId: string, retries?: number): Promise<ExportTask> {
    const request: ApiRequest = {
      what: `read the status of export ${exportId}`,
      method: 'GET',
      path: `dataset/${datasetId}/export_status`,
      query: { export_task_id: exportId },
    }
    return this.#http.read(request, statusReply, retries)
  }

  /**
   * The address that an export is fetched from: self-hosted servers give paths such as `/cdn/...`. A server that answers over https
   * must not lead over plain http: what comes that way can be changed on the way, and what only the runner reaches without credentials
   * (the metadata of a cloud machine, say) speaks plain http.
   *
   * @throws ActionError `unexpected_reply` for what is no address, and for such a one
   */
  resolve(link: string, exportId: string): URL {
    const { origin } = this.#http
    const url = URL.parse(link, origin)
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && origin.startsWith('http:'))) return url
    const why =
      url?.protocol === 'http:'
        ? `uses plain http (to ${url.host}), although ${origin} uses https; data sent over http can be modified`
        : 'is not a URL'
    throw new ActionError('unexpected_reply', `The download link of export ${exportId} ${why}.`, {
      todo:
        url?.protocol === 'http:'
          ? 'Configure the server to return links that begin with https://, or paths such as /cdn/export.zip.'
          : 'Export again with this export_id to get a new link.',
    })
  }
}

function whole(datasetId: string, start: ExportStart): ApiRequest {
  // `entity_type` and `vql` are not in the docs of this call; public clients send them.
  const chosen = start.vql !== undefined || start.entityType !== 'IMAGES'
  return {
    what: `start an export of dataset ${datasetId}`,
    method: 'GET',
    path: `dataset/${datasetId}/export_context_async`,
    query: {
      file_name: start.fileName,
      export_format: start.format,
      include_images: String(start.includeImages),
      entity_type: chosen ? start.entityType : undefined,
      vql: start.vql,
    },
  }
}

function selective(datasetId: string, start: ExportStart, selection: ExportSelection): ApiRequest {
  const media = selection.mediaIds.length > 0 ? [{ type: 'media', payload: { media_ids: selection.mediaIds } }] : []
  const filters = {
    entity_type: start.entityType,
    ...(selection.clusterVql === undefined ? {} : { vql: JSON.parse(selection.clusterVql) as unknown }),
  }
  const clusters = selection.clusterIds.map((clusterId) => ({
    type: 'cluster',
    payload: {
      cluster_id: clusterId,
      cluster_filters: filters,
      exclude_media_ids: selection.excludeMediaIds,
    },
  }))
  return {
    what: `start a selective export of dataset ${datasetId}`,
    method: 'POST',
    path: `dataset/${datasetId}/export_entities_async`,
    query: { export_format: start.format, include_images: String(start.includeImages) },
    json: { media_selection: [...media, ...clusters] },
  }
}
