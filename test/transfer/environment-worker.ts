import { parentPort } from 'node:worker_threads'

/** What a thread could give away. */
export interface Given {
  env: NodeJS.ProcessEnv
  argv: string[]
  execArgv: string[]
}

const given: Given = { env: { ...process.env }, argv: process.argv.slice(2), execArgv: process.execArgv }
parentPort?.postMessage(given, [])
