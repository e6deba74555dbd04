import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface Claim {
  what: string
  oursMs: number
  against: string
  theirsMs: number
  /** The largest ratio that keeps the claim. */
  most: number
}

const RUNS = 40
const DIST = path.resolve(import.meta.dirname, '../../dist/index.js')

/** From process start to the refusal of a wrong input, against a node that does nothing; medians of runs taken in turn. */
export function startUp(): Claim {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vl-bench-'))
  const env = { GITHUB_OUTPUT: file('output'), GITHUB_STATE: file('state'), GITHUB_STEP_SUMMARY: file('summary') }
  const ours: number[] = []
  const theirs: number[] = []
  for (let run = -3; run < RUNS; run += 1) {
    const bare = timed(['-e', '0'], {}, 0)
    const refusal = timed([DIST], { ...env, INPUT_OPERATION: 'snapshot', INPUT_DATASET_ID: 'wrong' }, 1)
    // The first ones only warm the page cache.
    if (run < 0) continue
    theirs.push(bare)
    ours.push(refusal)
  }
  rmSync(folder, { recursive: true })
  return {
    what: 'start to the refusal of a wrong input',
    oursMs: median(ours),
    against: 'node -e 0',
    theirsMs: median(theirs),
    most: 5,
  }

  function file(name: string): string {
    const where = path.join(folder, name)
    writeFileSync(where, '')
    return where
  }
}

function timed(args: string[], env: Record<string, string>, expected: number): number {
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, args, { env })
  const ms = performance.now() - startedAt
  if (status !== expected) throw new Error(`node ${args.join(' ')} ended with ${status}, not ${expected}`)
  return ms
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
