import os from 'node:os'
import prettyBytes from 'pretty-bytes'

/** Something that must hold of what was measured. */
export interface Claim {
  /** `at most 0.35` */
  words: string
  kept: boolean
}

/** One line of the report. */
export interface Measurement {
  what: string
  /** Of the archive, in bytes. */
  sizeBytes?: number
  /** One number a run, in ms, as all times here. */
  oursMs: number[]
  against?: { name: string; ms: number[] }
  /** The most memory that our process ever had, over all runs, in bytes. */
  peakBytes?: number
  /** Without one it is told for information. */
  claims: Claim[]
}

/** The middle one of an odd number of values, the upper middle one of an even number. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** The claim that ours takes at most `most` times as long, medians compared. */
export function ratioClaim(oursMs: number[], theirsMs: number[], most: number): Claim {
  return { words: `at most ${most}`, kept: median(oursMs) / median(theirsMs) <= most }
}

/** A Markdown table that can be read in a log as well: all cells of a column are of one width. */
export function table(measurements: readonly Measurement[]): string {
  const head = ['what', 'archive', 'ours', 'against', 'theirs', 'ratio', 'peak memory', 'claim', '']
  const rows = [head, ...measurements.map(cells)]
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return lines.join('\n')
}

function cells({ what, sizeBytes, oursMs, against, peakBytes, claims }: Measurement): string[] {
  return [
    what,
    sizeBytes === undefined ? '' : binary(sizeBytes),
    time(oursMs),
    against?.name ?? '',
    against ? time(against.ms) : '',
    against ? (median(oursMs) / median(against.ms)).toFixed(2) : '',
    peakBytes === undefined ? '' : binary(peakBytes),
    claims.map(({ words }) => words).join('; '),
    claims.length === 0 ? '' : claims.every(({ kept }) => kept) ? 'kept' : 'NOT KEPT',
  ]
}

/** What the numbers came from. */
interface Machine {
  cpu: string
  cpus: number
  memoryBytes: number
  system: string
  node: string
  /** Of the last minute. What else runs distorts a ratio, since one side may use more processors than the other. */
  load: number
}

/** Called before the measuring, which is a load itself. */
export function machineNow(): Machine {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cpus: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load: os.loadavg()[0] ?? 0,
  }
}

/** The machine in one line. */
export function told({ cpu, cpus, memoryBytes, system, node, load }: Machine): string {
  const busy = load > 0.5 ? '; it is not idle, so the ratios are not exact' : ''
  return `${cpus} x ${cpu}, ${binary(memoryBytes)}, ${system}, Node ${node}, load before ${load.toFixed(2)}${busy}`
}

/** What a program may read later: every run, and the machine that it ran on. */
export function results(machine: Machine, measurements: readonly Measurement[]): string {
  return `${JSON.stringify({ date: new Date().toISOString(), machine, measurements }, null, 2)}\n`
}

function time(ms: readonly number[]): string {
  const middle = median(ms)
  return middle < 1_000 ? `${middle.toFixed(middle < 100 ? 1 : 0)} ms` : `${(middle / 1_000).toFixed(2)} s`
}

/** Bytes for people. */
export function binary(bytes: number): string {
  return prettyBytes(bytes, { binary: true, maximumFractionDigits: bytes < 10 * 1024 ** 3 ? 1 : 0 })
}
