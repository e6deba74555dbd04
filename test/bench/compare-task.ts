import { readFileSync } from 'node:fs'
import { readBaseline } from '../../src/export/comparison/baseline.ts'
import { Comparing } from '../../src/export/comparison/compare.ts'
import { readExport } from '../../src/export/records/metadata-files.ts'

/** Compares the exports of the command line as a step does; tells how long it took, in ms, and what Linux counted of the process. */
const [before = '', after = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const startedAt = performance.now()
const comparing = new Comparing(await readBaseline({ path: before, given: before }, { signal }))
const { wanted } = comparing
const take = comparing.take.bind(comparing)
const comparison = comparing.end(await readExport({ file: after, format: 'json' }, { signal, wanted, take }))
const ms = performance.now() - startedAt
const { added, removed, modified, unchanged } = comparison
console.log(JSON.stringify({ ms, counts: { added, removed, modified, unchanged } }))
process.stdout.write(readFileSync('/proc/self/status'))
