import { isDeepStrictEqual } from 'node:util'
import { rememberRestored } from '../runner/restored.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { EnrichmentContext, EnrichmentModels } from '../visual-layer/enrichment.ts'
import { unlessRejected } from '../visual-layer/failure.ts'
import { hasEnded } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import type { Background } from '../waiting/verdicts/copy.ts'
import { datasetLine, taskError } from '../waiting/verdicts/dataset.ts'
import { enrichedCopies, tasksOnSource } from '../waiting/verdicts/enrichment.ts'
import { excludes, notApplied } from './choose-models.ts'
import { throughConflicts } from './conflicts.ts'
import { backgroundOf, cannotTell, copiesSince, steadiness } from './copies.ts'
import { namedDataset } from './facts.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { Seen, waitFor } from './waits.ts'

const TYPE = 'ENRICHMENT'

/** What was there before the request, and what it asks for. */
interface Known extends Background {
  context: EnrichmentContext
  applying: EnrichmentModels
}

interface Wish {
  onConflict: 'wait' | 'fail'
  onCancel: 'abort' | 'leave'
}

/**
 * Has models applied, once, and returns the dataset that is enriched; `undefined` if all of them were applied already. If the response
 * is lost and several datasets could be it, it fails and names them.
 */
export async function startEnrichment(
  step: Step,
  source: Dataset,
  models: EnrichmentModels,
  { onConflict, onCancel }: Wish,
) {
  const { api, clock, deadline, reporter } = step
  const atWork = new Seen()
  let busyAt = -Infinity
  let known: Known | undefined
  const change = new OnceOnly<string | undefined>(
    {
      what: `enrich ${namedDataset(source)}`,
      ifUnclear: `The enrichment may have been started. Check the Task Manager in Visual Layer for an ENRICHMENT task of dataset "${source.name}", and the list for an enriched copy of it, before you re-run the job.`,
      send: () => api.enrichment.start(source.id, known?.applying ?? {}),
      async look() {
        if (!known) return 'absent'
        const now = await sighting(step, known)
        const isBusy = now.source.status === 'READ_ONLY'
        atWork.add(isBusy)
        if (isBusy) busyAt = clock.now()
        if (now.copies.length > 0 || now.onSource.length > 0 || now.inPlace) return { found: undefined }
        // The source is READ ONLY while it is enriched, and the lists may show nothing before the end, or a while after it.
        return clock.now() - busyAt < patienceMs(deadline.remainingMs()) ? 'busy' : 'absent'
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  return throughConflicts(step, source.id, onConflict, async () => {
    if (!known || !change.mayHaveTakenEffect) known = await prepare(step, source, models, onCancel)
    if (!known) return undefined
    const before = known
    const datasetId = (await step.undo.during(change)) ?? (await findEnriched(step, source, before, atWork))
    step.undo.confirm({ datasetId })
    const dataset = datasetId === source.id ? source : undefined
    return { ...before, type: TYPE, datasetId, dataset, hasModels: () => isInPlace(step, before) } as const
  })
}

/** Reads what is there before the request, and plans its undo; `undefined` if nothing is left to apply. */
async function prepare(
  step: Step,
  source: Dataset,
  models: EnrichmentModels,
  onCancel: Wish['onCancel'],
): Promise<Known | undefined> {
  // In this order: what the context says of a dataset that is READY afterwards is no work in progress.
  const context = await step.api.enrichment.context(source.id)
  const { status } = await step.api.datasets.get(source.id)
  const applying = status === 'READY' ? notApplied(models, context) : models
  if (Object.keys(applying).length === 0) return undefined
  const { known, saved } = await backgroundOf(step, TYPE, enrichedCopies, source)
  // What was restored before is no reason to skip a rollback: the source may be enriched in place.
  rememberRestored(step.context, source.id, undefined, step.reporter)
  step.undo.plan({ kind: 'enrichment', ...saved, abort: onCancel === 'abort' })
  return { ...known, context, applying }
}

/** What shows of an enrichment whose response was lost. A copy whose context names other models is someone else's. */
async function sighting(step: Step, known: Known) {
  const { api } = step
  const source = await api.datasets.get(known.source.id, 0)
  const tasks = await visibleTasks(step, { type: TYPE }, 0)
  const found = await copiesSince(api, enrichedCopies, known, tasks)
  const contexts = await Promise.all(found.map((copy) => unlessRejected(api.enrichment.context(copy.datasetId, 0))))
  return {
    source,
    copies: found.filter((_, index) => !excludes(contexts[index], known.applying)),
    onSource: tasksOnSource(known, tasks),
    /** The models are applied to the source, and were not before. */
    inPlace: await isInPlace(step, known),
  }
}

/** Whether the source has the models now and had them not before: Visual Layer does not change the source of a copy. */
async function isInPlace(step: Step, { source, context, applying }: Known): Promise<boolean> {
  const now = await step.api.enrichment.context(source.id, 0)
  return Object.keys(notApplied(applying, now)).length === 0 && !isDeepStrictEqual(now, context)
}

/**
 * Finds the dataset of an enrichment whose response was lost. A copy is watched for a moment before it is named, since another may
 * show. Without one the source is it only if it has the models once its work is over, and a copy had time to be listed.
 */
async function findEnriched(step: Step, source: Dataset, known: Known, atWork: Seen): Promise<string> {
  const { clock, deadline, reporter } = step
  const patience = patienceMs(deadline.remainingMs())
  const isSteady = steadiness(step)
  let overSince: number | undefined
  const datasetId = await waitFor<string>(
    step,
    {
      awaited: `the enrichment of ${namedDataset(source)} to show in the lists`,
      carryOn: `The enrichment is still running in Visual Layer. Look for an enriched copy of "${source.name}" there before you enrich it again.`,
    },
    async () => {
      const now = await sighting(step, known)
      atWork.add(now.source.status === 'READ_ONLY')
      const shown = [...now.copies.map((copy) => copy.datasetId), ...now.onSource.map(({ id }) => id)]
      if (!isSteady(shown.sort().join())) return { state: 'pending', line: 'checking whether anything else appears' }
      const [only, ...others] = now.copies
      const isOurs = only?.isFromSource === true || atWork.value
      if (only && others.length === 0 && isOurs) return { state: 'done', value: only.datasetId }
      if (only) return { state: 'failed', error: cannotTell(source, now.copies) }
      const [task] = now.onSource
      if (task && now.onSource.every(({ state }) => state === 'FAILED' || state === 'ABORTED')) {
        reporter.output('task_id', task.id)
        return { state: 'failed', error: taskError(task, `that enriches ${namedDataset(source)}`) }
      }
      const isOver = now.source.status === 'READY' && now.onSource.every(hasEnded)
      overSince = isOver ? (overSince ?? clock.now()) : undefined
      if (overSince === undefined || clock.now() - overSince < patience) {
        return { state: 'pending', line: `source ${datasetLine(now.source)}; no enriched copy is listed yet` }
      }
      return now.inPlace
        ? { state: 'done', value: source.id }
        : { state: 'failed', error: cannotTell(source, await newDatasets(step, known)) }
    },
  )
  reporter.warning(
    `The response to the enrichment of dataset "${source.name}" was lost. The step found that dataset ${datasetId} was enriched since, and uses that one.`,
    { todo: 'If someone else enriched the same dataset at the same moment, check both enrichments in Visual Layer.' },
  )
  return datasetId
}

async function newDatasets(step: Step, known: Known) {
  const datasets = await step.api.datasets.list(0)
  return datasets.filter(({ id }) => !known.datasetIds.has(id)).map((dataset) => ({ datasetId: dataset.id, dataset }))
}
