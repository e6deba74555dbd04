import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { coco } from './coco.ts'
import { compare } from './compare.ts'
import { requirePeers } from './processes.ts'
import { machineNow, type Measurement, results, table, told } from './report.ts'
import { startUp } from './start-up.ts'
import { transfer } from './transfer.ts'
import { upload } from './upload.ts'

/**
 * Measures what the project claims, as ratios to something known, side by side in one run; ends with 1 where a claim fails.
 * `npm run bench -- --runs 1` is for a first look.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: it must be a whole number from 1`)
const RESULTS = path.resolve(import.meta.dirname, '../../bench-results.json')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
requirePeers()
const machine = machineNow()
const measurements: Measurement[] = []
for await (const measurement of everything()) {
  console.error(`measured: ${measurement.what}`)
  measurements.push(measurement)
}
console.log(`\n${told(machine)}\n\n${table(measurements)}`)
writeFileSync(RESULTS, results(machine, measurements))
const broken = measurements.filter(({ claims }) => claims.some(({ kept }) => !kept))
for (const { what } of broken) console.error(`Not kept: ${what}.`)
if (broken.length > 0) process.exitCode = 1

async function* everything(): AsyncGenerator<Measurement, void> {
  yield startUp()
  yield await upload()
  yield await compare()
  yield await coco(runs)
  yield* transfer(runs)
}
