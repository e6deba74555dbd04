import { parentPort, workerData } from 'node:worker_threads'
import { waitForBytes } from '../../../src/transfer/download/watermark.ts'

/** What the thread of a test waits for. */
export interface Wait {
  shared: SharedArrayBuffer
  start: number
  end: number
}

const wait: Wait = workerData
parentPort?.postMessage('waiting', [])
parentPort?.postMessage(waitForBytes(wait.shared, wait.start, wait.end), [])
