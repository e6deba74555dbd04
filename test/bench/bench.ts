import { startUp } from './start-up.ts'
import { upload } from './upload.ts'

/** Measures what the project claims, as ratios to something known, side by side in one run; ends with 1 where a claim fails. */
const claims = [startUp(), await upload()]

console.log('| what | ours | compared with | ratio | claimed |\n| --- | --- | --- | --- | --- |')
for (const { what, oursMs, against, theirsMs, most } of claims) {
  const ratio = (oursMs / theirsMs).toFixed(2)
  console.log(
    `| ${what} | ${oursMs.toFixed(1)} ms | ${against}: ${theirsMs.toFixed(1)} ms | ${ratio} | at most ${most} |`,
  )
}
const broken = claims.filter(({ oursMs, theirsMs, most }) => oursMs / theirsMs > most)
for (const { what } of broken) console.error(`Not kept: ${what}.`)
process.exitCode = broken.length === 0 ? 0 : 1
