import type { VisualLayer } from '../visual-layer/client.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { cloneCandidates, failedClones } from '../waiting/verdicts/clone.ts'
import { type Look, until, type Waiting } from '../waiting/until.ts'
import { enrichedCopies, tasksOnSource } from '../waiting/verdicts/enrichment.ts'
import { abortCreation } from './abort-creation.ts'
import { abortEnrichment } from './abort-enrichment.ts'
import { copiesSince } from './copies.ts'
import { deleteDraft } from './delete-draft.ts'
import { namedDataset } from './facts.ts'
import { removeDataset } from './remove-dataset.ts'
import type { Known, Plan } from './undo-log.ts'

/** What came of undoing a plan. */
export interface Undone {
  /** For people: what was undone, or what is left and what to do about it. */
  text: string
  /** `false`: someone, the post step first of all, has to look at what is left. */
  settled: boolean
  /** The dataset that can only be this step's. */
  datasetId?: string
  /** Datasets one of which may be this step's. None of them was touched. */
  candidates?: readonly string[]
  snapshot?: Snapshot
}

type CreationPlan = Extract<Plan, { kind: 'creation' }>
type ClonePlan = Extract<Plan, { kind: 'clone' }>
type EnrichmentPlan = Extract<Plan, { kind: 'enrichment' }>
type SnapshotPlan = Extract<Plan, { kind: 'snapshot' }>

/** A dataset is deleted without a confirmed ID only after nothing else appeared for this long, in ms. */
const CERTAIN_MS = 5_000

/**
 * Undoes what a plan describes, as far as that is certain to be this step's own: aborts a creation or an enrichment, deletes a draft or an ephemeral
 * clone. Anything else is only named. Main and post share this; post has more time. A rollback is an operation of its own.
 *
 * Throws if the API cannot be reached, rejects, or shows nothing in the time of `waiting`.
 *
 * @param confirm called at once with what becomes known of the plan
 */
export async function undo(
  plan: Exclude<Plan, { kind: 'rollback' }>,
  api: VisualLayer,
  waiting: Waiting,
  confirm: (known: Known) => void = () => undefined,
): Promise<Undone> {
  switch (plan.kind) {
    case 'creation':
      return undoCreation(plan, api, waiting)
    case 'clone':
      return undoClone(plan, api, waiting)
    case 'enrichment':
      return undoEnrichment(plan, api, waiting, confirm)
    case 'snapshot':
      return nameSnapshot(plan, api, waiting)
  }
}

async function undoCreation(plan: CreationPlan, api: VisualLayer, waiting: Waiting): Promise<Undone> {
  const { datasetId, from, name, abort } = plan
  if (datasetId !== undefined) {
    if (!abort) return { text: `The creation of dataset ${datasetId} continues in Visual Layer.`, settled: true }
    const undoOne = from === 's3' ? abortCreation : deleteDraft
    return { text: await undoOne(api, waiting, datasetId), settled: true }
  }
  const found = await appeared(waiting, async () => {
    const datasets = await api.datasets.list(0)
    const tasks = from === 's3' ? await api.tasks.list({ type: 'DATASET_CREATION' }, 0) : []
    const named = [
      ...datasets.filter((dataset) => dataset.name === name).map(({ id }) => id),
      ...tasks.filter((task) => task.datasetName === name && task.datasetId !== '').map((task) => task.datasetId),
    ]
    return [...new Set(named)].filter((id) => !plan.earlier.includes(id))
  })
  if (found.length === 0) {
    const text = `The step ended before it knew the ID of dataset "${name}", and no new dataset of that name has appeared.`
    return { text, settled: false }
  }
  return {
    text: `The step ended before it knew the ID of dataset "${name}". ${perhapsOurs(found, 'Abort its creation or delete it')}`,
    settled: false,
    candidates: found,
  }
}

