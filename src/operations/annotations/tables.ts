import { NotParquet, readRows } from '../../export/records/parquet.ts'
import { quoted } from '../../inputs/faults.ts'
import { readCsv } from './csv.ts'
import { type Findings, shownValue } from './findings.ts'

/** The columns that Visual Layer documents; `caption` may be left out. */
const IMAGE_COLUMNS = ['filename', 'label'] as const
const OBJECT_COLUMNS = [...IMAGE_COLUMNS, 'col_x', 'row_y', 'width', 'height'] as const

/** How many columns a message shows. */
const MOST_COLUMNS = 20

type Cell = (column: (typeof OBJECT_COLUMNS)[number]) => unknown

/** Checks the rows of `image_annotations` or `object_annotations`. Rejects if the file cannot be read, or with the signal's reason. */
export async function checkTable(
  file: { path: string; fileName: string },
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const columns = file.fileName.startsWith('object_') ? OBJECT_COLUMNS : IMAGE_COLUMNS
  await (file.fileName.endsWith('.csv')
    ? checkCsv(file.path, columns, findings, signal)
    : checkParquet(file.path, columns, findings, signal))
}

async function checkCsv(
  path: string,
  columns: readonly string[],
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  let header: readonly string[] | undefined
  let complete = false
  const broken = await readCsv(path, signal, (fields, line) => {
    const place = `line ${line}`
    if (header === undefined) {
      header = fields
      complete = checkHeader(place, header, columns, findings)
    } else if (complete) {
      const names = header
      checkRow(place, (column) => fields[names.indexOf(column)], columns, findings)
    }
  })
  if (broken) findings.fault(`line ${broken.line}`, broken.why)
  else if (header === undefined) findings.fault('line 1', 'the header line is missing')
}

async function checkParquet(
  path: string,
  columns: readonly string[],
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  let number = 0
  try {
    for await (const row of readRows(path, { signal, mayRepeat: true })) {
      number += 1
      if (number === 1 && !checkHeader('the schema', Object.keys(row), columns, findings)) return
      checkRow(`row ${number}`, (column) => row[column], columns, findings)
    }
  } catch (error) {
    if (!(error instanceof NotParquet)) throw error
    findings.fault(`row ${number + 1}`, `it cannot be read as parquet: ${error.message}`)
  }
}

/** Whether all columns are there, each once. */
function checkHeader(
  place: string,
  header: readonly string[],
  columns: readonly string[],
  findings: Findings,
): boolean {
  const missing = columns.filter((column) => !header.includes(column))
  const repeated = columns.filter((column) => header.indexOf(column) !== header.lastIndexOf(column))
  const shown = header.slice(0, MOST_COLUMNS).map(quoted).join(', ')
  if (missing.length > 0) findings.fault(place, `column ${missing.join(', ')} is missing; the columns are ${shown}`)
  if (repeated.length > 0) findings.fault(place, `the column ${repeated.join(', ')} occurs more than once`)
  return missing.length === 0 && repeated.length === 0
}

function checkRow(place: string, cell: Cell, columns: readonly string[], findings: Findings): void {
  const name = cell('filename')
  if (typeof name !== 'string' || name.trim() === '') findings.fault(place, 'filename is empty')
  else if (findings.refer(name)) for (const label of labelsIn(cell('label'))) findings.label(label)
  if (columns !== OBJECT_COLUMNS) return
  for (const column of ['col_x', 'row_y', 'width', 'height'] as const) {
    const value = numberIn(cell(column))
    const mustBePositive = column === 'width' || column === 'height'
    if (Number.isFinite(value) && (!mustBePositive || value > 0)) continue
    const rule = mustBePositive ? 'a number above 0' : 'a number'
    findings.fault(place, `${column} is ${shownValue(cell(column))}; it must be ${rule}`)
  }
}

/** One label, or a list of them such as `["a","b"]`. */
function labelsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((label) => typeof label === 'string')
  if (typeof value !== 'string') return []
  if (!value.startsWith('[')) return [value]
  try {
    return labelsIn(JSON.parse(value))
  } catch {
    return [value]
  }
}

/** NaN if it is no number. */
function numberIn(value: unknown): number {
  if (typeof value === 'string') return value.trim() === '' ? Number.NaN : Number(value)
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN
}
