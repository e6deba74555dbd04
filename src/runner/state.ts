import { oneLine } from './text.ts'

/** What the main step may leave to the post step. Ids and names only: the runner keeps the values in plain text. */
const STATE_NAMES = [
  /** `post` once main has begun: one bundle serves both, and this tells it which it is. */
  'phase',
  'operation',
  'dataset_id',
  'dataset_name',
  /** Of datasets that had the name before one was asked for, parted by spaces. */
  'earlier_dataset_ids',
  'snapshot_id',
  'snapshot_name',
  /** An ephemeral clone. */
  'clone_dataset_id',
  'task_id',
  /** What the post step has to undo when the job fails or is cancelled; empty when nothing is owed any more. */
  'owed',
] as const

/** Room for a thousand ids, in characters. */
const LONGEST_VALUE = 40_000

export type StateName = (typeof STATE_NAMES)[number]

/** What main left, in post; in main, `phase` is `main` and nothing else is set. */
export type SavedState = { phase: 'main' | 'post' } & Partial<Record<Exclude<StateName, 'phase'>, string>>

/** Reads the `STATE_*` variables in which the runner hands main's state to post. Empty values count as absent. */
export function readState(env: NodeJS.ProcessEnv): SavedState {
  const state: SavedState = { phase: env['STATE_phase'] === 'post' ? 'post' : 'main' }
  for (const name of STATE_NAMES) {
    const value = name === 'phase' ? undefined : env[`STATE_${name}`]
    if (name !== 'phase' && value) state[name] = oneLine(value, LONGEST_VALUE)
  }
  return state
}
