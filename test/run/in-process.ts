// Imported for what it does: the steps of the test file run in this process, from the sources, where their coverage is seen, and
// not from dist. One at a time: a step writes to the one stdout, and reads the one environment.
import { systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { runPost } from '../../src/run-post.ts'
import { run } from '../../src/run.ts'
import { type Entry, launchStepsBy, type StepProcess } from '../action/run-action.ts'

launchStepsBy(launchHere)

let isTaken = false

/** Takes `process.env`, `process.stdout` and `process.exitCode` for a step; the function that it answers gives them back. */
function takeProcess(env: Record<string, string>, onStdout: (text: string) => void): () => void {
  if (isTaken) throw new Error('a step of this test file still runs: start the next one when it has ended')
  isTaken = true
  const { env: ownEnv } = process
  const write = process.stdout.write.bind(process.stdout)
  process.env = { ...env }
  process.stdout.write = (chunk: string | Uint8Array) => {
    onStdout(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
    return true
  }
  return () => {
    process.stdout.write = write
    process.env = ownEnv
    isTaken = false
  }
}

function launchHere(env: Record<string, string>, _cwd: string, entry: Entry): StepProcess {
  const stop = new AbortController()
  const listeners: ((text: string) => void)[] = []
  const giveBack = takeProcess(env, (text) => {
    for (const listener of listeners) listener(text)
  })
  const ended = async () => {
    // What the step says first is for those who listen once it was started.
    await Promise.resolve()
    try {
      const options = { env: process.env, clock: systemClock, signal: stop.signal }
      const exitCode = await (entry === 'post' ? runPost(options) : run(options))
      return { exitCode, signal: null, stderr: '' }
    } finally {
      giveBack()
    }
  }
  return {
    onStdout: (listener) => listeners.push(listener),
    kill: () => stop.abort(new ActionError('cancelled', 'The step was canceled.')),
    ended: ended(),
  }
}
