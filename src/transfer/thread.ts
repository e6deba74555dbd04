import { Worker } from 'node:worker_threads'

/** Keeps a thread small: buffers do not count here. */
const LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 }

/** What a thread is started for: how the one file of the bundle tells what to load. */
export type ThreadWork = 'archive' | 'records'

/**
 * Starts a worker thread. In the bundle all modules lie beside its entry, which serves as the thread's too; in the sources the
 * thread has a module of its own.
 *
 * @param from the `import.meta.url` of the caller
 * @param source the thread's module in the sources, relative to `from`
 * @param data what it is given beside its `work`
 */
export function startThread(from: string, source: string, work: ThreadWork, data: object = {}): Worker {
  const entry = from.endsWith('.ts') ? source : './index.js'
  return new Worker(new URL(entry, from), {
    workerData: { work, ...data },
    // Nothing of what the process was given, secrets least of all, is needed there.
    argv: [],
    env: {},
    execArgv: [],
    resourceLimits: LIMITS,
    name: work,
  })
}
