import { isMainThread } from 'node:worker_threads'

// As in src/main.ts: the bundle has one entry, which the threads that unpack archives start as well.
if (isMainThread) await (await import('./transfer-task.ts')).performTask()
else await import('../../src/transfer/archive/unpack-thread.ts')
