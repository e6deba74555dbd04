import type { parse as Parse } from 'csv-parse/sync'
import { z } from 'zod'
import { ActionError, describe } from '../errors.ts'
import { RequestFailure, unexpectedReply } from './failure.ts'
import { count, identifier } from './fields.ts'
import type { ApiRequest, Http } from './http.ts'
import { isRecord } from './reply.ts'

/** What of a dataset is explored. */
export interface Explored {
  entityType: 'IMAGES' | 'OBJECTS'
  /** A VQL filter as JSON text. */
  vql?: string | undefined
}

export interface ListedCluster {
  id: string
  /** Images and videos in it; `undefined` where the API has not counted them. */
  items: number | undefined
}

/** Ten million clusters in pages of 100. Only a listing that never ends comes so far. */
const MOST_PAGES = 100_000
const MOST_RESTARTS = 3
const LONGEST_EXCERPT = 300

const clusterReply = z
  .looseObject({ cluster_id: identifier, id: identifier, n_images: count, n_videos: count })
  .transform((reply) => ({ id: reply.cluster_id ?? reply.id, items: itemsIn(reply.n_images, reply.n_videos) }))
  .refine((cluster): cluster is ListedCluster => cluster.id !== undefined, { path: ['cluster_id'] })

/** Negative counts are how the API says that it has not counted. */
function itemsIn(...counts: (number | undefined)[]): number | undefined {
  const known = counts.filter((value) => value !== undefined && value >= 0)
  return known.length === 0 ? undefined : known.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

interface ClusterPage {
  clusters: ListedCluster[]
  /** Of all pages, if reported. */
  total: number | undefined
}

const clusterPage: z.ZodType<ClusterPage> = z.union([
  z
    .looseObject({
      clusters: z.array(clusterReply).nullable(),
      metadata: z.looseObject({ total_clusters: count }).optional().catch(undefined),
    })
    .transform((reply) => ({ clusters: reply.clusters ?? [], total: reply.metadata?.total_clusters })),
  z.array(clusterReply).transform((clusters) => ({ clusters, total: undefined })),
  // A page beyond the last one can be `null`, as public clients know.
  z.null().transform(() => ({ clusters: [], total: undefined })),
])

const memberPage = z.unknown().transform(mediaIdsIn)

const MEMBER_LISTS = ['previews', 'media_items', 'items', 'media'] as const

/** The media IDs of one page of a cluster, wherever it has them; `undefined` where it has no list of them, or not of all. */
function mediaIdsIn(reply: unknown): string[] | undefined {
  if (Array.isArray(reply)) {
    // `image_id` is what older responses call it.
    const ids = reply.map((entry) => (isRecord(entry) ? (entry['media_id'] ?? entry['image_id']) : undefined))
    return ids.every(isMediaId) ? ids : undefined
  }
  if (!isRecord(reply)) return undefined
  const lists = [...MEMBER_LISTS.map((name) => reply[name]), reply['cluster']].filter(
    (value) => Array.isArray(value) || isRecord(value),
  )
  const found = lists.map(mediaIdsIn).filter((ids) => ids !== undefined)
  return found.length === 0 ? undefined : found.flat()
}

/** Not what an ID is, which is not documented, but what it surely is not: a file name, a sentence, half a row. */
function isMediaId(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s,"<>]{1,99}$/.test(value)
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** What a dataset contains, by cluster and by ID. Reads only, with the usual retries. */
export class Explore {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /**
   * All clusters of a dataset, each once; docs.visual-layer.com, semantic search. Media that are in no cluster are in none of them,
   * so a caller that needs all media verifies the sum of the items against the dataset's own count.
   *
   * Ends at an empty page, at the total that the response reports, or where the pages only repeat themselves. A listing that moves
   * while it is read is begun again, three times.
   *
   * @param onPage receives after each page how many clusters are known, and of how many if the API reports it
   * @throws ActionError `unexpected_reply` where the listing keeps moving, stops short of its own total, or never ends
   */
  async clusters(
    datasetId: string,
    explored: Explored,
    onPage?: (found: number, total: number | undefined) => void,
  ): Promise<ListedCluster[]> {
    for (let restarts = 0; ; restarts += 1) {
      const listing = await this.#listClusters(datasetId, explored, onPage)
      if (typeof listing !== 'string') return listing
      if (restarts === MOST_RESTARTS) throw incomplete(datasetId, listing)
    }
  }

  /** The clusters, or why what was read cannot be all of them. */
  async #listClusters(
    datasetId: string,
    explored: Explored,
    onPage: ((found: number, total: number | undefined) => void) | undefined,
  ): Promise<ListedCluster[] | string> {
    const found = new Map<string, ListedCluster>()
    let last: string | undefined
    let repeats = 0
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const what = `list the clusters of dataset ${datasetId} (page ${page + 1})`
      const { clusters, total } = await this.#http.read(pageOf(what, datasetId, explored, page), clusterPage)
      const present = new Map(clusters.map((cluster) => [cluster.id, cluster]))
      const ids = [...present.keys()].join()
      // A server may count pages from 1 and take 0 for 1, so one page that comes twice is not yet an end.
      repeats = ids === last ? repeats + 1 : 0
      last = ids
      if (repeats === 1) continue
      if (present.size === 0 || repeats === 2) {
        if (total === undefined || found.size >= total) return [...found.values()]
        return `it reported ${total} clusters but listed ${found.size}`
      }
      for (const [id, cluster] of present) {
        if (found.has(id)) return `cluster ${id} was on two of its pages`
        found.set(id, cluster)
      }
      onPage?.(found.size, total)
      // A total that is no more than this page contains may be the page's own: then the next page decides.
      if (total !== undefined && found.size === total && total > present.size) return [...found.values()]
    }
    return `it did not end within ${MOST_PAGES} pages`
  }

  /** Whether anything in a dataset has one of these labels; docs.visual-layer.com, semantic search. Retried once. */
  async hasLabels(datasetId: string, entityType: Explored['entityType'], labels: readonly string[]): Promise<boolean> {
    const vql = JSON.stringify([{ labels: { op: 'one_of', value: labels } }])
    const request = pageOf(`look for labels in dataset ${datasetId}`, datasetId, { entityType, vql }, 0)
    const { clusters } = await this.#http.read(request, clusterPage, 1)
    return clusters.some(({ items }) => items !== 0)
  }

  /**
   * The IDs of all media of one cluster, as far as the API lists them: verify their number against the cluster's items. Known from
   * public clients only. `undefined` where the server cannot list the members of a cluster.
   */
  async members(datasetId: string, clusterId: string, explored: Explored): Promise<string[] | undefined> {
    const found = new Set<string>()
    let fruitless = 0
    for (let page = 0; page < MOST_PAGES && fruitless < 2; page += 1) {
      const what = `list the media of cluster ${clusterId} (page ${page + 1})`
      const request = pageOf(what, `${datasetId}/similarity_cluster/${clusterId}`, explored, page)
      const ids = await this.#http.read(request, memberPage).catch(unlessUnsupported)
      if (ids === undefined && page === 0) return undefined
      if (ids === undefined || ids.length === 0) break
      const before = found.size
      for (const id of ids) found.add(id)
      fruitless = found.size === before ? fruitless + 1 : 0
    }
    return [...found]
  }

  /**
   * The IDs of all media of a dataset, from its table of file names and IDs. Known from public clients only. `undefined` where the
   * server has no such table.
   *
   * @throws ActionError `unexpected_reply` where a row of the table has no ID
   */
  async mediaIds(datasetId: string): Promise<string[] | undefined> {
    const request: ApiRequest = {
      what: `list the media IDs of dataset ${datasetId}`,
      method: 'GET',
      path: `dataset/${datasetId}/export_media_id`,
    }
    const { parse } = await import('csv-parse/sync')
    return this.#http.readText(request, (table) => idColumn(parse, request, table)).catch(unlessUnsupported)
  }
}

