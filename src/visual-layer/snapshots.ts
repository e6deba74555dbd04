import { z } from 'zod'
import { count, flag, parseStamp, requiredIdentifier, text } from './fields.ts'
import type { ApiRequest, Http } from './http.ts'

export interface Snapshot {
  id: string
  name: string
  description: string
  /** `manual`, `creation`, `clone`; an open list. */
  reason: string
  createdBy: string
  /** As the API wrote it, without a zone; '' where it did not. */
  createdAtText: string
  /** Milliseconds since the epoch. */
  createdAt: number | undefined
  images: number | undefined
  videos: number | undefined
  /** The active state of the dataset. */
  isCurrent: boolean
  isRestoring: boolean
}

/** What of a snapshot can be changed, as requests call it. */
export interface SnapshotChange {
  name?: string
  description?: string
}

const snapshotReply = z
  .looseObject({
    snapshot_id: requiredIdentifier,
    snapshot_name: text,
    name: text,
    description: text,
    reason: text,
    created_by: text,
    created_at: text,
    n_images: count,
    n_videos: count,
    is_current: flag,
    is_restoring: flag,
  })
  .transform(
    (reply): Snapshot => ({
      id: reply.snapshot_id,
      // Requests use `name`, responses `snapshot_name`.
      name: reply.snapshot_name ?? reply.name ?? '',
      description: reply.description ?? '',
      reason: reply.reason ?? '',
      createdBy: reply.created_by ?? '',
      createdAtText: reply.created_at ?? '',
      createdAt: parseStamp(reply.created_at),
      images: reply.n_images,
      videos: reply.n_videos,
      isCurrent: reply.is_current,
      isRestoring: reply.is_restoring,
    }),
  )

const snapshotList = z.union([
  z.array(snapshotReply),
  z.looseObject({ snapshots: z.array(snapshotReply) }).transform((reply) => reply.snapshots),
])

/** The snapshot catalog; docs.visual-layer.com/api-reference/snapshots. Paths are singular: `dataset/{id}/snapshot`. */
export class Snapshots {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** All snapshots of a dataset, as the API orders them: newest first. */
  async list(datasetId: string, retries?: number): Promise<Snapshot[]> {
    const request: ApiRequest = {
      what: `list the snapshots of dataset ${datasetId}`,
      method: 'GET',
      path: `dataset/${datasetId}/snapshot`,
    }
    return this.#http.read(request, snapshotList, retries)
  }

  /**
   * Saves the present state. One attempt. Documented as synchronous with the snapshot in the response; `undefined` where the API
   * accepted without naming one.
   */
  async create(datasetId: string, name: string | undefined, description: string): Promise<Snapshot | undefined> {
    const request: ApiRequest = {
      what: `create a snapshot of dataset ${datasetId}`,
      method: 'POST',
      path: `dataset/${datasetId}/snapshot`,
      json: { ...(name === undefined ? {} : { name }), description },
    }
    const body = await this.#http.send(request)
    if (body.kind !== 'json' || body.json === null) return undefined
    const snapshot = snapshotReply.safeParse(body.json)
    return snapshot.success ? snapshot.data : undefined
  }

  /** Changes the name, the description or both; what is left out stays as it is. One attempt. */
  async update(datasetId: string, snapshotId: string, change: SnapshotChange): Promise<void> {
    await this.#http.send({
      what: `change snapshot ${snapshotId} of dataset ${datasetId}`,
      method: 'PATCH',
      path: `dataset/${datasetId}/snapshot/${snapshotId}`,
      json: change,
    })
  }

  /** Removes a snapshot from the catalog. One attempt; 409 for the current one. Documented as 200 with an empty body. */
  async delete(datasetId: string, snapshotId: string): Promise<void> {
    await this.#http.send({
      what: `delete snapshot ${snapshotId} of dataset ${datasetId}`,
      method: 'DELETE',
      path: `dataset/${datasetId}/snapshot/${snapshotId}`,
    })
  }

  /** Starts a restore. One attempt; 202 with an empty body. */
  async restore(datasetId: string, snapshotId: string): Promise<void> {
    await this.#http.send({
      what: `restore snapshot ${snapshotId} of dataset ${datasetId}`,
      method: 'POST',
      path: `dataset/${datasetId}/snapshot/${snapshotId}/restore`,
    })
  }

  /** Starts a clone. One attempt; 202 with an empty body: the new dataset's ID is not returned. */
  async clone(datasetId: string, snapshotId: string): Promise<void> {
    await this.#http.send({
      what: `clone snapshot ${snapshotId} of dataset ${datasetId}`,
      method: 'POST',
      path: `dataset/${datasetId}/snapshot/${snapshotId}/clone`,
    })
  }
}
