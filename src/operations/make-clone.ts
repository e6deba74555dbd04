import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import {
  type CloneCandidate,
  cloneCandidates,
  cloneName,
  failedClone,
  failedClones,
  newClones,
} from '../waiting/verdicts/clone.ts'
import type { Background } from '../waiting/verdicts/copy.ts'
import { taskError } from '../waiting/verdicts/dataset.ts'
import { throughConflicts } from './conflicts.ts'
import { backgroundOf, cannotTell, copiesSince, steadiness } from './copies.ts'
import { namedDataset } from './facts.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitFor } from './waits.ts'

const TYPE = 'SNAPSHOT_CLONE'

export interface CloneWish {
  onConflict: 'wait' | 'fail'
  /** Deleted at the end of the step. */
  ephemeral: boolean
}

/**
 * Has a snapshot cloned, once, and finds the new dataset, whose ID the API does not return. Never takes someone else's: if several
 * datasets could be it, it fails and names them.
 */
export async function makeClone(step: Step, source: Dataset, target: Snapshot, wish: CloneWish) {
  const known = await startClone(step, source, target, wish)
  const found = await findClone(step, source, known)
  step.undo.confirm({ datasetId: found.datasetId })
  step.reporter.info(`The clone is dataset ${found.datasetId}.`)
  return { ...known, ...found, type: TYPE, ephemeral: wish.ephemeral } as const
}

async function startClone(
  step: Step,
  source: Dataset,
  target: Snapshot,
  { onConflict, ephemeral }: CloneWish,
): Promise<Background> {
  let known: Background | undefined
  const change = new OnceOnly<'accepted' | 'found'>(
    {
      what: `clone snapshot ${target.id} of ${namedDataset(source)}`,
      ifUnclear: `The clone may already have been created. Before you clone again, check in Visual Layer for a new dataset named "${cloneName(source.name)}", and delete it if you do not need it.`,
      async send() {
        await step.api.snapshots.clone(source.id, target.id)
        return 'accepted'
      },
      async look() {
        const tasks = await visibleTasks(step, { type: TYPE }, 0)
        return known && (await copiesSince(step.api, cloneCandidates, known, tasks)).length > 0
          ? { found: 'found' }
          : 'absent'
      },
    },
    step.waiting,
    (line) => step.reporter.info(line),
  )
  return throughConflicts(step, source.id, onConflict, async () => {
    if (!known || !change.mayHaveTakenEffect) {
      const background = await backgroundOf(step, TYPE, newClones, source)
      known = background.known
      step.undo.plan({ kind: 'clone', ...background.saved, ephemeral, accepted: false })
    }
    if ((await step.undo.during(change)) === 'found') {
      step.reporter.warning(
        `The response to the clone of dataset "${source.name}" was lost. The step found a new clone of it and uses that one.`,
        { todo: 'If someone else cloned the same dataset at the same moment, check both clones in Visual Layer.' },
      )
    } else {
      step.undo.confirm({ accepted: true })
      step.reporter.info("Visual Layer accepted the clone; it does not return the new dataset's ID.")
    }
    return known
  })
}

/**
 * Finds the one dataset that is new and can be our clone. It is watched for a moment before it is named, since another clone of
 * the same dataset may show first; where several stay, none is named.
 */
async function findClone(step: Step, source: Dataset, known: Background): Promise<CloneCandidate> {
  const isSteady = steadiness(step)
  const patientUntil = step.clock.now() + patienceMs(step.deadline.remainingMs())
  // One that was read once and is gone at the next look was made, and someone deleted it.
  const read = new Map<string, Dataset>()
  const found = await waitFor<CloneCandidate[]>(
    step,
    {
      awaited: `the clone of ${namedDataset(source)} to show in the lists`,
      carryOn: `The clone is still running in Visual Layer as "${source.name} (cloned)". Look for it there before you clone again.`,
    },
    async () => {
      const tasks = await visibleTasks(step, { type: TYPE }, 0)
      const seen = await copiesSince(step.api, cloneCandidates, known, tasks)
      for (const { datasetId, dataset } of seen) if (dataset) read.set(datasetId, dataset)
      const failed = failedClone(known, tasks)
      const ids = seen.map(({ datasetId }) => datasetId).join(', ')
      if (ids === '' && !failed) return { state: 'pending', line: 'the new dataset is not listed yet' }
      const names = ids || `a clone task that ended as ${failed?.statusWord}`
      if (!isSteady(names)) {
        return { state: 'pending', line: `found: ${names}; checking whether another clone of this dataset appears` }
      }
      if (seen.length > 0 && failedClones(known, tasks, seen).length > 0)
        return { state: 'failed', error: cannotTell(source, seen) }
      // What only comes from the source may be an enriched copy: a clone has its name or its task.
      if (seen.length > 0 && !seen.some(({ isNamed, task }) => isNamed || task)) {
        return step.clock.now() < patientUntil
          ? { state: 'pending', line: `found: ${names}; the clone itself is not listed yet` }
          : { state: 'failed', error: cannotTell(source, seen) }
      }
      if (ids !== '' || !failed) return { state: 'done', value: seen }
      step.reporter.output('task_id', failed.id)
      return { state: 'failed', error: taskError(failed, `that clones ${namedDataset(source)}`) }
    },
  )
  const [only, ...others] = found
  if (only && others.length === 0) return { ...only, dataset: read.get(only.datasetId) }
  throw cannotTell(source, found)
}
