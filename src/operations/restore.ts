import { ActionError } from '../errors.ts'
import * as fields from '../inputs/fields.ts'
import { snapshotChoiceFaults, snapshotChoiceFields, withSnapshot } from '../inputs/snapshot-choice.ts'
import { rememberRestored } from '../runner/restored.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import { datasetLine, taskLine } from '../waiting/verdicts/dataset.ts'
import { lastRestore, type Restored, restoreVerdict } from '../waiting/verdicts/restore.ts'
import { whenTaken } from './catalog.ts'
import { chooseSnapshot } from './choose-snapshot.ts'
import { calmDataset, throughConflicts } from './conflicts.ts'
import { aboutSnapshot, namedDataset, readDataset } from './facts.ts'
import { operation, type RequestOf } from './operation.ts'
import type { Step } from './step.ts'
import { takeSnapshot } from './take-snapshot.ts'
import { nameTask, visibleTasks } from './visible-tasks.ts'
import { Seen, waitFor } from './waits.ts'

const TYPE = 'SNAPSHOT_RESTORE'

/** How the summary calls the snapshot until it is restored. */
const TARGET = 'Target snapshot'

/**
 * Puts a dataset back to a snapshot; done when the restore's own task COMPLETED, the snapshot is current, none is restoring and
 * the dataset is READY. An error says which state the dataset is in, and how to bring back the one before.
 */
export const restore = operation({
  name: 'restore',
  inputs: {
    dataset_id: fields.datasetId(),
    ...snapshotChoiceFields,
    safety_snapshot: fields.flag(),
    on_conflict: fields.onConflict(),
    wait: fields.flag(),
  },
  outputs: ['snapshot_id', 'snapshot_name', 'safety_snapshot_id', 'task_id'],
  rules: (given) => snapshotChoiceFaults('restore', given),
  request: (values) => withSnapshot(values),
  async run(request, step): Promise<string> {
    const { reporter } = step
    let dataset = await readDataset(step, request.datasetId)
    // Chosen before the safety snapshot is taken: that one becomes the current one.
    const target = await chooseSnapshot(step, dataset, request.snapshot)
    aboutSnapshot(step, target, TARGET)
    reporter.info(
      `The snapshot to restore is "${target.name}" (${target.id}), created ${whenTaken(target) || 'at an unknown time'}.`,
    )

    dataset = await calmDataset(step, dataset.id, request.onConflict)
    const safety = request.safetySnapshot ? await saveFirst(step, request, dataset, target) : undefined

    const restoring = { dataset, target, safety }
    const task = await startRestore(step, request, restoring)
    if (!request.wait) {
      return `Visual Layer accepted the restore of dataset "${dataset.name}" to snapshot "${target.name}". The step did not wait for it to finish (wait: false).`
    }
    const { since } = await waitForRestore(step, restoring, task)
    reporter.fact('Restored to', target.name, { insteadOf: TARGET })
    rememberRestored(step.context, dataset.id, since?.id ?? target.id, reporter)
    if (since)
      reporter.note(
        `Snapshot "${since.name}" (${since.id}) is current now: someone else took or restored it after this restore finished.`,
      )
    return `Restored dataset "${dataset.name}" to snapshot "${target.name}".`
  },
})

type RestoreRequest = RequestOf<typeof restore>

/** What is restored, and what was saved before. */
interface Restoring {
  dataset: Dataset
  target: Snapshot
  safety: Snapshot | undefined
}

