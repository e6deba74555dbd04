import { rm } from 'node:fs/promises'
import { ActionError } from '../../errors.ts'
import { ANNOTATIONS_NAME, OWN_NAMES } from '../../export/manifest.ts'
import { type Placed, placeExport } from '../../export/place.ts'
import type { ExportRequest } from './inputs.ts'
import type { Downloaded } from '../../transfer/download/download.ts'
import type { FetchArchiveOptions, FetchedArchive } from '../../transfer/fetch-archive.ts'
import type { Source } from '../../transfer/download/source.ts'
import { size, tellPlaced } from '../facts.ts'
import { readExport } from '../../export/records/metadata-files.ts'
import type { Reading } from './export-review.ts'
import { originOf } from './export-origin.ts'
import { type ExportSubject, requireItems } from './export-subject.ts'
import { maskLink } from './signed-link.ts'
import { archiveName } from './start-export.ts'
import type { Step } from '../step.ts'
import { Progress } from './transfer-progress.ts'
import { transferOptions } from './transfer-options.ts'
import { withinDeadline } from '../waits.ts'
import { count } from '../../numbers.ts'

/** A link that the API replaces when it has expired; masked before anything can show it. */
function sourceOf(step: Step, datasetId: string, exportId: string, first: string): Source {
  const resolve = (link: string) => {
    const url = step.api.exports.resolve(link, exportId)
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
          `The download link of export ${exportId} expired, and Visual Layer provides no new one (${task.statusWord}).`,
          {
            apiWords: task.words,
            todo: 'Re-run the job: it starts a new export.',
          },
        )
      }
      current = resolve(task.link)
    },
  }
}

/** Says how to continue after a transfer that failed because of a transient error. */
async function toldHow<T>(carryOn: string, transfer: () => Promise<T>): Promise<T> {
  try {
    return await transfer()
  } catch (error) {
    const passing = error instanceof ActionError && (error.code === 'network' || error.code === 'server_error')
    if (!passing) throw error
    throw error.with({ todo: [error.todo, carryOn].filter(Boolean).join('\n') })
  }
}

/** Bytes to fetch, and where to. */
interface Wanted {
  datasetId: string
  exportId: string
  /** As the API gave it: absolute or relative, signed. */
  link: string
  carryOn: string
  /** Where the ZIP is downloaded to. */
  archive: string
  /** Begins each line of progress. */
  label: string
  signal: AbortSignal
  onDownloaded?: (downloaded: Downloaded) => void
  /** Also leaves the place of `annotations.json` free. */
  coco?: boolean
}

/** Downloads an export to `archive` and verifies every byte of it. On failure no file is left. */
function fetchVerified(step: Step, wanted: Wanted): Promise<FetchedArchive> {
  return fetchBytes(step, wanted, new Progress(step, wanted.label, 'verified'), {})
}

/**
 * Downloads an export to `archive`, verifies every byte of it and unpacks it to `target`, a folder that is not there yet; the ZIP
 * is removed then. The places of our own files next to it are left free. On failure and on abort neither is left. Throws an
 * `ActionError` that says how to continue after a transient error, or the signal's reason.
 */
export async function fetchUnpacked(step: Step, wanted: Wanted & { target: string }): Promise<FetchedArchive> {
  const progress = new Progress(step, wanted.label, 'unpacked')
  const reserved = wanted.coco ? [...OWN_NAMES, ANNOTATIONS_NAME] : OWN_NAMES
  const fetched = await fetchBytes(step, wanted, progress, { target: wanted.target, reserved })
  await rm(wanted.archive, { force: true })
  return fetched
}

async function fetchBytes(
  step: Step,
  { datasetId, exportId, link, carryOn, archive, signal, onDownloaded }: Wanted,
  progress: Progress,
  into: Pick<FetchArchiveOptions, 'target' | 'reserved'>,
): Promise<FetchedArchive> {
  const source = sourceOf(step, datasetId, exportId, link)
  const { fetchArchive } = await import('../../transfer/fetch-archive.ts')
  return toldHow(carryOn, async () =>
    fetchArchive({
      source,
      path: archive,
      ...(await transferOptions(step, signal)),
      onProgress: progress.received,
      onUnpacked: progress.unpacked,
      ...(onDownloaded ? { onDownloaded } : {}),
      ...into,
    }),
  )
}

/**
 * Downloads a completed export, verifies every byte of it, and puts it in `output_dir`. The file carries its final name only
 * when it is whole and verified.
 *
 * @param link as the API gave it: absolute or relative, signed
 */
export async function fetchExport(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  { exportId, link }: { exportId: string; link: string },
  reading: Reading,
): Promise<Placed> {
  const { reporter } = step
  const carryOn = subject.again(exportId)
  const onDownloaded = ({ sizeBytes, sha256 }: Downloaded) => {
    reporter.output('export_size_bytes', sizeBytes)
    reporter.output('export_sha256', sha256)
    reporter.fact('Size', `${size(sizeBytes)} (${count(sizeBytes)} bytes)`)
    reporter.fact('SHA-256', sha256, { code: true })
    reporter.info(`Downloaded ${size(sizeBytes)}, SHA-256 ${sha256}.`)
  }
  const phase = { awaited: `the download of export ${exportId}`, carryOn }
  const placed = await withinDeadline(step, phase, (signal) =>
    placeExport({
      outputDir: request.outputDir,
      archiveName: archiveName(request),
      extract: request.extract,
      origin: originOf(request, step, subject, exportId),
      signal,
      fetch: async (archive, target) => {
        const wanted: Wanted = {
          datasetId: subject.exported.id,
          exportId,
          link,
          carryOn,
          archive,
          label: '',
          signal,
          onDownloaded,
          coco: reading.coco !== undefined,
        }
        const fetched = await reporter.group(
          `Downloading and ${target === undefined ? 'verifying' : 'unpacking'}`,
          () => (target === undefined ? fetchVerified(step, wanted) : fetchUnpacked(step, { ...wanted, target })),
        )
        phase.awaited = `the record count of export ${exportId}`
        return fetched
      },
      async read(place) {
        const records = await readExport(place, { signal, ...reading })
        requireItems(request, step, subject, records.mediaCount)
        return records
      },
      coco: reading.coco,
    }),
  )
  tellPlaced(request, step, placed)
  return placed
}
