import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../errors.ts'
import type { ManifestOrigin } from '../exports/manifest.ts'
import { type Placed, placeExport } from '../exports/place.ts'
import type { ExportRequest } from '../inputs/operations/export.ts'
import { diskFailure } from '../transfer/disk.ts'
import { download } from '../transfer/download.ts'
import type { Source } from '../transfer/source.ts'
import { size } from './facts.ts'
import { maskLink } from './signed-link.ts'
import { archiveName } from './start-export.ts'
import type { Step } from './step.ts'
import { withinDeadline } from './waits.ts'

/** Between two lines of progress, in ms. */
const PROGRESS_MS = 5_000

/** A link that the API gives anew when it has expired; masked before anything can show it. */
function sourceOf(step: Step, datasetId: string, exportId: string, first: string): Source {
  const resolve = (link: string) => {
    const url = step.api.exports.resolve(link)
    if (!url) {
      throw new ActionError('unexpected_reply', `The download link of export ${exportId} is not an address.`, {
        todo: 'Run the step again with export_id to ask for the link anew.',
      })
    }
    maskLink(step.reporter, url)
    return url
  }
  let current = resolve(first)
  return {
    link: () => current,
    async renew() {
      const task = await step.api.exports.status(datasetId, exportId)
      if (task.link === undefined) {
        throw new ActionError(
          'operation_failed',
          `The download link of export ${exportId} expired, and Visual Layer gives no new one (${task.statusWord}).`,
          {
            apiWords: task.words,
            todo: 'Run the step again: it starts a new export.',
          },
        )
      }
      current = resolve(task.link)
    },
  }
}

/** Calls `tell` at most once in {@link PROGRESS_MS}. */
function nowAndThen(
  step: Step,
  tell: (done: number, total: number | undefined) => string,
): (done: number, total: number | undefined) => void {
  let last = step.clock.now()
  return (done, total) => {
    if (step.clock.now() - last < PROGRESS_MS) return
    last = step.clock.now()
    step.reporter.progress(tell(done, total))
  }
}

function share(done: number, total: number | undefined): string {
  return total === undefined || total === 0
    ? size(done)
    : `${size(done)} of ${size(total)} (${Math.floor((done / total) * 100)} %)`
}

/** Says how to carry on where a transfer failed for a reason that may pass. */
async function toldHow<T>(carryOn: string, transfer: () => Promise<T>): Promise<T> {
  try {
    return await transfer()
  } catch (error) {
    const passing = error instanceof ActionError && (error.code === 'network' || error.code === 'server_error')
    if (!passing) throw error
    const { code, message, apiWords, todo } = error
    throw new ActionError(code, message, { apiWords, todo: [todo, carryOn].join('\n'), cause: error })
  }
}

/** An export whose bytes wait to be fetched. */
export interface CompletedExport {
  /** The dataset that it belongs to in Visual Layer. */
  datasetId: string
  exportId: string
  /** As the API gave it: absolute or relative, signed. */
  link: string
  origin: ManifestOrigin
  /** What to do when the transfer fails for a reason that may pass. */
  carryOn: string
}

/**
 * Downloads a completed export, verifies every byte of it, and puts it in `output_dir`. The file carries its final name only
 * when it is whole and verified.
 */
export async function fetchExport(
  request: ExportRequest,
  step: Step,
  { datasetId, exportId, link, origin, carryOn }: CompletedExport,
): Promise<Placed> {
  const { reporter, context } = step
  const partial = path.join(request.outputDir, `${archiveName(request)}.partial`)
  await mkdir(request.outputDir, { recursive: true }).catch((error: unknown) => {
    throw diskFailure(error, 'make the output folder', request.outputDir)
  })
  const source = sourceOf(step, datasetId, exportId, link)
  const bytes = await toldHow(carryOn, () =>
    reporter.group('Downloading the export', () =>
      withinDeadline(step, { awaited: `the download of export ${exportId}`, carryOn }, async (signal) =>
        download({
          source,
          path: partial,
          dispatcher: await step.connection(),
          clock: step.clock,
          signal,
          stallTimeoutMs: step.requestTimeoutMs,
          maxRetries: step.maxRetries,
          userAgent: step.userAgent,
          onProgress: nowAndThen(step, (done, total) => `downloaded ${share(done, total)}`),
          onNote: (line) => reporter.info(line),
        }),
      ),
    ),
  )
  reporter.output('export_size_bytes', bytes.sizeBytes)
  reporter.output('export_sha256', bytes.sha256)
  reporter.fact('Size', `${size(bytes.sizeBytes)} (${bytes.sizeBytes.toLocaleString('en-US')} bytes)`)
  reporter.fact('SHA-256', bytes.sha256, { code: true })
  reporter.info(`Downloaded ${size(bytes.sizeBytes)}, SHA-256 ${bytes.sha256}.`)
  const placed = await reporter
    .group(request.extract ? 'Verifying and unpacking' : 'Verifying', () =>
      withinDeadline(step, { awaited: `the verification of export ${exportId}`, carryOn }, (signal) =>
        placeExport({
          archive: partial,
          outputDir: request.outputDir,
          archiveName: archiveName(request),
          extract: request.extract,
          origin,
          sizeBytes: bytes.sizeBytes,
          sha256: bytes.sha256,
          signal,
          onProgress: nowAndThen(
            step,
            (done, total) => `${request.extract ? 'unpacked' : 'verified'} ${share(done, total)}`,
          ),
        }),
      ),
    )
    .catch(async (error: unknown) => {
      // Bytes that are not what they should be are not left where a later step would take them along.
      await rm(partial, { force: true })
      throw error
    })
  if (placed.archivePath !== undefined) reporter.output('export_path', placed.archivePath)
  reporter.output('export_dir', request.outputDir)
  reporter.output('media_count', placed.mediaCount)
  reporter.output('content_digest', placed.contentDigest)
  const where = placed.archivePath ?? request.outputDir
  reporter.fact('Export', path.relative(context.workspace, where), { code: true })
  reporter.fact(request.exportFormat === 'json' ? 'Records' : 'Rows', placed.mediaCount.toLocaleString('en-US'))
  reporter.fact('Content digest', placed.contentDigest, { code: true })
  return placed
}
