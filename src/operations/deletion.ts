import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { counted } from '../numbers.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { namedDataset } from './facts.ts'
import type { Step } from './step.ts'
import { waitFor } from './waits.ts'

/** The deletion of one snapshot that the catalog has shown; it has taken effect when the catalog no longer shows it. */
export function deletion(step: Step, dataset: Dataset, { id, name }: Snapshot): OnceOnly<void> {
  const { snapshots } = step.api
  return new OnceOnly<void>(
    {
      what: `delete snapshot "${name}" (${id}) of ${namedDataset(dataset)}`,
      ifUnclear: 'Check the Snapshot Catalog of the dataset. If the snapshot is still there, re-run the job.',
      send: () => snapshots.delete(dataset.id, id),
      async look() {
        const listed = await snapshots.list(dataset.id, 0)
        return listed.some((one) => one.id === id) ? 'absent' : { found: undefined }
      },
    },
    step.waiting,
    (line) => step.reporter.info(line),
  )
}

/** Waits until the catalog no longer shows these; returns those that it still shows when it has had its time. */
export async function stillListed(step: Step, dataset: Dataset, ids: ReadonlySet<string>): Promise<Snapshot[]> {
  const startedAt = step.clock.now()
  const patience = patienceMs(step.deadline.remainingMs())
  const many = ids.size > 1 ? counted(ids.size, 'deleted snapshot') : 'the deleted snapshot'
  return waitFor<Snapshot[]>(
    step,
    {
      awaited: `${many} to disappear from the catalog of ${namedDataset(dataset)}`,
      carryOn: 'Visual Layer accepted the deletion. Check the Snapshot Catalog of the dataset, or re-run the job.',
    },
    async () => {
      const left = (await step.api.snapshots.list(dataset.id, 0)).filter((one) => ids.has(one.id))
      return left.length === 0 || step.clock.now() - startedAt >= patience
        ? { state: 'done', value: left }
        : { state: 'pending', line: `the catalog still shows ${counted(left.length, 'deleted snapshot')}` }
    },
  )
}
