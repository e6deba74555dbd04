import { ActionError, type ErrorCode } from '../errors.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { counted } from '../numbers.ts'

/** A snapshot that the rule deletes and that is still there, and why. */
export interface Stayed {
  snapshot: Snapshot
  error: ActionError
}

const MOST_NAMED = 8
const NAME_CHARS = 60
const WHY_CHARS = 160

/** The beginning of a text. */
export function shortened(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars).toWellFormed()}…`
}

/** No faults of the dataset: the same deletion may succeed in the next run. */
const TRANSIENT: readonly ErrorCode[] = ['network', 'server_error', 'timed_out']

/** The one error for all that stayed: what stayed, why, and what to do. The code is theirs if they share one or are all transient. */
export function pruneFailure(dataset: Dataset, stayed: readonly Stayed[], deleted: number): ActionError {
  const [first] = stayed
  const shared = stayed.every(({ error }) => error.code === first?.error.code) ? first?.error : undefined
  const areAlike = shared !== undefined || stayed.every(({ error }) => TRANSIENT.includes(error.code))
  const named = stayed.slice(0, MOST_NAMED).map(({ snapshot, error }) => {
    const why = shortened(error.apiWords ?? error.message, WHY_CHARS)
    return `- "${shortened(snapshot.name, NAME_CHARS)}" (${snapshot.id}): ${why}`
  })
  const more = stayed.length > MOST_NAMED ? [`- and ${stayed.length - MOST_NAMED} more, in the job summary`] : []
  const many = counted(stayed.length, 'snapshot')
  return new ActionError(
    (areAlike ? first?.error.code : undefined) ?? 'operation_failed',
    [
      `Could not delete ${many} of dataset "${shortened(dataset.name, NAME_CHARS)}"; ${deleted} ${deleted === 1 ? 'was' : 'were'} deleted.`,
      ...named,
      ...more,
    ].join('\n'),
    { todo: todoOf(shared), cause: first?.error },
  )
}

function todoOf(shared: ActionError | undefined): string {
  if (shared?.code === 'conflict') {
    return 'If a snapshot is being restored or cloned, re-run the job when that is finished. The current snapshot can be deleted once another one is current.'
  }
  return (
    shared?.todo ??
    'Re-run the job to delete the remaining snapshots. If one remains each time, see its reason in the list.'
  )
}
