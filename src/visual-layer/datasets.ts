import { z } from 'zod'
import type { ApiRequest, Http } from './http.ts'
import { count, datasetIdentifier, parseStamp, shownProgress, text } from './fields.ts'

/**
 * What a dataset is doing. `BUSY` gathers the legacy words for work in progress; `UNKNOWN` is any word that is not known, which a
 * wait continues through.
 */
export type DatasetStatus =
  | 'DRAFT'
  | 'INDEXING'
  | 'READ_ONLY'
  | 'PARTIAL_INDEX'
  | 'READY'
  | 'ERROR'
  | 'BUSY'
  | 'UNKNOWN'

export interface Dataset {
  id: string
  /** '' if the response does not say. */
  name: string
  status: DatasetStatus
  /** The status as the API spelled it, for people. */
  statusWord: string
  /** From 0 to below 100, for display only: the API can say 100 while the dataset is still READ ONLY. */
  progress: number | undefined
  /** Images and videos; `undefined` where not computed. */
  images: number | undefined
  videos: number | undefined
  /** Labeled boxes; `undefined` where not computed. */
  objects: number | undefined
  fatalError: string | undefined
  sourceDatasetId: string | undefined
  /** Milliseconds since the epoch. */
  createdAt: number | undefined
  /** What the dataset was made from, as far as the API reports it. */
  sourceUri: string | undefined
}

const KNOWN: Record<string, DatasetStatus> = {
  DRAFT: 'DRAFT',
  INDEXING: 'INDEXING',
  READ_ONLY: 'READ_ONLY',
  PARTIAL_INDEX: 'PARTIAL_INDEX',
  READY: 'READY',
  ERROR: 'ERROR',
  // Words of the retired `status` field and of older clients.
  COMPLETED: 'READY',
  'READY_(PUBLIC)': 'READY',
  FATAL_ERROR: 'ERROR',
  FAILED: 'ERROR',
  NEW: 'BUSY',
  PRE_PROCESSING: 'BUSY',
  PROCESSING: 'BUSY',
  INITIALIZING: 'BUSY',
  UPLOADING: 'BUSY',
  SAVING: 'BUSY',
  PENDING: 'BUSY',
  QUEUED: 'BUSY',
  ENRICHING: 'READ_ONLY',
  UPDATING: 'READ_ONLY',
}

/** Reads a status word whatever its spelling: `READ ONLY`, `READ_ONLY` and "Read Only" are one. */
function datasetStatus(word: string): DatasetStatus {
  return KNOWN[normalWord(word)] ?? 'UNKNOWN'
}

/** Upper case, and any run of spaces, `_` or `-` as one `_`. */
export function normalWord(word: string): string {
  return word
    .trim()
    .toUpperCase()
    .replace(/[\s_-]+/g, '_')
}

/** Used where a response has no status. */
const NO_STATUS = '(none)'

const datasetReply = z
  .looseObject({
    id: datasetIdentifier,
    dataset_id: datasetIdentifier,
    display_name: text,
    dataset_name: text,
    name: text,
    status_new: text,
    status: text,
    progress: count,
    n_images: count,
    n_videos: count,
    n_objects: count,
    fatal_error_msg: text,
    source_dataset_id: datasetIdentifier,
    source_uri: text,
    bucket_path: text,
    created_at: text,
  })
  .transform((reply): Dataset => {
    // The docs: use `status_new`, which is one day to be renamed to `status`.
    const word = reply.status_new ?? reply.status ?? ''
    const known = (value: number | undefined) => (value === undefined || value < 0 ? undefined : value)
    return {
      id: reply.id ?? reply.dataset_id ?? '',
      name: reply.display_name ?? reply.dataset_name ?? reply.name ?? '',
      status: datasetStatus(word),
      statusWord: word === '' ? NO_STATUS : word,
      progress: shownProgress(reply.progress),
      images: known(reply.n_images),
      videos: known(reply.n_videos),
      objects: known(reply.n_objects),
      fatalError: reply.fatal_error_msg,
      sourceDatasetId: reply.source_dataset_id,
      createdAt: parseStamp(reply.created_at),
      sourceUri: reply.source_uri ?? reply.bucket_path,
    }
  })

/** A dataset read by itself has its status. */
const statusReply = datasetReply.refine((dataset) => dataset.statusWord !== NO_STATUS, { path: ['status_new'] })

const datasetList = z.union([
  z.array(datasetReply),
  z.looseObject({ datasets: z.array(datasetReply) }).transform((reply) => reply.datasets),
])

/** The id of a new dataset, under either of the names it is known by. */
export const createdReply = z
  .looseObject({ dataset_id: datasetIdentifier, id: datasetIdentifier })
  .transform((reply) => reply.dataset_id ?? reply.id)
  .refine((id): id is string => id !== undefined, { path: ['dataset_id'] })

export class Datasets {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** One dataset with its status; docs.visual-layer.com, "Retrieve dataset status". */
  async get(datasetId: string, retries?: number): Promise<Dataset> {
    const request: ApiRequest = { what: `read dataset ${datasetId}`, method: 'GET', path: `dataset/${datasetId}` }
    const dataset = await this.#http.read(request, statusReply, retries)
    return { ...dataset, id: datasetId }
  }

  /** All datasets that the account sees. No paging is documented, and names are not unique. */
  async list(retries?: number): Promise<Dataset[]> {
    const request: ApiRequest = { what: 'list the datasets', method: 'GET', path: 'datasets' }
    return (await this.#http.read(request, datasetList, retries)).filter((dataset) => dataset.id !== '')
  }

  /**
   * Asks for a dataset to be made from a bucket path; returns its ID. One attempt.
   * Sent as multipart, as the vendor's curl example does; docs.visual-layer.com, "Create a dataset from S3".
   */
  async createFromS3(name: string, bucketPath: string): Promise<string> {
    const request: ApiRequest = {
      what: `create dataset "${name}"`,
      method: 'POST',
      path: 'dataset',
      form: { dataset_name: name, bucket_path: bucketPath },
    }
    return this.#http.change(request, createdReply)
  }

  /** Deletes a dataset permanently. One attempt. In public clients only; whatever the response contains, a 2xx is an acceptance. */
  async delete(datasetId: string): Promise<void> {
    await this.#http.send({ what: `delete dataset ${datasetId}`, method: 'DELETE', path: `dataset/${datasetId}` })
  }
}