/** A restore cannot be undone, so the present state is saved before. Only a READY dataset can be saved. */
async function saveFirst(
  step: Step,
  request: RestoreRequest,
  dataset: Dataset,
  target: Snapshot,
): Promise<Snapshot | undefined> {
  const { reporter } = step
  if (dataset.status !== 'READY') {
    reporter.warning(
      `No safety snapshot was taken before the restore: dataset ${dataset.id} is ${dataset.statusWord}, and Visual Layer takes snapshots of READY datasets only. The restore permanently replaces its current contents.`,
    )
    return undefined
  }
  return reporter.group('Safety snapshot of the current state', async () => {
    const run = step.context.runId === undefined ? '' : `, run ${step.context.runId}`
    const saved = await takeSnapshot(
      step,
      dataset,
      {
        name: `before restore to ${target.name}${run}`.slice(0, 255),
        description: `The state of the dataset before it was restored to snapshot "${target.name}" (${target.id}).`,
        onConflict: request.onConflict,
        safety: true,
        onId: (one) => reporter.output('safety_snapshot_id', one.id),
      },
      true,
    ).catch((error: unknown) => {
      throw withState(
        step,
        error,
        `No restore was started, because the safety snapshot of dataset ${dataset.id} failed.`,
      )
    })
    reporter.fact('Safety snapshot', saved.name)
    reporter.fact('Safety snapshot ID', saved.id, { code: true })
    reporter.info(`Saved the current state as snapshot "${saved.name}" (${saved.id}).`)
    return saved
  })
}

/** A restore that may have been started, and was not seen to fail. */
export class UnclearRestore extends ActionError {}

/** The error of a restore with the state that it left, and more to do. */
function withState(step: Step, error: unknown, state: string, more?: string, isUnclear = false): unknown {
  if (step.signal.aborted || !(error instanceof ActionError)) return error
  const told = error.with({
    message: `${error.message} ${state}`,
    todo: [error.todo, more].filter(Boolean).join('\n'),
  })
  return isUnclear ? new UnclearRestore(told.code, told.message, told) : told
}

/** How to bring back what was there before a restore. */
function wayBack({ dataset, safety }: Restoring): string {
  if (!safety) return 'There is no safety snapshot of the state before this step.'
  return `To bring back the state before this step:
  operation: restore
  dataset_id: ${dataset.id}
  snapshot_id: ${safety.id}`
}

interface Started {
  /** Ids of the restore tasks that were there before the request. */
  earlier: ReadonlySet<string>
  /** IDs of the snapshots that were there before the request. */
  snapshotIds: ReadonlySet<string>
  wasCurrent: boolean
  wasError: boolean
  acceptedAt: number
}

/** The restores that came since the request. */
async function newTasks(step: Step, datasetId: string, earlier: ReadonlySet<string>): Promise<Task[]> {
  return (await visibleTasks(step, { datasetId, type: TYPE }, 0)).filter((task) => !earlier.has(task.id))
}

