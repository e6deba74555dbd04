import { isDeepStrictEqual } from 'node:util'
import { ActionError } from '../errors.ts'
import type { EnrichRequest } from '../inputs/operations/enrich.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { EnrichmentContext, EnrichmentModels } from '../visual-layer/enrichment.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import { canComeFrom } from '../waiting/verdicts/clone.ts'
import { datasetLine, taskError } from '../waiting/verdicts/dataset.ts'
import {
  type EnrichedCandidate,
  type EnrichmentBackground,
  enrichedCopies,
  enrichmentVerdict,
  tasksOnSource,
} from '../waiting/verdicts/enrichment.ts'
import { ENRICHMENT } from './abort-enrichment.ts'
import { notApplied } from './choose-models.ts'
import { throughConflicts } from './conflicts.ts'
import type { Step } from './step.ts'
import { MOST_SAVED_IDS } from './undo-log.ts'
import { visibleTasks } from './visible-tasks.ts'
import { Disappeared, lenient, ownDataset, Seen, waitFor } from './waits.ts'

/** What was there before the request, and what it asks for. */
interface Background extends EnrichmentBackground {
  context: EnrichmentContext
  applying: EnrichmentModels
}

/** An enrichment whose dataset is known: the copy, or the source itself. */
export interface StartedEnrichment extends Background {
  datasetId: string
}

/** What shows of an enrichment whose response was lost. */
interface Sighting {
  source: Dataset
  copies: EnrichedCandidate[]
  onSource: Task[]
  /** The models are applied to the source, and were not before. */
  inPlace: boolean
}

type Wish = Pick<EnrichRequest, 'onConflict' | 'onCancel'>

/**
 * Has models applied, once, and returns the dataset that is enriched; `undefined` if all of them were applied already. If the response
 * is lost and several datasets could be it, it fails and names them.
 */
