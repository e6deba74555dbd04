import type { Dataset, DatasetStatus } from '../../src/visual-layer/datasets.ts'
import type { RequestFailure } from '../../src/visual-layer/failure.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { dataset, id, lostReply, neverSent, rejected, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import type { FakeClock } from '../waiting/fake-clock.ts'
import type { StubApi } from './fake-step.ts'

/** What becomes of an attempt to change something. */
export type Fate =
  | 'made'
  | 'made, reply lost'
  | 'made, gateway timed out'
  | 'lost on the way'
  | 'never sent'
  | 'too many requests'
/** What becomes of a read. */
export type View = 'clear' | 'reset' | 'unavailable'

export interface Plan {
  fates: Fate[]
  views: View[]
  /** How far each view lies behind the truth, in ms. */
  lag: { datasets: number; status: number; snapshots: number; tasks: number }
  /** How long a snapshot, a restore or a clone takes, in ms. */
  workMs: number
  /** Whether the reply to a creation of a snapshot names it. */
  namesSnapshot: boolean
}

interface Work {
  by: 'us' | 'a stranger'
  kind: 'snapshot' | 'restore' | 'clone' | 'creation'
  at: number
  end: number
  task: string
  /** The snapshot that is made or restored, or the dataset that is made. */
  made: string
  name: string
  description: string
}

export const TARGET = id(100)
const LATEST = id(101)

/**
 * Visual Layer as far as the changes go: one dataset with two snapshots, work that takes time and blocks other work, lists and
 * statuses that lag. What is seen is computed from the history, so that nothing can disagree with it.
 */
export class SimulatedService {
  readonly history: Work[] = []
  requests = 0
  /** What a stranger does, and when. */
  stranger: { at: number; does: () => void } | undefined
  readonly #plan: Plan
  readonly #clock: FakeClock
  #reads = 0

  constructor(plan: Plan, clock: FakeClock) {
    this.#plan = plan
    this.#clock = clock
  }

  /** Work of a kind, ours or a stranger's. */
  done(kind: Work['kind']): Work[] {
    return this.history.filter((work) => work.kind === kind)
  }

  /** Starts work, whoever asks for it. */
  begin(kind: Work['kind'], about: Partial<Pick<Work, 'by' | 'made' | 'name' | 'description'>> = {}): Work {
    const number = this.history.length + 1
    const at = this.#clock.now()
    const end = at + this.#plan.workMs
    const none = { by: 'us' as const, name: '', description: '' }
    const work = { kind, at, end, task: id(200 + number), made: id(300 + number), ...none, ...about }
    this.history.push(work)
    return work
  }

  status(at: number): DatasetStatus {
    const blocking = this.history.some((work) => work.kind !== 'creation' && work.at <= at && at < work.end)
    return blocking ? 'READ_ONLY' : 'READY'
  }

  current(at: number): string {
    const moved = this.history.findLast(
      (work) => (work.kind === 'snapshot' && work.at <= at) || (work.kind === 'restore' && work.end <= at),
    )
    return moved?.made ?? LATEST
  }

  snapshots(at: number): Snapshot[] {
    const restoring = this.done('restore').find((work) => work.at <= at && at < work.end)?.made
    const rows = [
      ...this.done('snapshot')
        .filter((work) => work.at <= at)
        .map((work) => ({ id: work.made, name: work.name, description: work.description, createdAt: work.at }))
        .reverse(),
      { id: LATEST, name: 'latest', description: '', createdAt: -2 },
      { id: TARGET, name: 'nightly', description: '', createdAt: -1 },
    ]
    return rows.map((row) =>
      snapshot({ ...row, isCurrent: row.id === this.current(at), isRestoring: row.id === restoring }),
    )
  }

  tasks(at: number): Task[] {
    const types = { restore: 'SNAPSHOT_RESTORE', clone: 'SNAPSHOT_CLONE', creation: 'DATASET_CREATION', snapshot: '' }
    return this.history
      .filter((work) => work.kind !== 'snapshot' && work.at <= at)
      .map((work) =>
        task({
          id: work.task,
          type: types[work.kind],
          datasetId: work.kind === 'restore' ? SOURCE : work.made,
          datasetName: work.kind === 'restore' ? 'Cats' : work.name,
          state: at < work.end ? 'RUNNING' : 'COMPLETED',
          startedAt: work.at,
        }),
      )
  }

  datasets(at: number): Dataset[] {
    const made = this.history.filter((work) => (work.kind === 'clone' || work.kind === 'creation') && work.at <= at)
    return [
      dataset({ status: this.status(at) }),
      ...made.map((work) =>
        dataset({ id: work.made, name: work.name, status: at < work.end ? 'INDEXING' : 'READY', createdAt: work.at }),
      ),
    ]
  }

  /** Lets time pass, in which a stranger may do something. */
  #pass(ms: number): void {
    this.#clock.advance(ms)
    if (this.stranger === undefined || this.stranger.at > this.#clock.now()) return
    const { does } = this.stranger
    this.stranger = undefined
    does()
  }

  async #change<T>(blocks: boolean, make: () => T): Promise<T> {
    const fate = this.#plan.fates[this.requests] ?? 'made'
    this.requests += 1
    this.#pass(150)
    const failures: Partial<Record<Fate, () => RequestFailure>> = {
      'never sent': neverSent,
      'too many requests': () => rejected(429),
      'lost on the way': lostReply,
    }
    const failure = failures[fate]
    if (failure) throw failure()
    if (blocks && this.status(this.#clock.now()) !== 'READY') throw rejected(409, 'blocked while a task is running')
    const made = make()
    if (fate === 'made, reply lost') throw lostReply()
    if (fate === 'made, gateway timed out') throw rejected(504)
    return made
  }

  /** @param retries as many faults the client gets over by itself before one is seen */
  async #read<T>(lag: number, retries: number | undefined, see: (at: number) => T): Promise<T> {
    this.#pass(20)
    for (let tries = retries ?? 3; ; tries -= 1) {
      const view = this.#plan.views[this.#reads] ?? 'clear'
      this.#reads += 1
      if (view === 'clear') return see(this.#clock.now() - lag)
      if (tries <= 0) throw view === 'reset' ? lostReply() : rejected(503)
    }
  }

  readonly api: StubApi = {
    datasets: {
      get: (datasetId, retries) =>
        this.#read(this.#plan.lag.status, retries, (at) => {
          const found = this.datasets(at).find((one) => one.id === datasetId)
          if (!found) throw rejected(404)
          return found
        }),
      list: (retries) => this.#read(this.#plan.lag.datasets, retries, (at) => this.datasets(at)),
      createFromS3: (name) => this.#change(false, () => this.begin('creation', { name }).made),
    },
    snapshots: {
      list: (_, retries) => this.#read(this.#plan.lag.snapshots, retries, (at) => this.snapshots(at)),
      create: (_, name, description) =>
        this.#change(true, () => {
          const { made } = this.begin('snapshot', { name: name ?? 'default', description })
          const reply = this.snapshots(this.#clock.now()).find((one) => one.id === made)
          return this.#plan.namesSnapshot ? reply : undefined
        }),
      restore: (_, snapshotId) => this.#change(true, () => void this.begin('restore', { made: snapshotId })),
      clone: () => this.#change(false, () => void this.begin('clone', { name: 'Cats (cloned)' })),
    },
    tasks: {
      list: ({ datasetId, type }, retries) =>
        this.#read(this.#plan.lag.tasks, retries, (at) =>
          this.tasks(at).filter((one) => (!datasetId || one.datasetId === datasetId) && (!type || one.type === type)),
        ),
    },
  }
}