function pageOf(what: string, path: string, explored: Explored, page: number): ApiRequest {
  return {
    what,
    method: 'GET',
    path: `explore/${path}`,
    query: { entity_type: explored.entityType, threshold: '0', page_number: String(page), vql: explored.vql },
  }
}

/** `undefined` for the failures by which a server says that it has no such call: its web page among them. */
function unlessUnsupported(error: unknown): undefined {
  const outcome = error instanceof RequestFailure ? error.outcome : undefined
  const noSuchCall = outcome?.status === 404 || outcome?.status === 405
  const noJson = error instanceof RequestFailure && error.code === 'unexpected_reply' && !outcome?.wrongShape
  if (!noSuchCall && !noJson) throw error
}

function incomplete(datasetId: string, reason: string): ActionError {
  return new ActionError(
    'unexpected_reply',
    `Could not read the complete cluster list of dataset ${datasetId} in ${MOST_RESTARTS + 1} attempts: ${reason}.`,
    {
      todo: 'Wait until nothing changes the dataset, then re-run the job. If the problem persists, select what to export by vql, cluster_ids, or media_ids.',
    },
  )
}

/**
 * The column `media_id` of a CSV table; the last one if it has no heading. Counted from the end, because a file name may contain commas
 * without quotes.
 */
function idColumn(parse: typeof Parse, { what }: ApiRequest, table: string): string[] | undefined {
  if (table === '') return undefined
  let fromEnd: number | undefined
  let areUuids = false
  const ids = new Set<string>()
  const take = (fields: string[]): null => {
    if (fromEnd === undefined) {
      const heading = fields.findIndex((name) => name.trim().toLowerCase() === 'media_id')
      fromEnd = heading < 0 ? 1 : fields.length - heading
      if (heading >= 0) return null
    }
    const id = fields.length > 1 ? fields.at(-fromEnd) : undefined
    if (!isMediaId(id) || (areUuids && !UUID.test(id))) {
      const reason = `its row ${ids.size + 1} has no media ID`
      throw unexpectedReply(what, reason, fields.join(',').slice(0, LONGEST_EXCERPT), true)
    }
    // Where the first ID is a UUID, one of another form was cut off.
    if (ids.size === 0) areUuids = UUID.test(id)
    ids.add(id)
    return null
  }
  try {
    parse(table, { relax_column_count: true, skip_empty_lines: true, on_record: take })
  } catch (error) {
    if (error instanceof RequestFailure) throw error
    throw unexpectedReply(what, `it is not CSV (${describe(error)})`, table.slice(-LONGEST_EXCERPT), true)
  }
  return [...ids]
}
