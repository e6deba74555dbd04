import { parentPort } from 'node:worker_threads'

/** What a thread could give away. */
export interface Given {
  env: NodeJS.ProcessEnv
  argv: string[]
  execArgv: string[]
}

const given: Given = { env: { ...process.env }, argv: process.argv.slice(2), execArgv: process.execArgv }
parentPort?.postMessage(given, [])

// Three ways to die.
parentPort?.on('message', (how: string) => {
  if (how === 'throw') throw new Error('a bug')
  if (how === 'exit') process.exit(3)
  const hoard: string[][] = []
  for (;;) hoard.push(Array.from({ length: 1_000_000 }, (_, index) => `${index}`))
})
