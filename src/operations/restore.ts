import type { RestoreRequest } from '../inputs/operations/restore.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import type { Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import { until } from '../waiting/until.ts'
import { datasetLine, taskLine } from '../waiting/verdicts/dataset.ts'
import { lastRestore, type Restored, restoreVerdict } from '../waiting/verdicts/restore.ts'
import { chooseSnapshot } from './choose-snapshot.ts'
import { calmDataset, throughConflicts } from './conflicts.ts'
import { aboutSnapshot, readDataset } from './facts.ts'
import type { Step } from './step.ts'
import { takeSnapshot } from './take-snapshot.ts'
import { visibleTasks } from './visible-tasks.ts'
import { Seen, waitFor } from './waits.ts'

const TYPE = 'SNAPSHOT_RESTORE'

/**
 * Puts a dataset back to a snapshot; done when the restore's own task COMPLETED, the snapshot is current, none is restoring and
 * the dataset is READY.
 */
export async function restore(request: RestoreRequest, step: Step): Promise<string> {
  const { reporter } = step
  let dataset = await readDataset(step, request.datasetId)
  // Chosen before the safety snapshot is taken: that one becomes the current one.
  const target = await chooseSnapshot(step, dataset, request.snapshot)
  aboutSnapshot(step, target, 'Restored to')
  reporter.info(
    `The snapshot to restore is "${target.name}" (${target.id}), created ${target.createdAtText || 'at an unknown time'}.`,
  )

  dataset = await calmDataset(step, dataset.id, request.onConflict)
  if (request.safetySnapshot) await saveFirst(step, request, dataset, target)

  const task = await startRestore(step, request, dataset, target)
  if (!request.wait) {
    return `The restore of dataset "${dataset.name}" to snapshot "${target.name}" was accepted; the step did not wait for it (wait: false).`
  }
  const { since } = await waitForRestore(step, dataset, target, task)
  if (since)
    reporter.note(
      `Snapshot "${since.name}" (${since.id}) is current now: someone else took or restored it after this restore had finished.`,
    )
  return `Dataset "${dataset.name}" was restored to snapshot "${target.name}".`
}

/** A restore cannot be undone, so the present state is saved before. Only a READY dataset can be saved. */
async function saveFirst(step: Step, request: RestoreRequest, dataset: Dataset, target: Snapshot): Promise<void> {
  const { reporter } = step
  if (dataset.status !== 'READY') {
    reporter.warning(
      `No safety snapshot was taken before the restore: dataset ${dataset.id} is ${dataset.statusWord}, and Visual Layer saves only READY datasets. What is in it now is replaced for good.`,
    )
    return
  }
  await reporter.group('Safety snapshot of the present state', async () => {
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
    )
    reporter.fact('Safety snapshot', saved.name)
    reporter.fact('Safety snapshot id', saved.id, { code: true })
    reporter.info(`The state before was saved as snapshot "${saved.name}" (${saved.id}).`)
  })
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

async function startRestore(step: Step, request: RestoreRequest, dataset: Dataset, target: Snapshot): Promise<Started> {
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
        // The tasks first: a restore that somebody starts in between then shows as restoring, and not as a task of ours.
        const task = lastRestore(await newTasks(step, dataset.id, earlier))
        const snapshots = await api.snapshots.list(dataset.id, 0)
        const now = snapshots.find((one) => one.id === target.id)
        if (now?.isRestoring || (now?.isCurrent && !wasCurrent)) return { found: undefined }
        // A new task is ours, unless another snapshot is the one that is being, or was, restored.
        const others = snapshots.some((one) => one.isRestoring && one.id !== target.id)
        const elsewhere = task?.state === 'COMPLETED' && !now?.isCurrent
        if (task && !others && !elsewhere) return { found: undefined }
        const { status } = await api.datasets.get(dataset.id, 0)
        return others || status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent'
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
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
  })
  reporter.info('Visual Layer accepted the restore.')
  const started = { earlier, snapshotIds, wasCurrent, wasError, acceptedAt: step.clock.now() }
  if (!request.wait) await nameTask(step, dataset, started)
  return started
}

/** Sets `task_id` where the list shows the task within a moment; a step that does not wait can do without. */
async function nameTask(step: Step, dataset: Dataset, started: Started): Promise<void> {
  await until<void>(
    async () => {
      const task = lastRestore(await newTasks(step, dataset.id, started.earlier))
      if (!task) return { state: 'pending', line: 'task not listed yet' }
      step.reporter.output('task_id', task.id)
      return { state: 'done', value: undefined }
    },
    step.waiting,
    settlingMs(step.deadline.remainingMs()),
  )
}

async function waitForRestore(step: Step, dataset: Dataset, target: Snapshot, started: Started): Promise<Restored> {
  const { api, clock, reporter } = step
  const patience = patienceMs(step.deadline.remainingMs())
  const settling = settlingMs(step.deadline.remainingMs())
  const atWork = new Seen()
  const carryOn = `The restore goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${dataset.id}, instead of restoring again.`
  return waitFor(
    step,
    { awaited: `the restore of dataset ${dataset.id} to snapshot ${target.id}`, carryOn },
    async () => {
      const tasks = await newTasks(step, dataset.id, started.earlier)
      const task = lastRestore(tasks)
      if (task) reporter.output('task_id', task.id)
      const snapshots = await api.snapshots.list(dataset.id, 0)
      const now = await api.datasets.get(dataset.id, 0)
      reporter.output('dataset_status', now.statusWord)
      const sinceMs = clock.now() - started.acceptedAt
      const restoring = snapshots.some((one) => one.id === target.id && one.isRestoring)
      const verdict = restoreVerdict({
        tasks,
        snapshots,
        earlierIds: started.snapshotIds,
        dataset: now,
        targetId: target.id,
        wasCurrent: started.wasCurrent,
        wasError: started.wasError,
        seenAtWork: atWork.add(restoring || now.status === 'READ_ONLY' || now.status === 'BUSY'),
        sinceMs,
        patienceMs: patience,
      })
      // A task that failed may be that of somebody whose restore ended just before this one: then ours shows in a moment.
      if (verdict.state !== 'failed' || sinceMs >= settling) return verdict
      return { state: 'pending', line: `${task ? taskLine(task) : datasetLine(now)}; looking again` }
    },
  )
}
