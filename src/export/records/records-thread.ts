import { parentPort, workerData } from 'node:worker_threads'
import { type ReportedError, reported } from '../../threads.ts'
import { type BatchResult, readBytes, type RecordBytes, type Wanted } from './read-batch.ts'

/** What the thread reports of a batch. */
export type RecordsReport = { result: BatchResult } | { error: ReportedError }

const wanted: Wanted = workerData.wanted

parentPort?.on('message', (batch: RecordBytes) => {
  let report: RecordsReport
  try {
    report = { result: readBytes(batch, wanted) }
  } catch (error) {
    report = { error: reported(error) }
  }
  parentPort?.postMessage(report, [])
})
