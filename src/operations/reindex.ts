import type { Dataset } from '../visual-layer/datasets.ts'
import { OnceOnly } from '../waiting/once.ts'
import { reindexVerdict } from '../waiting/verdicts/media.ts'
import { throughConflicts } from './conflicts.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitFor } from './waits.ts'

const TYPE = 'REINDEX'

/** Reindexes a dataset that is PARTIAL INDEX, once, and waits until it is READY. */
export async function reindex(step: Step, { id }: Dataset, onConflict: 'wait' | 'fail'): Promise<Dataset> {
  const { api, reporter } = step
  let earlier: ReadonlySet<string> = new Set()
  const newTask = async () =>
    (await visibleTasks(step, { datasetId: id, type: TYPE }, 0)).find((task) => !earlier.has(task.id))
  const change = new OnceOnly<void>(
    {
      what: `reindex dataset ${id}`,
      ifUnclear: `The media were added. Wait for the dataset with operation: wait and dataset_id: ${id}. If it stays PARTIAL INDEX, start the reindex in Visual Layer. Do not add the media again.`,
      send: () => api.media.reindex(id),
      async look() {
        if (await newTask()) return { found: undefined }
        const { status } = await api.datasets.get(id, 0)
        return status === 'PARTIAL_INDEX' ? 'absent' : { found: undefined }
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  await throughConflicts(step, id, onConflict, async () => {
    if (!change.mayHaveTakenEffect) {
      earlier = new Set((await visibleTasks(step, { datasetId: id, type: TYPE })).map((task) => task.id))
      // An automatic reindex may have started, or ended, since.
      if ((await api.datasets.get(id)).status !== 'PARTIAL_INDEX') return
    }
    await change.run()
  })
  return waitFor(
    step,
    {
      awaited: `dataset ${id} to be reindexed`,
      carryOn: `The media were added, and the reindex is still running in Visual Layer. To resume waiting, use operation: wait and dataset_id: ${id}.`,
    },
    async () => {
      const task = await newTask()
      const dataset = await api.datasets.get(id, 0)
      reporter.output('dataset_status', dataset.statusWord)
      return reindexVerdict(dataset, task)
    },
  )
}
