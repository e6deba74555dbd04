import { z } from 'zod'
import { RequestFailure } from '../visual-layer/failure.ts'
import type { OnceOnly } from '../waiting/once.ts'

const ids = z.array(z.string()).readonly()
const named = { id: z.string(), name: z.string() }

/** What a step is about to leave in Visual Layer, with all that is needed to find it again. IDs and names only: the runner keeps them in plain text. */
const planSchema = z.discriminatedUnion('kind', [
  /** A dataset being created. `earlier`: the datasets that could be mistaken for it and were there before the request. */
  z.object({
    kind: z.literal('creation'),
    from: z.enum(['s3', 'files']),
    name: z.string(),
    earlier: ids,
    /** `false`: it is only named (`on_cancel: leave`). */
    abort: z.boolean(),
    datasetId: z.string().optional(),
  }),
  /** A clone. The API does not return its ID. */
  z.object({
    kind: z.literal('clone'),
    source: z.object(named),
    /** Clones of that dataset, and clone tasks, that were there before the request. */
    earlier: ids,
    earlierTasks: ids,
    /** Deleted at the end of the step. */
    ephemeral: z.boolean(),
    /** The API accepted the request, so exactly one clone is this step's. */
    accepted: z.boolean(),
    datasetId: z.string().optional(),
  }),
  /** An enrichment: a new dataset, or the source itself. */
  z.object({
    kind: z.literal('enrichment'),
    source: z.object(named),
    /** The datasets that could be mistaken for the copy, and the enrichment tasks on the source, that were there before the request. */
    earlier: ids,
    earlierTasks: ids,
    /** `false`: it is only named (`on_cancel: leave`). */
    abort: z.boolean(),
    datasetId: z.string().optional(),
    taskId: z.string().optional(),
    /** The API accepted an abort. */
    aborting: z.boolean().optional(),
  }),
  /** A snapshot, whose description ends with `mark`. */
  z.object({ kind: z.literal('snapshot'), datasetId: z.string(), mark: z.string(), safety: z.boolean() }),
  /** A snapshot that is restored if the job fails later. */
  z.object({ kind: z.literal('rollback'), datasetId: z.string(), snapshot: z.object(named) }),
])

export type Plan = z.output<typeof planSchema>

/** What becomes known of an open plan. */
export type Known = { accepted: true } | { datasetId: string } | { taskId: string } | { aborting: true }

/** The runner hands a state to the post step as a variable; Windows allows 32,767 characters for all of them. */
const LONGEST_SAVED = 24_000

/** Of more earlier datasets than this, only those are saved that look like what is made. */
export const MOST_SAVED_IDS = 400

/**
 * What must be undone if the step ends early. `plan()` before the request that makes something, `confirm()` as soon as more is
 * known, `settle()` only once nothing is left to undo. Every change is saved at once, so that the post step knows as much as a
 * killed main step. One plan is open at a time: a later one replaces it.
 */
export class UndoLog {
  readonly #save: (text: string) => void
  #open: Plan | undefined

  /** @param save keeps a text for the post step; '' says that nothing is left */
  constructor(save: (text: string) => void) {
    this.#save = save
  }

  get open(): Plan | undefined {
    return this.#open
  }

  plan(plan: Plan): void {
    this.#open = plan
    const text = JSON.stringify(plan)
    // Without all of the earlier IDs the dataset could not be distinguished from others: then only this process knows the plan.
    this.#save(text.length <= LONGEST_SAVED ? text : '')
  }

  /** Adds what became known since to the open plan. With the ID, nothing has to be distinguished. */
  confirm(known: Known): void {
    const open = this.#open
    if (open?.kind !== 'creation' && open?.kind !== 'clone' && open?.kind !== 'enrichment') return
    this.plan({ ...open, ...known, ...('datasetId' in known ? { earlier: [] } : {}) })
  }

  /** Runs the change that the open plan is about. If it is rejected for certain, nothing is left to undo. */
  async during<T>(change: OnceOnly<T>): Promise<T> {
    try {
      return await change.run()
    } catch (error) {
      if (error instanceof RequestFailure && !change.mayHaveTakenEffect) this.settle()
      throw error
    }
  }

  settle(): void {
    if (!this.#open) return
    this.#open = undefined
    this.#save('')
  }
}

/** The plan in a saved text; `undefined` if there is none. Throws for a text that `UndoLog` did not write. */
export function savedPlan(text: string | undefined): Plan | undefined {
  return text ? planSchema.parse(JSON.parse(text)) : undefined
}
