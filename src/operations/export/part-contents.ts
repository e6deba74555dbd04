import { rm } from 'node:fs/promises'
import { ActionError } from '../../errors.ts'
import { type Cluster, itemsOf, type PartContent } from '../../export/parts/content.ts'
import { HASH_BYTES } from '../../export/records/digest.ts'
import { readExport } from '../../export/records/metadata-files.ts'
import { type BatchResult, mediaIdOf } from '../../export/records/read-batch.ts'
import type { ExportRequest } from './inputs.ts'
import { isMissing } from '../../visual-layer/failure.ts'
import { rejectedExport } from '../../waiting/verdicts/export.ts'
import { fetchUnpacked } from './export-bytes.ts'
import type { ExportSubject } from './export-subject.ts'
import { beginExport, exportProbe } from './export-task.ts'
import { partsFolder } from './parts-folder.ts'
import { startOf } from './start-export.ts'
import type { Step } from '../step.ts'
import { waitFor, withinDeadline } from '../waits.ts'
import { count } from '../../numbers.ts'

/** Everything that is to be exported, named so that it can be divided. */
export interface Listed {
  content: PartContent
  /** Changes when the data does, as far as the listing shows it. */
  revision: string
  /** The id of every item, where the listing names them all. */
  ids: readonly string[] | undefined
}

function listedMedia(mediaIds: string[], revision = ''): Listed {
  return { content: { clusters: [], mediaIds }, revision, ids: mediaIds }
}

/**
 * Names everything that the inputs select: by the media IDs that were given; by those that an export of the metadata alone lists,
 * where media files made the export too large; else by clusters.
 *
 * @param alike whether every job of a matrix must find the same: only clusters promise that
 */
export async function listContents(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  alike: boolean,
): Promise<Listed> {
  const { selection } = request
  if (selection.kind === 'selected' && selection.clusterIds.length === 0) return listedMedia(selection.mediaIds)
  if (request.includeImages && !alike) {
    step.reporter.info('Exporting only the metadata first, because it lists all media and may fit into one export.')
    const found = await metadataIds(step, subject, request)
    if (found) return listedMedia(found.ids, found.contentDigest)
  }
  const clusters = await listClusters(request, step, subject)
  const held = heldBy(request, subject)
  const inClusters = itemsOf({ clusters, mediaIds: [] })
  if (selection.kind === 'whole' && (clusters.length === 0 || (alike && inClusters < held))) {
    const ids = await step.api.explore.mediaIds(subject.exported.id)
    if (ids && ids.length > 0 && (ids.length >= held || clusters.length === 0)) return listedMedia(ids)
    // Nobody would notice the rest: each job of a matrix checks only its own shard.
    if (clusters.length > 0) throw outsideClusters(held - inClusters, held)
  }
  if (clusters.length > 0) {
    const given = selection.kind === 'selected' ? selection.mediaIds : []
    const mediaIds = alike ? await outsideOf(clusters, given, request, step, subject) : given
    return { content: { clusters, mediaIds }, revision: '', ids: undefined }
  }
  if (alike && selection.kind === 'vql') {
    if (request.allowEmpty) return listedMedia([])
    throw rejectedExport({ reason: 'nothing_matched', words: undefined, entities: undefined })
  }
  throw new ActionError(
    'rejected',
    'The export cannot be split: Visual Layer lists neither the clusters nor the media of the dataset.',
    { todo: 'Split it into several exports by vql or media_ids. A dataset has clusters once it is indexed.' },
  )
}

/**
 * How many items the dataset reports at least; 0 if it does not report it, or if items are counted otherwise. Whether the
 * frames of a video are among its images is not documented, so images and videos are not added.
 */
export function heldBy({ selection, entityType }: ExportRequest, { exported }: ExportSubject): number {
  if (selection.kind !== 'whole' || entityType !== 'IMAGES') return 0
  return Math.max(0, exported.images ?? 0, exported.videos ?? 0)
}

function outsideClusters(items: number, held: number): ActionError {
  return new ActionError(
    'rejected',
    `The dataset cannot be exported in shards: ${count(items)} of its ${count(held)} items are in no listed cluster, and Visual Layer does not list all media.`,
    { todo: 'Export it without shard. If items were added recently, wait until the dataset is indexed.' },
  )
}

/** Of the media that were given in addition to clusters, those that are not in one of them: otherwise two shards would contain them. */
async function outsideOf(
  clusters: readonly Cluster[],
  given: readonly string[],
  request: ExportRequest,
  step: Step,
  { exported }: ExportSubject,
): Promise<string[]> {
  const { selection, entityType } = request
  const excluded = new Set(selection.kind === 'selected' ? selection.excludeMediaIds : [])
  const outside = new Set(given)
  for (const { id } of given.length > 0 ? clusters : []) {
    const members = await step.api.explore.members(exported.id, id, { entityType })
    for (const member of members ?? []) if (!excluded.has(member)) outside.delete(member)
  }
  return [...outside]
}