async function undoClone(plan: ClonePlan, api: VisualLayer, waiting: Waiting): Promise<Undone> {
  const { source, ephemeral, accepted } = plan
  const deleted = async (datasetId: string): Promise<Undone> => {
    await removeDataset(api, waiting, datasetId)
    return { text: `Deleted the temporary clone, dataset ${datasetId}.`, settled: true, datasetId }
  }
  if (plan.datasetId !== undefined) {
    if (ephemeral && accepted) return deleted(plan.datasetId)
    const lost = `Dataset ${plan.datasetId} is probably the temporary clone of this step. Because the response to the clone request was lost, it was not deleted.`
    return {
      text: `${lost} Delete it in Visual Layer if nobody else created it.`,
      settled: false,
      candidates: [plan.datasetId],
    }
  }
  const background = { source, taskIds: new Set(plan.earlierTasks), datasetIds: new Set(plan.earlier) }
  const startedAt = waiting.clock.now()
  let hasFailed = false
  const found = await appeared(waiting, async () => {
    const tasks = await api.tasks.list({ type: 'SNAPSHOT_CLONE' }, 0)
    const copies = await copiesSince(api, cloneCandidates, background, tasks)
    hasFailed = failedClones(background, tasks, copies).length > 0
    return copies
  })
  const ids = found.map(({ datasetId }) => datasetId)
  if (found.length === 0) {
    return {
      text: `The clone of dataset "${source.name}" ${accepted ? 'was accepted' : 'was requested'}, but no new clone has appeared. If "${source.name} (cloned)" appears later and you do not need it, delete it in Visual Layer.`,
      settled: false,
    }
  }
  const [only] = found
  // If a clone of the source failed, that may have been this step's, and this one someone else's.
  if (accepted && only && found.length === 1 && !hasFailed) {
    const { datasetId, isNamed } = only
    const isCertain = isNamed && waiting.clock.now() - startedAt >= CERTAIN_MS
    if (ephemeral && isCertain) return deleted(datasetId)
    const what = ephemeral ? 'The temporary clone' : 'The clone'
    const text = `${what} of ${namedDataset(source)} is dataset ${datasetId}. Delete it in Visual Layer if you do not need it.`
    return { text, settled: !ephemeral, datasetId }
  }
  return {
    text: `The clone of dataset "${source.name}" could not be identified with certainty. ${perhapsOurs(ids, 'Delete it')}`,
    settled: false,
    candidates: ids,
  }
}

async function undoEnrichment(
  plan: EnrichmentPlan,
  api: VisualLayer,
  waiting: Waiting,
  confirm: (known: Known) => void,
): Promise<Undone> {
  const { source, datasetId, earlier, earlierTasks } = plan
  if (datasetId !== undefined) {
    if (plan.abort) return abortEnrichment(api, waiting, { ...plan, datasetId }, () => confirm({ aborting: true }))
    return { text: `The enrichment continues in Visual Layer as dataset ${datasetId}.`, settled: true }
  }
  const background = { source, taskIds: new Set(earlierTasks), datasetIds: new Set(earlier) }
  const found = await appeared(waiting, async () => {
    const tasks = await api.tasks.list({ type: 'ENRICHMENT' }, 0)
    const copies = await copiesSince(api, enrichedCopies, background, tasks)
    const onSource = copies.length === 0 && tasksOnSource(background, tasks).length > 0
    return onSource ? [source.id] : copies.map((copy) => copy.datasetId)
  })
  const lost = `The request to enrich ${namedDataset(source)} got no response`
  if (found.length === 0) return { text: `${lost}, and no new enrichment has appeared.`, settled: false }
  const text =
    found[0] === source.id
      ? `${lost}. An enrichment task appeared on the dataset since, and may be the one. If you do not need it, abort it in Visual Layer.`
      : `${lost}. ${perhapsOurs(found, 'Abort its enrichment or delete it')}`
  return { text, settled: false, candidates: found }
}

/** A snapshot stays. It is named, so that someone can find or delete it. */
async function nameSnapshot(plan: SnapshotPlan, api: VisualLayer, waiting: Waiting): Promise<Undone> {
  const [snapshot] = await appeared(waiting, async () =>
    (await api.snapshots.list(plan.datasetId, 0)).filter((one) => one.description.includes(plan.mark)),
  )
  const restore = plan.safety ? ' No restore was started.' : ''
  if (!snapshot) {
    const text = `No snapshot of this step has appeared. If one appears later, its description ends with [mark ${plan.mark}].`
    return { text: text + restore, settled: false }
  }
  return { text: `Snapshot "${snapshot.name}" (${snapshot.id}) was created.${restore}`, settled: true, snapshot }
}

function perhapsOurs(ids: readonly string[], advice: string): string {
  return ids.length === 1
    ? `Dataset ${ids[0]} appeared since, and may be the one. ${advice} in Visual Layer if nobody else created it.`
    : `These datasets appeared since, and one of them may be the one: ${ids.join(', ')}. ${advice} in Visual Layer if you do not need it.`
}

/**
 * What the lists show in the time that `waiting` has: once something appears they are read for {@link CERTAIN_MS} more, or for as
 * long as a tenth of the time lasts, since more may follow. Empty if nothing appeared in the whole time. Throws if the lists could
 * not be read.
 */
async function appeared<T>(waiting: Waiting, read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  const { clock, deadline } = waiting
  let settledAt: number | undefined
  let last: readonly T[] | undefined
  const ended = await until<void>(async (): Promise<Look<void>> => {
    last = await read()
    if (last.length === 0) return { state: 'pending', line: 'nothing has appeared yet' }
    settledAt ??= clock.now() + Math.min(CERTAIN_MS, deadline.totalMs / 10)
    if (clock.now() < settledAt) return { state: 'pending', line: 'checking whether anything else appears' }
    return { state: 'done', value: undefined }
  }, waiting)
  if (ended.end === 'failed') throw ended.error
  if (ended.end === 'out_of_time' && ended.lastFault) throw ended.lastFault
  return last ?? []
}
