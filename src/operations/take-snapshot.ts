import { duration } from '../numbers.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { snapshotVerdict } from '../waiting/verdicts/snapshot.ts'
import { throughConflicts } from './conflicts.ts'
import { namedDataset } from './facts.ts'
import { describedWith, newMark, provenanceLine } from './provenance.ts'
import type { Step } from './step.ts'
import { Seen, waitFor } from './waits.ts'

export interface SnapshotWish {
  name: string | undefined
  description: string | undefined
  onConflict: 'wait' | 'fail'
  /** Taken before a restore, to distinguish it from the snapshot that the step is about. */
  safety: boolean
  /** An existing snapshot to use instead, looked for before each attempt. */
  existing?(): Promise<Snapshot | undefined>
  /** Called with the ID as soon as it is known. */
  onId(snapshot: { id: string; name: string }): void
}

/**
 * Saves the present state of a dataset, once, and sees it: the snapshot is in the list and the dataset READY again.
 * The description ends with a line that says where it came from; the mark in it distinguishes ours from any other.
 *
 * @param wait `false`: returns as soon as the ID is known
 */
export async function takeSnapshot(step: Step, dataset: Dataset, wish: SnapshotWish, wait: boolean): Promise<Snapshot> {
  const { api, clock } = step
  const mark = newMark()
  const description = describedWith(wish.description, provenanceLine(step.context, mark))
  const hint = wish.safety
    ? 'No restore was started.'
    : 'Check it before you take another one (if_exists: reuse uses an existing one).'
  const ours = (snapshots: readonly Snapshot[]) => snapshots.find((snapshot) => snapshot.description.includes(mark))
  const change = new OnceOnly<Snapshot | undefined>(
    {
      what: `create a snapshot of dataset ${dataset.id}`,
      ifUnclear: `The snapshot may already have been created. Look in the Snapshot Catalog of dataset ${dataset.id} for a description that ends with [mark ${mark}]. ${hint}`,
      send: () => api.snapshots.create(dataset.id, wish.name, description),
      async look() {
        const found = ours(await api.snapshots.list(dataset.id, 0))
        if (found) return { found }
        const { status } = await api.datasets.get(dataset.id, 0)
        return status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent'
      },
    },
    step.waiting,
    (line) => step.reporter.info(line),
  )
  const known = (snapshot: { id: string; name: string }) => {
    step.undo.settle()
    wish.onId(snapshot)
  }
  const { existing, reply } = await throughConflicts(step, dataset.id, wish.onConflict, async () => {
    const found = change.mayHaveTakenEffect ? undefined : await wish.existing?.()
    if (found) return { existing: found }
    step.undo.plan({ kind: 'snapshot', datasetId: dataset.id, mark, safety: wish.safety })
    return { reply: await step.undo.during(change) }
  })
  if (existing) return existing
  if (reply) known(reply)
  if (reply && !wait) return reply

  const acceptedAt = clock.now()
  const patience = patienceMs(step.deadline.remainingMs())
  const busy = new Seen()
  let last = reply
  const made = await waitFor<Snapshot | 'gone'>(
    step,
    {
      awaited: `the snapshot${wish.name === undefined ? '' : ` "${wish.name}"`}${reply ? ` (${reply.id})` : ''} of ${namedDataset(dataset)}`,
      carryOn: `The snapshot may still appear in the Snapshot Catalog of the dataset. ${hint}`,
    },
    async () => {
      const listed = await api.snapshots.list(dataset.id, 0)
      const snapshot = listed.find((one) => one.id === last?.id) ?? ours(listed)
      if (snapshot && snapshot.id !== last?.id) {
        last = snapshot
        known(snapshot)
      }
      const now = await api.datasets.get(dataset.id, 0)
      step.reporter.output('dataset_status', now.statusWord)
      if (snapshot && !wait) return { state: 'done', value: snapshot }
      return snapshotVerdict({
        snapshot,
        dataset: now,
        named: reply !== undefined,
        seenBusy: busy.add(now.status !== 'READY'),
        sinceMs: clock.now() - acceptedAt,
        patienceMs: patience,
      })
    },
  )
  if (made !== 'gone') return made
  if (!last) throw new Error('a snapshot without a name cannot be gone')
  step.reporter.warning(
    `Snapshot "${last.name}" (${last.id}) was created, but after ${duration(patience)} the catalog does not list it. Someone else may have deleted it.`,
  )
  return last
}
