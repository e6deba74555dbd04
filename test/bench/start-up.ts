import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DIST, stepVariables } from './built-action.ts'
import { type Measurement, ratioClaim } from './report.ts'

const RUNS = 40

/** From process start to the rejection of a wrong input, against a node that does nothing; runs taken in turn. */
export function startUp(): Measurement {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vl-bench-'))
  const env = stepVariables(folder, { operation: 'snapshot', dataset_id: 'wrong' })
  const ours: number[] = []
  const theirs: number[] = []
  for (let run = -3; run < RUNS; run += 1) {
    const bare = timed(['-e', '0'], {}, 0)
    const rejection = timed([DIST], env, 1)
    // The first ones only warm the page cache.
    if (run < 0) continue
    theirs.push(bare)
    ours.push(rejection)
  }
  rmSync(folder, { recursive: true })
  return {
    what: 'start to the rejection of a wrong input',
    oursMs: ours,
    against: { name: 'node -e 0', ms: theirs },
    claims: [ratioClaim(ours, theirs, 6)],
  }
}

function timed(args: string[], env: Record<string, string>, expected: number): number {
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, args, { env })
  const ms = performance.now() - startedAt
  if (status !== expected) throw new Error(`node ${args.join(' ')} ended with ${status}, not ${expected}`)
  return ms
}
