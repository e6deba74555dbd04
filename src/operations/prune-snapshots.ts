import { ActionError, describe } from '../errors.ts'
import { asActionError } from '../system-errors.ts'
import * as fields from '../inputs/fields.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { isMissing } from '../visual-layer/failure.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { CATALOG_HEADERS, catalogCells, whenTaken } from './catalog.ts'
import { deletion, stillListed } from './deletion.ts'
import { readDataset } from './facts.ts'
import { pruneFailure, shortened, type Stayed } from './prune-failure.ts'
import { protection, type RetentionRule, retentionPlan, ruleWords, type Verdict } from './retention.ts'
import { operation } from './operation.ts'
import type { Step } from './step.ts'
import { counted } from '../numbers.ts'

/** Written at each deletion up to here, then after every 25th: the runner keeps all that was ever written. */
const WRITTEN_EACH = 100
const WRITTEN_AT = 25

/** Of the table of deletions: it fits a screen. */
const MOST_ROWS = 15
const NAME_CHARS = 40

/** What became of a snapshot that the plan deletes. */
type Outcome = 'deleted' | 'already gone' | 'kept' | 'stayed'

/** Deletes what a retention rule no longer keeps, oldest first; one failure does not stop the rest. */
export const pruneSnapshots = operation({
  name: 'prune-snapshots',
  inputs: {
    dataset_id: fields.datasetId(),
    /** How many of the newest to keep, and for how many days; at least one of them keeps something. */
    keep_last: fields.wholeNumber(0, 1000).optional(),
    keep_days: fields.wholeNumber(0, 36_500).optional(),
    /** Only snapshots whose name begins so are deleted; '' is every name. */
    name_prefix: fields.displayName().default(''),
    /** Tell what would be deleted, and delete nothing. */
    dry_run: fields.flag(),
  },
  outputs: ['deleted_snapshot_ids', 'would_delete_snapshot_ids'],
  /** A rule that keeps nothing is no retention: more likely, an expression in the workflow came out empty or as 0. */
  rules({ keep_last: last, keep_days: days }) {
    if (last === undefined && days === undefined) {
      const rule =
        'operation "prune-snapshots" requires keep_last (how many of the newest to keep), keep_days (for how many days), or both'
      return [{ input: 'keep_last', got: undefined, rule }]
    }
    const keepsNothing = [last, days].every((text) => text === undefined || /^0+$/.test(text))
    if (!keepsNothing) return []
    const rule = 'it must be at least 1 if nothing else keeps any, because this rule would delete every snapshot'
    return [last === undefined ? { input: 'keep_days', got: days, rule } : { input: 'keep_last', got: last, rule }]
  },
  async run(request, step): Promise<string> {
    const { reporter } = step
    reporter.output('deleted_snapshot_ids', '[]')
    const dataset = await readDataset(step, request.datasetId)
    reporter.fact('Rule', ruleWords(request))
    const plan = retentionPlan(await step.api.snapshots.list(dataset.id), request, step.clock.date())
    const doomed = plan.filter((one) => !one.keep).toReversed()
    reporter.fact('Kept', String(plan.length - doomed.length))
    tell(step, plan, new Map(), request.dryRun ? 'would be deleted' : 'to be deleted')
    if (request.dryRun) {
      for (const { snapshot } of doomed) reporter.info(`Would delete ${named(snapshot)}.`)
      reporter.output('would_delete_snapshot_ids', JSON.stringify(doomed.map(({ snapshot }) => snapshot.id)))
      return `Dry run: would delete ${counted(doomed.length, 'snapshot')} of dataset "${dataset.name}". Nothing was deleted.`
    }
    const pruning = new Pruning(step, dataset, request)
    try {
      await pruning.deleteAll(doomed)
    } finally {
      pruning.writeDeleted()
      tell(step, plan, pruning.ends, 'not tried')
    }
    if (pruning.stayed.length > 0) throw pruneFailure(dataset, pruning.stayed, pruning.deleted.length)
    return `Deleted ${counted(pruning.deleted.length, 'snapshot')} of dataset "${dataset.name}".`
  },
})

function named(snapshot: Snapshot): string {
  return `snapshot "${snapshot.name}" (${snapshot.id}), taken ${whenTaken(snapshot)}`
}

type Ends = ReadonlyMap<string, { outcome: Outcome; why?: string }>

/** Shows the plan in the summary, with what became of it as far as it is known: the deletions first, and all with IDs, folded. */
function tell(step: Step, plan: readonly Verdict[], ends: Ends, otherwise: string): void {
  const rows = plan.map(({ snapshot, keep, why }) => {
    const end = ends.get(snapshot.id)
    return { snapshot, keep, cells: [keep ? 'kept' : (end?.outcome ?? otherwise), end?.why ?? why] }
  })
  const isTrouble = ({ cells: [outcome] }: (typeof rows)[number]) => Number(outcome === 'stayed')
  const doomed = rows.filter(({ keep }) => !keep).sort((one, other) => isTrouble(other) - isTrouble(one))
  const shown = doomed
    .slice(0, MOST_ROWS)
    .map(({ snapshot, cells }) => [shortened(snapshot.name, NAME_CHARS), whenTaken(snapshot), ...cells])
  const more = doomed.length - shown.length
  step.reporter.table({
    title: 'Retention',
    headers: ['Name', 'When', 'Outcome', 'Why'],
    rows: more > 0 ? [...shown, [`and ${more} more`, '', '', '']] : shown,
  })
  step.reporter.table({
    title: 'All snapshots',
    place: 'folded',
    headers: [...CATALOG_HEADERS, 'Outcome', 'Why'],
    rows: rows.map(({ snapshot, cells }) => [...catalogCells(snapshot), ...cells]),
  })
}

