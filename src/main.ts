import { isMainThread, workerData } from 'node:worker_threads'

// The bundle has one entry, which the threads that unpack archives or hash records start as well.
if (isMainThread) await import('./action.ts')
else if (workerData.work === 'records') await import('./exports/record-worker.ts')
else await import('./transfer/archive/archive-worker.ts')
