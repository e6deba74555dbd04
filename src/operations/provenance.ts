import { randomBytes } from 'node:crypto'
import type { RunnerContext } from '../runner/context.ts'

/** Marks one snapshot of ours, so that it is found again among others made at the same time under the same name. */
export function newMark(): string {
  return randomBytes(8).toString('hex')
}

/**
 * The line that a snapshot's description ends with: where it came from, for people, and a mark, for the action.
 * `Created by GitHub Actions: octo/cats, workflow "Nightly", job export, run 42, attempt 1, commit 1a2b3c4, https://… [mark 0f…]`
 */
export function provenanceLine(context: RunnerContext, mark: string): string {
  const parts = [
    context.repository,
    context.workflow === undefined ? undefined : `workflow "${context.workflow}"`,
    context.job === undefined ? undefined : `job ${context.job}`,
    context.runId === undefined ? undefined : `run ${context.runId}`,
    context.runAttempt === undefined ? undefined : `attempt ${context.runAttempt}`,
    context.sha === undefined ? undefined : `commit ${context.sha}`,
    context.runUrl,
  ].filter((part) => part !== undefined)
  return `Created by GitHub Actions${parts.length > 0 ? `: ${parts.join(', ')}` : ''} [mark ${mark}]`
}

/** A description with its provenance on a line of its own. */
export function describedWith(description: string | undefined, line: string): string {
  return description === undefined || description === '' ? line : `${description}\n${line}`
}
