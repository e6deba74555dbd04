import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../../errors.ts'
import { systemFailure } from '../../system-errors.ts'
import type { Baseline } from '../../export/comparison/baseline.ts'
import { requireOwnComparison } from '../../export/earlier-export.ts'
import type { ExportRequest } from './inputs.ts'
import { below } from '../../paths.ts'
import type { Step } from '../step.ts'
import { withinDeadline } from '../waits.ts'
import { count } from '../../numbers.ts'

/** The export that a new one is compared with, or why there is none. */
export type Earlier =
  | {
      kind: 'baseline'
      baseline: Baseline
      /** For people: `run 4242 of 2026-11-21 on main`. */
      words: string
      /** Where it can be seen. */
      link: string | undefined
      /** What `comparison.json` says about it. */
      origin: object
    }
  | { kind: 'none'; why: string }

/** Failures that may be gone by the next night, or that the stored data causes: no reason to skip tonight's export. */
const PASSING: readonly ActionError['code'][] = [
  'network',
  'server_error',
  'unexpected_reply',
  'corrupt_download',
  'unsafe_archive',
  'invalid_input',
]

/**
 * Reads the export that `compare_with` names, before anything is asked for: it may be replaced by the new one. `undefined` where
 * nothing is to be compared. Throws `operation_failed` where `comparison.json` could not be written later, `invalid_input` for a path
 * without an export, `unauthorized` or `forbidden` where the
 * token may not look for earlier runs; what may be better the next night is a warning.
 */
export async function readEarlier(request: ExportRequest, step: Step): Promise<Earlier | undefined> {
  const { compareWith, wait, outputDir } = request
  if (!compareWith || !wait) return undefined
  await requireOwnComparison(outputDir)
  const phase = {
    awaited: 'the baseline',
    carryOn: 'Nothing was exported yet. To skip the comparison, remove compare_with.',
  }
  return withinDeadline(step, phase, async (signal) => {
    if (compareWith.kind === 'previous-run') return previousRun(request, step, signal)
    const { readBaseline } = await import('../../export/comparison/baseline.ts')
    const { path: place, given } = compareWith
    const baseline = await readBaseline({ path: place, given }, { signal })
    const words = below(step.context.workspace, place) || given
    tell(step, words, baseline)
    return { kind: 'baseline', baseline, words, link: undefined, origin: { path: words } }
  })
}

async function previousRun(request: ExportRequest, step: Step, signal: AbortSignal): Promise<Earlier> {
  const folder = await temporaryFolder(step.context.temp)
  try {
    return await fetchAndRead(request, step, folder, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ActionError) || !PASSING.includes(error.code)) throw error
    step.reporter.warning(
      `Could not compare with the previous run. Exporting anyway; the data counts as changed. ${error.message}`,
    )
    return { kind: 'none', why: 'the previous export cannot be read' }
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function fetchAndRead(
  { artifactName, extract, githubToken: token }: ExportRequest,
  step: Step,
  folder: string,
  signal: AbortSignal,
): Promise<Earlier> {
  const { fetchPreviousExport } = await import('./previous-export.ts')
  const previous = await fetchPreviousExport({ artifactName, extract, token, folder, signal }, step)
  if (previous.kind === 'none') {
    step.reporter.note(`No baseline; the data counts as changed. ${previous.why}`)
    return { kind: 'none', why: previous.why }
  }
  const { readBaseline } = await import('../../export/comparison/baseline.ts')
  const baseline = await readBaseline({ path: previous.folder, given: 'previous-run' }, { signal })
  const { runId, runUrl, artifactId, createdAt, branch } = previous
  const day = createdAt === undefined ? '' : ` of ${createdAt.slice(0, 10)}`
  const words = `run ${runId}${day} on ${branch}`
  tell(step, words, baseline)
  return {
    kind: 'baseline',
    baseline,
    words,
    link: runUrl,
    origin: { run_id: runId, run_url: runUrl, artifact_id: artifactId, created_at: createdAt },
  }
}

function tell({ reporter }: Step, words: string, { records }: Baseline): void {
  reporter.info(`Baseline: ${words} (${count(records.mediaCount)} items).`)
}

async function temporaryFolder(temp: string): Promise<string> {
  try {
    await mkdir(temp, { recursive: true })
    return await mkdtemp(path.join(temp, 'visual-layer-previous-'))
  } catch (error) {
    throw systemFailure(error, 'make a folder for the previous export', temp)
  }
}