async function startRestore(step: Step, request: RestoreRequest, restoring: Restoring): Promise<Started> {
  const { dataset, target } = restoring
  const { api, reporter } = step
  let earlier: ReadonlySet<string> = new Set()
  let snapshotIds: ReadonlySet<string> = new Set()
  let wasCurrent = false
  let wasError = false
  const change = new OnceOnly<void>(
    {
      what: `restore snapshot ${target.id} of dataset ${dataset.id}`,
      ifUnclear: `The restore may be running. Wait for the dataset with operation: wait and dataset_id: ${dataset.id}, then check in its Snapshot Catalog which snapshot is current before you restore again.`,
      send: () => api.snapshots.restore(dataset.id, target.id),
      async look() {
        // The tasks first: a restore that someone starts in between then shows as restoring, and not as a task of ours.
        const task = lastRestore(await newTasks(step, dataset.id, earlier))
        const snapshots = await api.snapshots.list(dataset.id, 0)
        const now = snapshots.find((one) => one.id === target.id)
        if (now?.isRestoring || (now?.isCurrent && !wasCurrent)) return { found: undefined }
        // A new task is ours, unless another snapshot is the one that is being, or was, restored.
        const others = snapshots.some((one) => one.isRestoring && one.id !== target.id)
        const elsewhere = task?.state === 'COMPLETED' && !now?.isCurrent
        if (task && !others && !elsewhere) {
          const later = (await newTasks(step, dataset.id, earlier)).find(({ id }) => id === task.id)
          // If it ended before the snapshots were read, it may have restored another one: the next check shows it.
          return later && hasEnded(later) && !hasEnded(task) ? 'busy' : { found: undefined }
        }
        const { status } = await api.datasets.get(dataset.id, 0)
        return others || status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent'
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  rememberRestored(step.context, dataset.id, undefined, reporter)
  await throughConflicts(step, dataset.id, request.onConflict, async () => {
    if (!change.mayHaveTakenEffect) {
      const tasks = await visibleTasks(step, { datasetId: dataset.id, type: TYPE })
      earlier = new Set(tasks.map((task) => task.id))
      const snapshots = await api.snapshots.list(dataset.id)
      snapshotIds = new Set(snapshots.map(({ id }) => id))
      wasCurrent = snapshots.some((one) => one.id === target.id && one.isCurrent)
      wasError = (await api.datasets.get(dataset.id)).status === 'ERROR'
    }
    await change.run()
  }).catch((error: unknown) => {
    throw change.mayHaveTakenEffect
      ? withState(step, error, 'Could not tell whether the restore was started.', wayBack(restoring), true)
      : withState(step, error, `Dataset "${dataset.name}" is unchanged: the restore was not started.`)
  })
  reporter.info('Visual Layer accepted the restore.')
  const started = { earlier, snapshotIds, wasCurrent, wasError, acceptedAt: step.clock.now() }
  if (!request.wait) await nameTask(step, async () => lastRestore(await newTasks(step, dataset.id, earlier)))
  return started
}

async function waitForRestore(step: Step, restoring: Restoring, started: Started): Promise<Restored> {
  const { dataset, target } = restoring
  const { api, clock, reporter } = step
  const patience = patienceMs(step.deadline.remainingMs())
  const settling = settlingMs(step.deadline.remainingMs())
  const atWork = new Seen()
  const carryOn = `The restore is still running in Visual Layer. Do not restore again; to resume waiting, use operation: wait and dataset_id: ${dataset.id}.`
  let seen = `Visual Layer accepted the restore. No status of dataset "${dataset.name}" was received since.`
  return waitFor(
    step,
    {
      awaited: `the restore of ${namedDataset(dataset)} to snapshot "${target.name}" (${target.id})`,
      get carryOn() {
        return step.signal.aborted ? `${carryOn}\n${wayBack(restoring)}` : carryOn
      },
    },
    async () => {
      const tasks = await newTasks(step, dataset.id, started.earlier)
      const task = lastRestore(tasks)
      if (task) reporter.output('task_id', task.id)
      const snapshots = await api.snapshots.list(dataset.id, 0)
      const now = await api.datasets.get(dataset.id, 0)
      reporter.output('dataset_status', now.statusWord)
      const current = snapshots.find((one) => one.isCurrent)
      seen = `Dataset "${now.name}" is ${now.statusWord}, and its current snapshot is ${current ? `"${current.name}" (${current.id})` : 'not known'}.`
      const sinceMs = clock.now() - started.acceptedAt
      const isRestoring = snapshots.some((one) => one.id === target.id && one.isRestoring)
      const verdict = restoreVerdict({
        tasks,
        snapshots,
        earlierIds: started.snapshotIds,
        dataset: now,
        targetId: target.id,
        wasCurrent: started.wasCurrent,
        wasError: started.wasError,
        seenAtWork: atWork.add(isRestoring || now.status === 'READ_ONLY' || now.status === 'BUSY'),
        sinceMs,
        patienceMs: patience,
      })
      // A task that failed may be someone else's, whose restore ended just before this one: then ours appears soon.
      if (verdict.state !== 'failed' || sinceMs >= settling) return verdict
      return { state: 'pending', line: `${task ? taskLine(task) : datasetLine(now)}; checking again` }
    },
  ).catch((error: unknown) => {
    const hasFailed = error instanceof ActionError && ['operation_failed', 'not_found'].includes(error.code)
    throw withState(step, error, seen, wayBack(restoring), !hasFailed)
  })
}
