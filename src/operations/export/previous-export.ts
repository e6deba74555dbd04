import { rm } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../../errors.ts'
import { findPreviousExport, type NoPreviousRun, type PreviousArtifact } from '../../runner/previous-run.ts'
import type { FetchedArchive } from '../../transfer/fetch-archive.ts'
import type { Source } from '../../transfer/download/source.ts'
import { maskLink } from './signed-link.ts'
import type { Step } from '../step.ts'
import { transferOptions } from './transfer-options.ts'
import { Progress } from './transfer-progress.ts'

/** The export of an earlier run, on disk and verified. */
interface FetchedPrevious {
  kind: 'found'
  /** Holds the export: its ZIP alone, or the files that were in the artifact. */
  folder: string
  runId: string
  runUrl: string
  artifactId: number
  createdAt: string | undefined
  branch: string
}

export type PreviousExport = FetchedPrevious | NoPreviousRun

export interface PreviousExportRequest {
  /** The name that this step stores its export under, without `.zip`. */
  artifactName: string
  extract: boolean
  /** `github_token`, masked by the caller. */
  token: string | undefined
  /** Empty; what is fetched is put below it. */
  folder: string
  signal: AbortSignal
}

const INSTEAD =
  'To skip the comparison, remove compare_with. To compare with another export, set compare_with to its folder or ZIP.'

/**
 * Fetches the export that the last successful run of this workflow stored as an artifact. The artifact is data from outside: it is
 * downloaded by our own transfer, verified against the digest GitHub keeps of it, verified to the last CRC, and unpacked only where it
 * contains the export's ZIP in a ZIP, never outside `folder`. On failure and on abort nothing of it is left. Throws what
 * `findPreviousExport` throws, an `ActionError` (`network`, `server_error`, `corrupt_download`, `unsafe_archive`,
 * `unexpected_reply`, `operation_failed`), or the signal's reason.
 */
export async function fetchPreviousExport(request: PreviousExportRequest, step: Step): Promise<PreviousExport> {
  const { reporter, context, connection, requestTimeoutMs, maxRetries, clock } = step
  const { artifactName, extract, token, signal } = request
  return reporter.group('Fetching the export of the previous run', async () => {
    const found = await findPreviousExport({
      artifactName,
      extract,
      token,
      signal,
      reporter,
      context,
      connection,
      requestTimeoutMs,
      maxRetries,
      clock,
    })
    if (found.kind === 'none') {
      reporter.info(found.why)
      return found
    }
    reporter.info(`Found the artifact "${found.name}" of ${found.runUrl}, on the branch "${found.branch}".`)
    return fetchFound(found, request, step)
  })
}

async function fetchFound(
  found: PreviousArtifact,
  request: PreviousExportRequest,
  step: Step,
): Promise<FetchedPrevious> {
  const { signal, folder } = request
  const { runId, runUrl, artifactId, createdAt, branch } = found
  const archive = path.join(folder, 'previous-export.zip')
  try {
    const { downloaded, contents } = await download(found, archive, signal, step)
    if (found.digest !== undefined && found.digest !== downloaded.sha256) {
      throw new ActionError(
        'corrupt_download',
        `its SHA-256 is ${downloaded.sha256}, while GitHub stored ${found.digest}.`,
      )
    }
    const holds = contents.entries.some((entry) => /^[^/]+\.zip$/i.test(entry.path))
    const at = holds ? await unpacked(archive, path.join(folder, 'artifact'), signal) : folder
    return { kind: 'found', folder: at, runId, runUrl, artifactId, createdAt, branch }
  } catch (error) {
    await rm(archive, { force: true }).catch(() => undefined)
    signal.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    throw error.with({
      message: `Could not download the export of ${runUrl}: ${error.message}`,
      todo: [error.todo ?? 'Re-run the job.', INSTEAD].join('\n'),
    })
  }
}

async function download(
  found: PreviousArtifact,
  archive: string,
  signal: AbortSignal,
  step: Step,
): Promise<FetchedArchive> {
  const { fetchArchive } = await import('../../transfer/fetch-archive.ts')
  const progress = new Progress(step, '', 'verified')
  return fetchArchive({
    source: sourceOf(found, step),
    path: archive,
    ...(await transferOptions(step, signal)),
    onProgress: progress.received,
    onUnpacked: progress.unpacked,
  })
}

/** Links are masked before anything can show them. */
function sourceOf({ link, renew }: PreviousArtifact, { reporter }: Step): Source {
  maskLink(reporter, link)
  let current = link
  return {
    link: () => current,
    async renew() {
      current = await renew()
      maskLink(reporter, current)
    },
  }
}

/** What actions/upload-artifact makes of an output folder that contains the ZIP: the ZIP and its manifest in another one. */
async function unpacked(archive: string, target: string, signal: AbortSignal): Promise<string> {
  const { readArchive } = await import('../../transfer/archive/unpack.ts')
  await readArchive({ archive, target, signal })
  await rm(archive)
  return target
}
