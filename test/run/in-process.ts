// Imported for what it does: the steps of the test file run in this process, from the sources, where their coverage is seen, and
// not from dist. One at a time: a step writes to the one stdout, and reads the one environment.
import { EventEmitter } from 'node:events'
import { systemClock } from '../../src/clock.ts'
import { post } from '../../src/post.ts'
import { run } from '../../src/run.ts'
import { readState } from '../../src/runner/state.ts'
import { launchStepsBy, type StepProcess } from '../action/run-action.ts'

launchStepsBy(launchHere)

let isTaken = false

/** Takes `process.env`, `process.stdout` and `process.exitCode` for a step; the function that it answers gives them back. */
function takeProcess(env: Record<string, string>, onStdout: (text: string) => void): () => void {
  if (isTaken) throw new Error('a step of this test file still runs: start the next one when it has ended')
  isTaken = true
  const { env: ownEnv, exitCode } = process
  const write = process.stdout.write.bind(process.stdout)
  process.env = { ...env }
  process.exitCode = 0
  process.stdout.write = (chunk: string | Uint8Array) => {
    onStdout(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
    return true
  }
  return () => {
    process.stdout.write = write
    process.env = ownEnv
    process.exitCode = exitCode
    isTaken = false
  }
}

/** The process, but for its signals, which are the test's. */
function withSignals(signals: EventEmitter): NodeJS.Process {
  return new Proxy(process, {
    get: (target, name) =>
      name === 'on' || name === 'off' ? signals[name].bind(signals) : Reflect.get(target, name, target),
  })
}

function launchHere(env: Record<string, string>): StepProcess {
  const signals = new EventEmitter()
  const listeners: ((text: string) => void)[] = []
  const giveBack = takeProcess(env, (text) => {
    for (const listener of listeners) listener(text)
  })
  const ended = async () => {
    // What the step says first is for those who listen once it was started.
    await Promise.resolve()
    try {
      const options = { env: process.env, clock: systemClock, process: withSignals(signals) }
      const state = readState(process.env)
      await (state.phase === 'post' ? post(state, options) : run(options))
      return { exitCode: Number(process.exitCode), signal: null, stderr: '' }
    } finally {
      giveBack()
    }
  }
  return {
    onStdout: (listener) => listeners.push(listener),
    kill: (signal) => signals.emit(signal === 'SIGKILL' ? 'SIGTERM' : signal),
    ended: ended(),
  }
}
