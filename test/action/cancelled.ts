import { expect } from 'vitest'
import type { RunningStep, StepResult } from './run-action.ts'
import type { Scene } from './scene.ts'

/** Cancels a step, and checks what holds for each: it ends by itself in time, and says so. */
export async function cancelled(
  scene: Scene,
  step: RunningStep,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<StepResult> {
  const result = await step.cancel(signal)
  scene.sound(result)
  expect(result.outputs['error_code'], result.stdout).toBe('cancelled')
  expect(result.summary).toContain('was canceled')
  return result
}
