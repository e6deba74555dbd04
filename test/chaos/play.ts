import { setTimeout as sleep } from 'node:timers/promises'
import { launchDist, type RunningStep, type StepResult } from '../action/run-action.ts'
import { Scene } from '../action/scene.ts'
import type { Blow, Ending, Sequence } from './sequence.ts'
import { subjects } from './subjects.ts'

/** `timeout` of each step, in seconds: most sequences leave a way to succeed in it. */
const TIMEOUT_S = 12
/** A step ends at most this much after its timeout, in seconds; a temporary clone takes a limit of its own. */
const OVERTIME_S = 3
const CLEANUP_S = 62
/** A canceled step ends within this time, in ms, and a little more for the process. */
const CANCELLED_MS = 5_700
/** A step that is about to end when it is canceled may end as it would have, within this time, in ms. */
const ENDING_MS = 500

/** What a sequence came to. */
export interface Played {
  /** What was promised and did not hold; empty if all did. */
  broken: string[]
  /** How the main step ended: an error code, `success`, or `killed`. */
  end: string
  /** All that a reader needs to understand it. */
  log: string
}

/**
 * Plays a sequence on the action and the emulator, and checks from outside what is left.
 *
 * @param slackMs how much later a canceled step may end, where many share the machine
 */
export async function play(sequence: Sequence, slackMs = 0): Promise<Played> {
  const { workMs: ms, lags, style, linkLifetimeMs } = sequence
  const timings = {
    createMs: ms,
    snapshotMs: ms,
    restoreMs: ms,
    cloneMs: ms,
    enrichMs: ms,
    exportMs: ms,
    addMediaMs: ms,
    reindexMs: ms,
    processMs: ms,
  }
  await using scene = await Scene.open({ timings, lags, style, linkLifetimeMs })
  const prepare = subjects[sequence.subject]
  if (!prepare) throw new Error(`there is no subject ${sequence.subject}`)
  const subject = await prepare(scene)
  const before = new Set([...scene.world.datasets, ...scene.world.datasets.flatMap(({ snapshots }) => snapshots)])
  const inputs = { timeout: `${TIMEOUT_S}s`, request_timeout: '1s', ...subject.inputs }
  strike(scene, sequence.blows)

  const startedAt = performance.now()
  // Only a process can be killed.
  const launch = sequence.ending?.signal === 'SIGKILL' ? launchDist : undefined
  const { result, cancelledAt } = await endedBy(scene, await scene.start(inputs, {}, 'main', launch), sequence.ending)
  const endedAt = performance.now()
  const broken: string[] = []
  const check = (what: string, body: () => void) => {
    try {
      body()
    } catch (error) {
      broken.push(`${what}: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`)
    }
  }
  const killed = result.signal !== null
  // A signal before the first line finds Node itself, which no action can change.
  const isMute = result.stdout === ''
  let log = `${result.stdout}${result.stderr}`
  let named = `${log} ${result.summary} ${JSON.stringify(result.outputs)}`
  if (killed && sequence.ending?.signal !== 'SIGKILL' && !isMute && result.outputs['result'] === undefined)
    broken.push(`the step was killed by ${result.signal}`)
  if (!killed && !isMute) check('the rules of every step', () => scene.sound(result))
  const tookS = (endedAt - startedAt) / 1000
  const isEphemeral = subject.inputs['snapshot_name'] !== undefined && subject.inputs['operation'] === 'export'
  const limitS = TIMEOUT_S + OVERTIME_S + (isEphemeral ? CLEANUP_S : 0)
  if (tookS > limitS + 1) broken.push(`the step took ${tookS.toFixed(1)} s with a timeout of ${TIMEOUT_S} s`)
  if (cancelledAt !== undefined && !killed) {
    const afterMs = endedAt - cancelledAt
    if (afterMs > CANCELLED_MS + slackMs) broken.push(`the step ended ${afterMs.toFixed()} ms after it was canceled`)
    const { error_code: code } = result.outputs
    if (!isMute && result.exitCode !== 0 && code !== 'cancelled' && afterMs > ENDING_MS + slackMs)
      broken.push(`the step was canceled and ended as ${code}`)
  }
  if (result.exitCode === 0) broken.push(...(await subject.missing(result.outputs)).map((what) => `done, but ${what}`))
  // Nothing in these worlds fails for good.
  if (!killed && result.outputs['error_code'] === 'operation_failed')
    broken.push('a failure was blamed on Visual Layer')
  const made = subject.made?.() ?? 0
  if (made > 1) broken.push(`the change was made ${made} times`)

  if (result.exitCode !== 0) {
    scene.emulator.faults.clear()
    strike(scene, sequence.postBlows)
    const step = await scene.start(inputs, result.state, 'post')
    if (sequence.postEndsMs !== undefined) setTimeout(() => step.kill('SIGINT'), sequence.postEndsMs)
    const post = await step.ended
    log += `\n--- post ---\n${post.stdout}${post.stderr}`
    named += `${post.stdout} ${post.summary}`
    // A signal before its first line, or in the moment after its last one, finds Node itself.
    if (post.signal === null && (post.exitCode !== 0 || post.errors.length > 0 || post.stderr !== ''))
      broken.push(`post ended with ${post.exitCode}`)
    if (sequence.postEndsMs === undefined) broken.push(...unnamed(scene, before, named))
  } else broken.push(...unnamed(scene, before, named))
  if (/the action itself failed/i.test(log)) broken.push('the action itself failed')
  const end = killed ? 'killed' : result.exitCode === 0 ? 'success' : (result.outputs['error_code'] ?? 'nothing')
  return { broken, end, log }
}

function strike(scene: Scene, blows: readonly Blow[]): void {
  for (const { fault, ...rule } of blows) scene.emulator.faults.add({ path: /./, ...rule, fault })
}

/** The end of a step, and when it was canceled (as `performance.now()` counts), if it was. */
async function endedBy(
  { emulator }: Scene,
  step: RunningStep,
  ending: Ending | undefined,
): Promise<{ result: StepResult; cancelledAt: number | undefined }> {
  if (!ending) return { result: await step.ended, cancelledAt: undefined }
  const end = { isOver: false }
  const over = () => (end.isOver = true)
  step.ended.then(over, over)
  if (ending.afterRequests === 0) await step.logged(/./).catch(() => undefined)
  while (!end.isOver && emulator.requests.length < ending.afterRequests) await sleep(2)
  await sleep(ending.delayMs)
  const cancelledAt = end.isOver || ending.signal === 'SIGKILL' ? undefined : performance.now()
  step.kill(ending.signal)
  if (ending.twice) setTimeout(() => step.kill('SIGTERM'), 300)
  return { result: await step.ended, cancelledAt }
}

/** What the step has left in Visual Layer without a word about it. */
function unnamed({ world }: Scene, before: ReadonlySet<object>, named: string): string[] {
  const datasets = world.datasets.filter((one) => !before.has(one) && !one.deleted)
  const snapshots = world.datasets
    .flatMap((one) => one.snapshots)
    .filter((one) => !before.has(one) && !one.deleted && one.reason === 'manual')
  return [...datasets, ...snapshots]
    .filter(({ id }) => !named.includes(id))
    .map(({ id, name }) => `"${name}" (${id}) is left, and nobody names it`)
}