export async function startEnrichment(
  step: Step,
  source: Dataset,
  models: EnrichmentModels,
  { onConflict, onCancel }: Wish,
): Promise<StartedEnrichment | undefined> {
  const { api, clock, deadline, reporter } = step
  const atWork = new Seen()
  let busyAt = -Infinity
  let known: Background | undefined
  const change = new OnceOnly<{ datasetId: string | undefined }>(
    {
      what: `enrich dataset ${source.id}`,
      ifUnclear: `The enrichment may have been started. Check the Task Manager in Visual Layer for an ENRICHMENT task of dataset "${source.name}", and the list for an enriched copy of it, before you re-run the job.`,
      async send() {
        return { datasetId: (await api.enrichment.start(source.id, known?.applying ?? {})).toLowerCase() }
      },
      async look() {
        if (!known) return 'absent'
        const now = await sighting(step, known)
        const isBusy = now.source.status === 'READ_ONLY'
        atWork.add(isBusy)
        if (isBusy) busyAt = clock.now()
        if (now.copies.length > 0 || now.onSource.length > 0 || now.inPlace) return { found: { datasetId: undefined } }
        // The source is READ ONLY while it is enriched, and the lists may show nothing before the end, or a while after it.
        return clock.now() - busyAt < patienceMs(deadline.remainingMs()) ? 'busy' : 'absent'
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  return throughConflicts(step, source.id, onConflict, async () => {
    if (!known || !change.mayHaveTakenEffect) known = await backgroundOf(step, source, models, onCancel)
    if (!known) return undefined
    const made = await change.run()
    const datasetId = made.datasetId ?? (await findEnriched(step, source, known, atWork))
    step.undo.confirm({ datasetId })
    return { ...known, datasetId }
  })
}

/** Reads what is there before the request, and plans its undo; `undefined` if nothing is left to apply. */
async function backgroundOf(
  step: Step,
  source: Dataset,
  models: EnrichmentModels,
  onCancel: Wish['onCancel'],
): Promise<Background | undefined> {
  const { api } = step
  // In this order: what the context says of a dataset that is READY afterwards is no work in progress.
  const context = await api.enrichment.context(source.id)
  const { status } = await api.datasets.get(source.id)
  const applying = status === 'READY' ? notApplied(models, context) : models
  if (Object.keys(applying).length === 0) return undefined
  const tasks = await visibleTasks(step, { type: ENRICHMENT })
  const datasets = await api.datasets.list()
  const taskIds = new Set(tasks.map((task) => task.id))
  const withTask = tasks.map((task) => task.datasetId)
  const datasetIds = new Set([...datasets.map(({ id }) => id), ...withTask])
  const alike = datasets
    .filter(({ sourceDatasetId }) => sourceDatasetId?.toLowerCase() === source.id)
    .map(({ id }) => id)
  step.undo.plan({
    kind: 'enrichment',
    source: { id: source.id, name: source.name },
    earlier: datasetIds.size <= MOST_SAVED_IDS ? [...datasetIds] : [...new Set([...alike, ...withTask])],
    earlierTasks: [...taskIds],
    abort: onCancel === 'abort',
  })
  return {
    source: { id: source.id, name: source.name },
    taskIds,
    datasetIds,
    context,
    applying,
  }
}

async function sighting(step: Step, known: Background): Promise<Sighting> {
  const { api } = step
  const source = await api.datasets.get(known.source.id, 0)
  const tasks = await visibleTasks(step, { type: ENRICHMENT }, 0)
  const datasets = await api.datasets.list(0)
  return {
    source,
    copies: await narrowed(step, known.source.id, enrichedCopies(known, tasks, datasets)),
    onSource: tasksOnSource(known, tasks),
    inPlace: await isInPlace(step, known),
  }
}

/** Whether the source has the models now and had them not before: Visual Layer does not change the source of a copy. */
async function isInPlace(step: Step, { source, context, applying }: Background): Promise<boolean> {
  const now = await step.api.enrichment.context(source.id, 0)
  return Object.keys(notApplied(applying, now)).length === 0 && !isDeepStrictEqual(now, context)
}

/**
 * Finds the dataset of an enrichment whose response was lost. A copy is watched for a moment before it is named, since another may
 * show. Without one the source is it only if it has the models once its work is over, and a copy had time to be listed.
 */
async function findEnriched(step: Step, source: Dataset, known: Background, atWork: Seen): Promise<string> {
  const { clock, deadline, reporter } = step
  const patience = patienceMs(deadline.remainingMs())
  const settling = settlingMs(deadline.remainingMs())
  const startedAt = clock.now()
  let overSince: number | undefined
  const found = await waitFor<string[]>(
    step,
    {
      awaited: `the enrichment of dataset ${source.id} to show in the lists`,
      carryOn: `The enrichment is still running in Visual Layer. Look for an enriched copy of "${source.name}" there before you enrich it again.`,
    },
    async () => {
      const now = await sighting(step, known)
      atWork.add(now.source.status === 'READ_ONLY')
      if (clock.now() - startedAt < settling)
        return { state: 'pending', line: 'checking whether anything else appears' }
      const [only, ...others] = now.copies
      const isOurs = only?.dataset?.sourceDatasetId !== undefined || atWork.value
      if (only && others.length === 0 && isOurs) return { state: 'done', value: [only.datasetId] }
      if (only) return { state: 'failed', error: cannotTell(source, now.copies) }
      const [task] = now.onSource
      if (task && now.onSource.every(({ state }) => state === 'FAILED' || state === 'ABORTED')) {
        reporter.output('task_id', task.id)
        return { state: 'failed', error: taskError(task, `that enriches dataset ${source.id}`) }
      }
      const isOver = now.source.status === 'READY' && now.onSource.every(hasEnded)
      overSince = isOver ? (overSince ?? clock.now()) : undefined
      if (overSince === undefined || clock.now() - overSince < patience) {
        return { state: 'pending', line: `source ${datasetLine(now.source)}; no enriched copy is listed yet` }
      }
      return now.inPlace
        ? { state: 'done', value: [source.id] }
        : { state: 'failed', error: cannotTell(source, await newDatasets(step, known)) }
    },
  )
  const [datasetId = source.id] = found
  reporter.warning(
    `The response to the enrichment of dataset "${source.name}" was lost. The step found that dataset ${datasetId} was enriched since, and uses that one.`,
    { todo: 'If someone else enriched the same dataset at the same moment, check both enrichments in Visual Layer.' },
  )
  return datasetId
}

/** Reads what each candidate itself says of where it comes from: the list may say less. */
async function narrowed(step: Step, sourceId: string, found: EnrichedCandidate[]): Promise<EnrichedCandidate[]> {
  const kept: EnrichedCandidate[] = []
  for (const candidate of found) {
    const dataset = await lenient(step, Infinity, () => step.api.datasets.get(candidate.datasetId, 0))()
    if (canComeFrom(dataset, sourceId)) kept.push({ ...candidate, dataset: dataset ?? candidate.dataset })
  }
  return kept
}

async function newDatasets(step: Step, known: Background): Promise<EnrichedCandidate[]> {
  const datasets = await step.api.datasets.list(0)
  return datasets.filter(({ id }) => !known.datasetIds.has(id)).map((dataset) => ({ datasetId: dataset.id, dataset }))
}

function cannotTell(source: Dataset, candidates: readonly EnrichedCandidate[]): ActionError {
  const ids = candidates.map(({ datasetId }) => datasetId)
  return new ActionError(
    'operation_failed',
    `Could not tell which dataset is the enriched copy of dataset "${source.name}" (${source.id}): the response was lost, and ${ids.length === 0 ? 'no new dataset is listed' : `these datasets are new: ${ids.join(', ')}`}.`,
    {
      todo: 'No data was lost. Check these datasets and the ENRICHMENT tasks in Visual Layer before you enrich again. To prevent this, let only one job enrich this dataset at a time (a concurrency group in the workflow).',
    },
  )
}

/** The task of the enrichment: the new one of its dataset, or, if the server names the source in it, the only new one of the source. */
function taskOf({ datasetId, ...known }: StartedEnrichment, tasks: readonly Task[]): Task | undefined {
  const own = tasks.find((task) => !known.taskIds.has(task.id) && task.datasetId.toLowerCase() === datasetId)
  if (own) return own
  const [only, ...others] = tasksOnSource(known, tasks)
  return others.length === 0 ? only : undefined
}

/** Waits until the enriched dataset is READY and its task over; `undefined` if it is a copy that someone deleted at once. */
export async function waitForEnrichment(
  step: Step,
  source: Dataset,
  started: StartedEnrichment,
): Promise<Dataset | undefined> {
  const { datasetId } = started
  const patience = patienceMs(step.deadline.remainingMs())
  const startedAt = step.clock.now()
  const isCopy = datasetId !== source.id
  const read = ownDataset(step, datasetId, patience, isCopy ? undefined : source)
  const atWork = new Seen()
  let ours: string | undefined
  return waitFor<Dataset | undefined>(
    step,
    {
      awaited: `the enrichment, dataset ${datasetId}`,
      carryOn: `The enrichment is still running in Visual Layer. Do not start it again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`,
    },
    async () => {
      const tasks = await visibleTasks(step, { type: ENRICHMENT }, 0)
      const task = tasks.find(({ id }) => id === ours) ?? taskOf(started, tasks)
      ours = task?.id
      if (task) step.reporter.output('task_id', task.id)
      const dataset = await read().catch((error: unknown) => {
        if (error instanceof Disappeared && isCopy && task?.state === 'COMPLETED') return 'gone' as const
        throw error
      })
      if (dataset === 'gone') return { state: 'done', value: undefined }
      if (dataset) step.reporter.output('dataset_status', dataset.statusWord)
      const busy = atWork.add(dataset !== undefined && dataset.status !== 'READY')
      const hadTime = step.clock.now() - startedAt >= patience
      // The READY of the source itself may be the old one.
      const proven = isCopy ? busy || hadTime : hadTime && (busy || (!task && (await isInPlace(step, started))))
      return enrichmentVerdict({ datasetId, dataset, task, proven })
    },
  )
}
