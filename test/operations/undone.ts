import { undo } from '../../src/operations/undo.ts'
import type { Known, Plan } from '../../src/operations/undo-log.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

/** Undoes a plan in a time of its own. */
export async function undone(
  plan: Exclude<Plan, { kind: 'rollback' }>,
  api: StubApi,
  timeoutMs = 60_000,
  confirm?: (known: Known) => void,
) {
  const { api: client, waiting } = fakeStep({ api, timeoutMs, interval: 1_000 })
  return undo(plan, client, waiting, confirm)
}
