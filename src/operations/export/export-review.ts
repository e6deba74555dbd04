import path from 'node:path'
import type { Comparison } from '../../exports/comparison/compare.ts'
import type { Statistics } from '../../exports/comparison/statistics.ts'
import type { ExportPlace } from '../../exports/export-files.ts'
import { COMPARISON_NAME } from '../../exports/manifest.ts'
import type { Placed } from '../../exports/place.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import type { Earlier } from './compare-with.ts'
import { changeWords, tellContents } from './export-pictures.ts'
import type { Step } from '../step.ts'
import { withinDeadline } from '../waits.ts'

/** What is found out about an export once it is in place. */
export interface Review {
  statistics: Statistics
  /** Only where there was an earlier export. */
  comparison: Comparison | undefined
  /** `comparison.json`, absolute; only where there is a comparison. */
  comparisonPath: string | undefined
  /** A sentence on what changed, to follow another one; '' where nothing was compared. */
  changes: string
}

/**
 * Looks into an export that is in place: counts what it holds, compares it with the earlier one, writes `comparison.json` beside the
 * manifest, and sets the outputs that tell of changes.
 *
 * @param placed `undefined` where nothing matched what was selected
 */
export async function reviewExport(
  request: ExportRequest,
  step: Step,
  placed: Placed | undefined,
  earlier: Earlier | undefined,
): Promise<Review> {
  const phase = {
    awaited: earlier ? 'the comparison of the exports' : 'the counting of what the export holds',
    carryOn: 'The export itself is safe on the runner (output export_dir).',
  }
  return withinDeadline(step, phase, (signal) => review(request, step, placed, earlier, signal))
}

async function review(
  request: ExportRequest,
  step: Step,
  placed: Placed | undefined,
  earlier: Earlier | undefined,
  signal: AbortSignal,
): Promise<Review> {
  const { reporter } = step
  const { compareWith } = await import('../../exports/comparison/compare.ts')
  const baseline = earlier?.kind === 'baseline' ? earlier.baseline : undefined
  const place = placed && placeOf(request, placed)
  const { statistics, comparison } = await compareWith(baseline, place, {
    signal,
    ...(placed ? { metadataFiles: placed.metadataFiles, contentDigest: placed.contentDigest } : {}),
  })
  if (earlier?.kind === 'none') {
    reporter.output('changed', true)
    reporter.fact('Compared with', `nothing: ${earlier.why}`)
  }
  if (!comparison || earlier?.kind !== 'baseline') {
    tellContents(reporter, statistics, undefined)
    return { statistics, comparison: undefined, comparisonPath: undefined, changes: '' }
  }
  reporter.output('changed', comparison.changed)
  reporter.output('added_count', comparison.added)
  reporter.output('removed_count', comparison.removed)
  reporter.output('modified_count', comparison.modified)
  reporter.fact('Compared with', earlier.words, { link: earlier.link })
  if (comparison.notCompared.length > 0) {
    reporter.note(`Not compared, since only one of the two exports tells of it: ${comparison.notCompared.join(', ')}.`)
  }
  tellContents(reporter, statistics, comparison)
  const changes = ` Changes since ${earlier.words}: ${changeWords(comparison)}.`
  if (!placed) return { statistics, comparison, comparisonPath: undefined, changes }
  const { writeComparison } = await import('../../exports/comparison/comparison-file.ts')
  const comparisonPath = path.join(request.outputDir, COMPARISON_NAME)
  await writeComparison(comparisonPath, comparison, earlier.origin)
  reporter.fact('Comparison', path.relative(step.context.workspace, comparisonPath), { code: true })
  return { statistics, comparison, comparisonPath, changes }
}

/** Where to read; `undefined` for an empty slice, which has no table. */
function placeOf({ outputDir }: ExportRequest, { archivePath, metadataFiles }: Placed): ExportPlace | undefined {
  if (metadataFiles.length === 0) return undefined
  return archivePath === undefined ? { dir: outputDir } : { archive: archivePath }
}