/** The clusters that the inputs select; with `vql`, those that contain matches, and how many. */
async function listClusters(request: ExportRequest, step: Step, subject: ExportSubject): Promise<Cluster[]> {
  const { exported } = subject
  const { selection, entityType } = request
  const explored = { entityType, vql: selection.kind === 'vql' ? selection.vql : undefined }
  const onPage = (found: number, total: number | undefined) => {
    const of = total === undefined ? '' : ` of ${count(total)}`
    step.reporter.progress(`listed ${count(found)}${of} clusters`)
  }
  let listed = await step.api.explore.clusters(exported.id, explored, onPage).catch((error: unknown) => {
    // A server without this call: there may be another way.
    if (isMissing(error)) return []
    throw error
  })
  if (selection.kind === 'selected') {
    const chosen = new Set(selection.clusterIds)
    listed = listed.filter(({ id }) => chosen.has(id))
    const missing = [...chosen].find((id) => !listed.some((cluster) => cluster.id === id))
    if (missing !== undefined) {
      throw new ActionError('not_found', `Visual Layer lists no cluster ${missing} in the dataset.`, {
        todo: 'Check cluster_ids: clusters get new IDs when a dataset is reindexed.',
      })
    }
  }
  const clusters: Cluster[] = []
  for (const { id, items } of listed) {
    const counted = items ?? (await listMembers(request, step, subject, { id, items: 0 }))?.length
    if (counted === undefined) throw uncounted(id)
    if (counted > 0) clusters.push({ id, items: counted })
  }
  return clusters
}

function uncounted(id: string): ActionError {
  return new ActionError(
    'rejected',
    `Cluster ${id} cannot be split: Visual Layer reports neither its number of items nor its media.`,
    { todo: 'Split it into several exports by vql or media_ids.' },
  )
}

/** The IDs that an export without media files brings; `undefined` where that one is rejected too. */
async function metadataIds(
  step: Step,
  { exported }: ExportSubject,
  request: ExportRequest,
): Promise<{ ids: string[]; contentDigest: string } | undefined> {
  const start = { ...startOf(request), format: 'json' as const, includeImages: false }
  const begun = await beginExport(step, exported, start, request.onConflict)
  if (begun.kind !== 'begun') return undefined
  const { exportId } = begun
  const carryOn = 'Re-run the job.'
  const awaited = `export ${exportId}, the metadata alone`
  const end = await waitFor(step, { awaited, carryOn }, exportProbe(step, exported.id, exportId, Infinity))
  if (end.kind === 'rejected') return undefined
  const folder = `${partsFolder(request)}-metadata`
  try {
    return await withinDeadline(step, { awaited: 'the download of the metadata', carryOn }, async (signal) => {
      await rm(folder, { recursive: true, force: true })
      await fetchUnpacked(step, {
        datasetId: exported.id,
        exportId,
        link: end.link,
        carryOn,
        archive: `${folder}.partial`,
        target: folder,
        label: 'metadata: ',
        signal,
      })
      const ids: string[] = []
      const { contentDigest } = await readExport(
        { dir: folder },
        {
          signal,
          take({ result }) {
            for (const id of idsOf(result)) ids.push(id)
          },
        },
      )
      return { ids, contentDigest }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function* idsOf(result: BatchResult): Generator<string> {
  for (let index = 0; index < result.hashes.length / HASH_BYTES; index += 1) {
    const id = mediaIdOf(result, index)
    if (id === undefined) {
      throw new ActionError(
        'unexpected_reply',
        'A record of the exported metadata has no media_id, so it cannot be requested by ID.',
        { todo: 'Split it into several exports by vql or cluster_ids, and send Visual Layer support the export ID.' },
      )
    }
    yield id
  }
}

/** The media of one cluster, for a cluster that one export cannot contain; `undefined` if Visual Layer does not list them all. */
export async function listMembers(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  cluster: Cluster,
): Promise<string[] | undefined> {
  const { selection, entityType } = request
  const items = cluster.items > 1 ? `${count(cluster.items)} items` : 'media'
  step.reporter.info(`Listing the ${items} of cluster ${cluster.id}.`)
  const vql = selection.kind === 'vql' ? selection.vql : undefined
  const members = await step.api.explore.members(subject.exported.id, cluster.id, { entityType, vql })
  if (members === undefined || members.length < cluster.items) return undefined
  const excluded = new Set(selection.kind === 'selected' ? selection.excludeMediaIds : [])
  return members.filter((id) => !excluded.has(id))
}
