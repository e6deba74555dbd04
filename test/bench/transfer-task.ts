import { readFileSync } from 'node:fs'
import { systemClock } from '../../src/clock.ts'
import { fetchArchive } from '../../src/transfer/fetch-archive.ts'
import { readArchive } from '../../src/transfer/archive/unpack.ts'
import { USER_AGENT } from '../../src/version.ts'
import { openConnection } from '../../src/visual-layer/connection.ts'

/** What one process of the benchmark does, as its arguments. */
export type TransferTask =
  | ['fetch', link: string, archive: string, target: string]
  | ['unpack', archive: string, target: string]

/**
 * Does the task of the command line with the code and the settings of an export step; in the end it writes how long that took, in
 * ms, and what Linux counted of the process. A step runs already when it comes to this, so the start of node does not count.
 */
export async function performTask(): Promise<void> {
  const [kind, ...words] = process.argv.slice(2)
  const [target = '', archive = '', link = ''] = words.reverse()
  // By the time of a download a step has long talked to the API.
  if (kind === 'fetch') await import('undici')
  const { signal } = new AbortController()
  const startedAt = performance.now()
  if (kind === 'unpack') await readArchive({ archive, target, signal })
  else await fetch(new URL(link), archive, target, signal)
  process.stdout.write(`Took: ${performance.now() - startedAt} ms\n`)
  process.stdout.write(readFileSync('/proc/self/status'))
}

async function fetch(link: URL, path: string, target: string, signal: AbortSignal): Promise<void> {
  const dispatcher = await openConnection()
  await fetchArchive({
    source: { link: () => link, renew: () => Promise.reject(new Error('the link was rejected')) },
    path,
    target,
    dispatcher,
    clock: systemClock,
    signal,
    stallTimeoutMs: 60_000,
    leftMs: () => 60_000,
    userAgent: USER_AGENT,
    onProgress: () => undefined,
    onNote: (line) => process.stderr.write(`${line}\n`),
  })
  await dispatcher.destroy()
}
