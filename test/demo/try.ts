import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { INPUT_NAMES, isInputName } from '../../src/inputs/input-table.ts'
import { nearest } from '../../src/inputs/nearest.ts'
import { OPERATION_NAMES } from '../../src/operations/index.ts'
import { command, Mistake } from '../command-line.ts'
import { imageBytes, makeMedia } from '../emulator/media-items.ts'
import { addSampleDatasets } from '../emulator/sample-datasets.ts'
import { namedFaults } from './named-faults.ts'
import { BUILD, Stage, writePage } from './stage.ts'
import { summaryText } from './summary-text.ts'

const DATASETS = ['street-scenes', 'birds', 'half-done']
const USAGE = `Usage: npm run try -- OPERATION [--dataset NAME] [--INPUT VALUE ...] [--fault NAME]

Runs one step by the built action against an emulator of Visual Layer on this machine. For example:
  npm run try -- export --dataset street-scenes --extract true
  npm run try -- restore --dataset street-scenes --snapshot_name before-relabel --fault reset-after
  npm run try -- create-from-files --dataset_name mine --files 'images/*.png'

Operations: ${OPERATION_NAMES.join(', ')}
Datasets: ${DATASETS.join(', ')} (street-scenes has the snapshots before-relabel and after-relabel)
Inputs: those of action.yml. Files: the workspace has images/1.png to images/3.png.
Faults: ${[...namedFaults('export').keys()].join(', ')}`

/**
 * `npm run try -- OPERATION --name value ...`: one step as a runner runs it and as GitHub shows it. Ends with the exit code of
 * the step.
 */
await command(async () => {
  const [operation, ...rest] = process.argv.slice(2)
  if (operation === undefined || rest.concat(operation).includes('--help')) {
    console.log(USAGE)
    return
  }
  const known = OPERATION_NAMES.find((name) => name === operation)
  if (known === undefined) throw unknown('operation', operation, OPERATION_NAMES)
  const { dataset: datasetName, fault: faultName, ...inputs } = options(rest)
  const faults = namedFaults(known)
  const fault = faultName === undefined ? undefined : faults.get(faultName)
  if (faultName !== undefined && !fault) throw unknown('fault', faultName, [...faults.keys()])
  if (datasetName !== undefined && !DATASETS.includes(datasetName)) throw unknown('dataset', datasetName, DATASETS)

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

/** What `--name value` and `--name=value` set: inputs, and the two names that are none. */
function options(args: readonly string[]): Record<string, string> {
  const set: Record<string, string> = {}
  const names = ['dataset', 'fault', ...INPUT_NAMES]
  for (let at = 0; at < args.length; at += 1) {
    const [, given, joined] = /^--([^=]+)(?:=(.*))?$/s.exec(args[at] ?? '') ?? []
    if (given === undefined) throw new Mistake(`Write inputs as --name value; there is no name before "${args[at]}".`)
    const name = given.replaceAll('-', '_')
    if (!isInputName(name) && !names.includes(name)) throw unknown('input', given, names)
    const value = joined ?? args[(at += 1)]
    if (value === undefined || (joined === undefined && value.startsWith('--')))
      throw new Mistake(`--${given} has no value.`)
    set[name] = value
  }
  return set
}

function unknown(kind: string, given: string, known: readonly string[]): Mistake {
  const meant = nearest(given, known)
  const advice = meant === undefined ? `npm run try -- --help lists what there is.` : `Did you mean ${meant}?`
  return new Mistake(`There is no ${kind} "${given}". ${advice}`)
}

/** Three pictures for operations that send files. */
async function addImages(workspace: string): Promise<void> {
  await mkdir(path.join(workspace, 'images'))
  for (const [index, item] of makeMedia({ images: 3 }).entries()) {
    await writeFile(path.join(workspace, 'images', `${index + 1}.png`), imageBytes(item))
  }
}
