import { z } from 'zod'
import { createdReply } from './datasets.ts'
import { identifier } from './fields.ts'
import type { ApiRequest, Http, Upload } from './http.ts'
import type { FilePart } from './multipart.ts'
import { counted } from '../numbers.ts'

const transactionReply = z
  .looseObject({ trans_id: identifier, transaction_id: identifier })
  .transform((reply) => reply.trans_id ?? reply.transaction_id)
  .refine((id): id is string => id !== undefined, { path: ['trans_id'] })

/** How an upload ends early, and what receives its progress. */
export type Sending = Omit<Upload, 'parts'>

/** Datasets made of uploaded files; docs.visual-layer.com, "Create a dataset from local files". */
export class Ingestion {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** Makes an empty dataset in DRAFT; returns its ID. One attempt: this GET creates. */
  async newDataset(name: string): Promise<string> {
    const request: ApiRequest = {
      what: `create dataset "${name}"`,
      method: 'GET',
      path: 'ingestion/new_dataset',
      query: { dataset_name: name },
    }
    return this.#http.change(request, createdReply)
  }

  /**
   * Opens an upload transaction; returns its ID. This GET creates too, but it is repeated like a read: transactions cannot be
   * listed, and one that is never processed changes nothing.
   */
  async openTransaction(datasetId: string): Promise<string> {
    return this.#http.read(
      {
        what: `open an upload to dataset ${datasetId}`,
        method: 'GET',
        path: `ingestion/${datasetId}/data_files`,
      },
      transactionReply,
    )
  }

  /** Sends files into a transaction. One attempt; 202. No limits are documented but "about 50 files" a request. */
  async upload(datasetId: string, transactionId: string, files: readonly FilePart[], sending: Sending): Promise<void> {
    await this.#http.send({
      what: `upload ${counted(files.length, 'file')} to dataset ${datasetId}`,
      method: 'POST',
      path: `ingestion/${datasetId}/data_files/${encodeURIComponent(transactionId)}`,
      upload: { ...sending, parts: files.map((file) => ({ ...file, field: 'files' })) },
    })
  }

  /** Starts the processing of all that was uploaded. One attempt; 202. */
  async process(datasetId: string, transactionId: string): Promise<void> {
    await this.#http.send({
      what: `start the processing of dataset ${datasetId}`,
      method: 'POST',
      path: `ingestion/${datasetId}/process_files/${encodeURIComponent(transactionId)}`,
    })
  }
}
