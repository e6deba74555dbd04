import path from 'node:path'
import { CocoFile } from '../../export/coco/coco-file.ts'
import { Comparing, type Comparison } from '../../export/comparison/compare.ts'
import { COMPARISON_NAME } from '../../export/manifest.ts'
import type { Placed } from '../../export/place.ts'
import type { ExportRecords } from '../../export/records/metadata-files.ts'
import type { Wanted } from '../../export/records/read-batch.ts'
import { type ReadBatch, RecordSummary } from '../../export/records/read-records.ts'
import type { Statistics } from '../../export/records/statistics.ts'
import type { ExportRequest } from './inputs.ts'
import type { Earlier } from './compare-with.ts'
import { changeClause, changeWords, tellContents } from './export-pictures.ts'
import type { Step } from '../step.ts'

/** What is found out about an export while its records are read. */
export interface Reading {
  wanted: Wanted
  take: (batch: ReadBatch) => Promise<void>
  /** The COCO file that is written at the same time, if requested. */
  coco: CocoFile | undefined
  /** What came of it. @param records of the export, all of which were read */
  end: (records: ExportRecords) => Comparison | undefined
}

/** Prepares to read a new export, to compare it with the baseline if there is one, and to write a COCO file if one is asked for. */
export function readingFor(request: ExportRequest, earlier: Earlier | undefined): Reading {
  const comparing = earlier?.kind === 'baseline' ? new Comparing(earlier.baseline) : undefined
  const coco = request.coco && new CocoFile(request.coco)
  return {
    wanted: { ...comparing?.wanted, ...coco?.wanted },
    async take(batch) {
      comparing?.take(batch)
      await coco?.take(batch)
    },
    coco,
    end: (records) => comparing?.end(records),
  }
}

/** What an export contains, and how it differs from the baseline. */
export interface Review {
  statistics: Statistics
  /** Only if there was a baseline. */
  comparison: Comparison | undefined
  /** `comparison.json`, absolute, if there is a comparison. */
  comparisonPath: string | undefined
  /** What changed, to end a sentence; '' if nothing was compared. */
  changes: string
}

/**
 * Reports what was found in an export that is in place: the outputs and the summary, and `comparison.json` next to the manifest.
 *
 * @param placed `undefined` if nothing matched what was selected
 */
export async function reviewExport(
  request: ExportRequest,
  step: Step,
  placed: Placed | undefined,
  earlier: Earlier | undefined,
  reading: Reading,
): Promise<Review> {
  const { reporter } = step
  const records = placed ?? noRecords(request)
  const { statistics } = records
  const comparison = reading.end(records)
  if (earlier?.kind === 'none') reporter.output('changed', true)
  if (!comparison || earlier?.kind !== 'baseline') {
    tellContents(reporter, statistics, undefined)
    return { statistics, comparison: undefined, comparisonPath: undefined, changes: '' }
  }
  reporter.output('changed', comparison.changed)
  reporter.output('added_count', comparison.added)
  reporter.output('removed_count', comparison.removed)
  reporter.output('modified_count', comparison.modified)
  if (earlier.link !== undefined) reporter.fact('Baseline', earlier.words, { link: earlier.link })
  if (comparison.notCompared === undefined) reporter.info(`Changes since ${earlier.words}: ${changeWords(comparison)}.`)
  tellContents(reporter, statistics, comparison)
  const changes = changeClause(comparison, earlier.words)
  if (!placed) return { statistics, comparison, comparisonPath: undefined, changes }
  const { writeComparison } = await import('../../export/comparison/comparison-file.ts')
  const comparisonPath = path.join(request.outputDir, COMPARISON_NAME)
  await writeComparison(comparisonPath, comparison, earlier.origin)
  reporter.output('comparison_path', comparisonPath)
  reporter.fact('Comparison', path.relative(step.context.workspace, comparisonPath), { code: true })
  return { statistics, comparison, comparisonPath, changes }
}

/** Of an export that matched nothing. */
function noRecords({ exportFormat }: ExportRequest): ExportRecords {
  const none = new RecordSummary()
  const [contentDigest, statistics] = [none.contentDigest(), none.statistics()]
  return { mediaCount: 0, contentDigest, statistics, format: exportFormat, metadataFiles: [] }
}
