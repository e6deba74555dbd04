import type { WholePart } from '../../export/parts/kept-parts.ts'
import { size } from '../facts.ts'
import type { Step } from '../step.ts'
import { count } from '../../numbers.ts'

/** Rows of the table of parts: more would bury the rest of the summary. */
const MOST_ROWS = 50

/** Reports the parts that an export was merged from. @param bytes of their ZIPs together */
export function tellParts(step: Step, parts: readonly WholePart[], bytes: number): void {
  const { reporter } = step
  reporter.output('export_size_bytes', bytes)
  const zips = parts.length === 1 ? 'one ZIP' : `${parts.length} ZIPs`
  reporter.fact('Size', `${size(bytes)} (${count(bytes)} bytes) in ${zips}`)
  if (parts.length === 0) return
  const shown = parts.slice(0, MOST_ROWS)
  reporter.table({
    title: shown.length < parts.length ? `The first ${shown.length} of ${parts.length} parts` : 'Parts',
    place: 'folded',
    headers: ['Part', 'Export ID', 'Size', 'SHA-256'],
    rows: shown.map(({ number, exportId, sizeBytes, sha256 }) => [
      String(number),
      { code: exportId },
      size(sizeBytes),
      { code: sha256 },
    ]),
  })
  if (shown.length < parts.length) reporter.note('The manifest (manifest.json) lists all parts.')
}
