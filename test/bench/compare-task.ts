import { readFileSync } from 'node:fs'
import { readBaseline } from '../../src/exports/comparison/baseline.ts'
import { compareWith } from '../../src/exports/comparison/compare.ts'

/** Compares the exports of the command line as a step does; tells how long it took, in ms, and what Linux counted of the process. */
const [before = '', after = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const startedAt = performance.now()
const baseline = await readBaseline({ path: before, given: before }, { signal })
const { comparison } = await compareWith(baseline, { file: after, format: 'json' }, { signal })
const ms = performance.now() - startedAt
if (!comparison) throw new Error('nothing was compared')
const { added, removed, modified, unchanged } = comparison
console.log(JSON.stringify({ ms, counts: { added, removed, modified, unchanged } }))
process.stdout.write(readFileSync('/proc/self/status'))
