import { mkdtempSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ITEMS, writeExport } from './compare.ts'
import { inTurn, run } from './processes.ts'
import { type Measurement, ratioClaim } from './report.ts'

const TASK = fileURLToPath(new URL('coco-task.ts', import.meta.url))

/** The reading of an export whose records have a label and a box each, with and without a COCO file. */
export async function coco(runs: number): Promise<Measurement> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vl-bench-'))
  try {
    const file = path.join(folder, 'metadata.json')
    writeExport(file, 'before')
    const reading =
      (...to: string[]) =>
      async () => {
        const { ms, stdout } = await run(process.execPath, [TASK, file, ...to])
        if (to.length > 0 && !(Number(stdout) > ITEMS * 0.9))
          throw new Error(`annotations.json has ${stdout.trim()} boxes`)
        return ms
      }
    const [ours = [], without = []] = await inTurn(runs, [reading(folder), reading()])
    return {
      what: `reading of ${ITEMS.toLocaleString('en-US')} records with boxes, with coco`,
      sizeBytes: statSync(file).size,
      oursMs: ours,
      against: { name: 'without coco', ms: without },
      claims: [ratioClaim(ours, without, 1.25)],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
