import { within } from '../clock.ts'
import { ActionError } from '../errors.ts'
import { duration } from '../numbers.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { isMissing } from '../visual-layer/failure.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import { asPhase, type Ended, type Look, type Phase, until } from '../waiting/until.ts'
import type { Step } from './step.ts'

/**
 * Waits until `probe` is done; a failed look or the end of the time is thrown. The message of a `timed_out` names what was
 * waited for, the last status, how long, and how to resume.
 */
export async function waitFor<T>(step: Step, phase: Phase, probe: () => Promise<Look<T>>): Promise<T> {
  let hasLooked = false
  const look = async () => {
    const found = await probe()
    hasLooked = true
    return found
  }
  const ended = await step.reporter
    .group(`Waiting for ${phase.awaited}`, () => asPhase(step.waiting, phase, () => until(look, step.waiting)))
    .catch((error: unknown) => {
      throw hasLooked ? goneMeanwhile(error, phase) : error
    })
  switch (ended.end) {
    case 'done':
      return ended.value
    case 'failed':
      throw ended.error
    case 'out_of_time':
      throw timedOut(step, phase, ended)
  }
}

/** What is waited for was there before, so a 404 is news, and no fault of the inputs. */
function goneMeanwhile(error: unknown, { awaited }: Phase): unknown {
  if (!isMissing(error)) return error
  const message = `The dataset or the item disappeared while this step waited for ${awaited}: someone deleted it or removed this account's access. ${error.message}`
  return new Disappeared('not_found', message, { apiWords: error.apiWords, todo: REDO, cause: error })
}

const REDO = 'If that was unintended, re-run the job.'

/** The error of a wait that timed out. */
function timedOut(
  { deadline }: Step,
  { awaited, carryOn }: Phase,
  { lastLine, lastFault, waitedMs }: Extract<Ended<unknown>, { end: 'out_of_time' }>,
): ActionError {
  const last = lastLine === undefined ? 'no status received' : `last status: ${lastLine}`
  const fault = lastFault ? ` The last poll failed: ${lastFault.message}` : ''
  return new ActionError(
    'timed_out',
    `Timed out after ${duration(deadline.elapsedMs())} (timeout: ${duration(deadline.totalMs)}). Waited ${duration(waitedMs)} for ${awaited}; ${last}.${fault}`,
    { apiWords: lastFault?.apiWords, todo: `${carryOn} Or increase timeout.`, cause: lastFault },
  )
}

/** Makes a read that returns `undefined` for what is not there yet, for at most `graceMs` from now. */
export function lenient<T>(step: Step, graceMs: number, read: () => Promise<T>): () => Promise<T | undefined> {
  const startedAt = step.clock.now()
  return async () => {
    try {
      return await read()
    } catch (error) {
      if (isMissing(error) && step.clock.now() - startedAt < graceMs) return undefined
      throw error
    }
  }
}

/** Reads a dataset that this step has made, whatever it is doing, as soon as it is visible. `carryOn` as in {@link Phase}. */
export async function readNew(step: Step, datasetId: string, carryOn: string): Promise<Dataset> {
  const read = ownDataset(step, datasetId, patienceMs(step.deadline.remainingMs()))
  return waitFor(step, { awaited: `dataset ${datasetId} to be readable`, carryOn }, async () => {
    const dataset = await read()
    return dataset
      ? { state: 'done', value: dataset }
      : { state: 'pending', line: 'the new dataset cannot be read yet' }
  })
}

/** What a step had made is no longer there. */
export class Disappeared extends ActionError {}

/**
 * Makes a read of a dataset that this step has made: `undefined` while it is not visible yet, for at most `graceMs` from now. Once it
 * was visible, a lasting absence is {@link Disappeared}.
 *
 * @param seen the dataset, if it was visible before
 */
export function ownDataset(
  { api, clock, deadline }: Step,
  datasetId: string,
  graceMs: number,
  seen?: Dataset,
): () => Promise<Dataset | undefined> {
  let last = seen
  let missingSince = seen ? undefined : clock.now()
  return async () => {
    try {
      last = await api.datasets.get(datasetId, 0)
      missingSince = undefined
      return last
    } catch (error) {
      if (!isMissing(error)) throw error
      missingSince ??= clock.now()
      const grace = last ? settlingMs(deadline.remainingMs()) : graceMs
      if (clock.now() - missingSince < grace) return undefined
      if (!last) {
        const message = `Dataset ${datasetId} was created, but this account could not read it since.`
        const todo = 'Look for it in Visual Layer, and check who has access to it, before you re-run the job.'
        throw new ActionError('not_found', message, { apiWords: error.apiWords, todo, cause: error })
      }
      const message = `Dataset "${last.name}" (${datasetId}) disappeared while this step waited for it: someone deleted it or removed this account's access.`
      throw new Disappeared('not_found', message, { todo: REDO, cause: error })
    }
  }
}

/** Remembers whether something was ever seen in a wait. */
export class Seen {
  value = false

  add(now: boolean): boolean {
    this.value ||= now
    return this.value
  }
}

/**
 * Runs work that has no looks to count, a transfer say, against the deadline of the step: its signal aborts with `timed_out` when
 * the time is up, and with the step's own reason when that is cancelled.
 */
export async function withinDeadline<T>(
  step: Step,
  phase: Phase,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, deadline } = step
  step.signal.throwIfAborted()
  const late = () => {
    const message = `Timed out after ${duration(deadline.elapsedMs())} (timeout: ${duration(deadline.totalMs)}) while waiting for ${phase.awaited}.`
    return new ActionError('timed_out', message, { todo: `${phase.carryOn} Or increase timeout.` })
  }
  return asPhase(step.waiting, phase, () => within(clock, deadline.remainingMs(), step.signal, late, body))
}
