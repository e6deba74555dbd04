import { isMainThread, workerData } from 'node:worker_threads'
import { systemClock } from './clock.ts'
import { runAsProcess } from './lifetime.ts'

// The bundle has one entry, which the threads that unpack archives or hash records start as well.
if (isMainThread) {
  runAsProcess(async () => {
    const { run } = await import('./run.ts')
    return (options) => run({ ...options, clock: systemClock })
  })
} else if (workerData.work === 'records') await import('./export/records/records-thread.ts')
else await import('./transfer/archive/unpack-thread.ts')