class Pruning {
  /** Ids, in the order in which they were deleted. */
  deleted: string[] = []
  readonly stayed: Stayed[] = []
  readonly ends = new Map<string, { outcome: Outcome; why?: string }>()
  readonly #step: Step
  readonly #dataset: Dataset
  readonly #rule: RetentionRule

  constructor(step: Step, dataset: Dataset, rule: RetentionRule) {
    this.#step = step
    this.#dataset = dataset
    this.#rule = rule
  }

  /** @param doomed in the order in which they are to go */
  async deleteAll(doomed: readonly Verdict[]): Promise<void> {
    const { reporter, deadline, signal } = this.#step
    for (const [index, { snapshot }] of doomed.entries()) {
      signal.throwIfAborted()
      try {
        if (deadline.remainingMs() <= 0) throw notTried('timed_out')
        const outcome = await this.#deleteOne(snapshot)
        reporter.info(`${index + 1} of ${doomed.length}: ${named(snapshot)}: ${outcome}.`)
      } catch (error) {
        signal.throwIfAborted()
        const failure = asActionError(error)
        this.#stays(snapshot, failure)
        reporter.info(
          `${index + 1} of ${doomed.length}: ${named(snapshot)} stayed: ${failure.apiWords ?? failure.message}`,
        )
        // Neither would end otherwise for any of the rest.
        if (failure.code === 'timed_out' || failure.code === 'unauthorized') {
          for (const rest of doomed.slice(index + 1)) this.#stays(rest.snapshot, notTried(failure.code, failure.todo))
          break
        }
      }
    }
    await this.#confirm()
  }

  writeDeleted(): void {
    this.#step.reporter.output('deleted_snapshot_ids', JSON.stringify(this.deleted))
  }

  async #deleteOne(snapshot: Snapshot): Promise<Outcome> {
    const { api } = this.#step
    // Read again each time: a long list takes time, and someone may restore, rename, or delete during it.
    const now = (await api.snapshots.list(this.#dataset.id)).find((one) => one.id === snapshot.id)
    const keptFor = now && protection(now, this.#rule)
    if (!now) return this.#ended(snapshot, 'already gone', 'someone else deleted it during the step')
    if (keptFor !== undefined) return this.#ended(snapshot, 'kept', `since the step began, ${keptFor}`)
    if (now.isRestoring) throw new ActionError('conflict', 'The dataset is being restored to this snapshot.')
    try {
      await deletion(this.#step, this.#dataset, snapshot).run()
    } catch (error) {
      if (!isMissing(error)) throw error
      // The list may lag behind someone else's deletion; that it is gone is seen at the end.
      return this.#ended(snapshot, 'already gone', 'Visual Layer no longer finds it')
    }
    this.deleted.push(snapshot.id)
    if (this.deleted.length <= WRITTEN_EACH || this.deleted.length % WRITTEN_AT === 0) this.writeDeleted()
    return this.#ended(snapshot, 'deleted')
  }

  #ended(snapshot: Snapshot, outcome: Outcome, why?: string): Outcome {
    this.ends.set(snapshot.id, { outcome, ...(why === undefined ? {} : { why }) })
    return outcome
  }

  #stays(snapshot: Snapshot, error: ActionError): void {
    this.stayed.push({ snapshot, error })
    this.#ended(snapshot, 'stayed', error.apiWords ?? error.message)
  }

  /** An accepted deletion is not yet a deletion: the catalog must show it. */
  async #confirm(): Promise<void> {
    const gone = [...this.ends].filter(([, { outcome }]) => outcome === 'deleted' || outcome === 'already gone')
    if (gone.length === 0) return
    let left: Snapshot[] = []
    try {
      left = await stillListed(this.#step, this.#dataset, new Set(gone.map(([id]) => id)))
    } catch (error) {
      this.#step.signal.throwIfAborted()
      if (this.stayed.length === 0) throw error
      this.#step.reporter.note(`Could not confirm that the other snapshots are gone: ${describe(error)}`)
    }
    for (const snapshot of left) {
      const isOurs = this.deleted.includes(snapshot.id)
      const message = `Visual Layer ${isOurs ? 'accepted its deletion' : 'did not find it'}, but still lists it.`
      this.#stays(snapshot, new ActionError('operation_failed', message))
      this.deleted = this.deleted.filter((id) => id !== snapshot.id)
    }
  }
}

function notTried(
  code: 'timed_out' | 'unauthorized',
  todo = 'Re-run the job to delete the rest, or increase timeout.',
): ActionError {
  const why = code === 'timed_out' ? 'the step timed out' : 'the credentials were no longer accepted'
  return new ActionError(code, `Its deletion was not attempted: ${why}.`, { todo })
}
