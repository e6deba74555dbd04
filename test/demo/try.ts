import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { command, Mistake } from '../command-line.ts'
import { imageBytes, makeMedia } from '../emulator/media-items.ts'
import { addSampleDatasets } from '../emulator/sample-datasets.ts'
import { BUILD, Stage, writePage } from './stage.ts'
import { summaryText } from './summary-text.ts'
import { trialOf, USAGE } from './trial.ts'

/**
 * `npm run try -- OPERATION --name value ...`: one step as a runner runs it and as GitHub shows it. Ends with the exit code of
 * the step.
 */
await command(async () => {
  const args = process.argv.slice(2)
  if (args.length === 0 || args.includes('--help')) {
    console.log(USAGE)
    return
  }
  const { operation, datasetName, faultName, fault, inputs } = trialOf(args)

  // One for each run: two may run at a time.
  const folders = path.join(BUILD, 'try')
  await mkdir(folders, { recursive: true })
  const folder = await mkdtemp(path.join(folders, `${operation}-`))
  await using stage = await Stage.open({}, folder)
  await addImages(stage.job.workspace)
  const { emulator } = stage
  addSampleDatasets(emulator.world)
  const dataset = emulator.world.datasets.find(({ name }) => name === datasetName)
  if (fault) emulator.faults.add(fault.rule)
  console.log(
    `Against an emulator of Visual Layer at ${emulator.url}${fault ? `, with the fault ${faultName}` : ''}:\n`,
  )
  const named = dataset ? { dataset_id: dataset.id } : {}
  const step = { operation, ...named, ...fault?.inputs, ...inputs }
  const result = await stage.play(step, { folded: false, values: true })
  console.log(`\n  Summary:\n\n${summaryText(result.summary).replace(/^(?=.)/gm, '    ')}\n`)
  console.log(`Summary as HTML: ${await writePage(path.join(folder, 'summary.html'), result.summary)}`)
  console.log(`Workspace:       ${path.relative('', stage.job.workspace)}`)
  console.log(`Exit code:       ${result.exitCode}`)
  process.exitCode = result.exitCode ?? 1
  if (fault && !emulator.faults.wasMet(fault.rule))
    throw new Mistake(`The step sent no request that the fault ${faultName} would hit.`)
})

/** Three pictures for operations that send files. */
async function addImages(workspace: string): Promise<void> {
  await mkdir(path.join(workspace, 'images'))
  for (const [index, item] of makeMedia({ images: 3 }).entries()) {
    await writeFile(path.join(workspace, 'images', `${index + 1}.png`), imageBytes(item))
  }
}
