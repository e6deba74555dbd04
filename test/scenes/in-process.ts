// The setup of the scenes: their steps run in the process of the test, from the sources, where their coverage is seen, and not from
// dist. Each sees an environment and a stdout of its own, so any number of them can run at once.
import { AsyncLocalStorage } from 'node:async_hooks'
import { systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { runPost } from '../../src/run-post.ts'
import { run } from '../../src/run.ts'
import { type Entry, launchStepsBy, type StepProcess } from '../action/run-action.ts'

interface Here {
  env: NodeJS.ProcessEnv
  onStdout(text: string): void
}

const steps = new AsyncLocalStorage<Here>()
const { env: ownEnv } = process
const write = process.stdout.write.bind(process.stdout)
const env = () => steps.getStore()?.env ?? ownEnv

process.env = new Proxy(ownEnv, {
  get: (_, name) => Reflect.get(env(), name),
  set: (_, name, value) => Reflect.set(env(), name, value),
  has: (_, name) => Reflect.has(env(), name),
  deleteProperty: (_, name) => Reflect.deleteProperty(env(), name),
  ownKeys: () => Reflect.ownKeys(env()),
  getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(env(), name),
})
process.stdout.write = (chunk: string | Uint8Array, ...rest: never[]) => {
  const step = steps.getStore()
  if (!step) return write(chunk, ...rest)
  step.onStdout(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
  return true
}
launchStepsBy(launchHere)

function launchHere(variables: Record<string, string>, _cwd: string, entry: Entry): StepProcess {
  const stop = new AbortController()
  const listeners: ((text: string) => void)[] = []
  const here: Here = {
    env: { ...variables },
    onStdout(text) {
      for (const listener of listeners) listener(text)
    },
  }
  const killed = Promise.withResolvers<never>()
  const ended = steps.run(here, async () => {
    // What the step says first is for those who listen once it was started.
    await Promise.resolve()
    const options = { env: here.env, clock: systemClock, signal: stop.signal }
    const exitCode = await (entry === 'post' ? runPost(options) : run(options))
    return { exitCode, signal: null, stderr: '' }
  })
  return {
    onStdout: (listener) => listeners.push(listener),
    kill(signal) {
      stop.abort(new ActionError('cancelled', 'The step was canceled.'))
      if (signal === 'SIGKILL') killed.reject(new Error('a scene that kills its step is one for test/action'))
    },
    ended: Promise.race([ended, killed.promise]),
  }
}
