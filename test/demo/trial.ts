import { INPUT_NAMES, isInputName } from '../../src/inputs/input-table.ts'
import { nearest } from '../../src/inputs/nearest.ts'
import { OPERATION_NAMES, type OperationName } from '../../src/operations/index.ts'
import { Mistake } from '../command-line.ts'
import { type NamedFault, namedFaults } from './named-faults.ts'

const DATASETS = ['street-scenes', 'birds', 'half-done']
export const USAGE = `Usage: npm run try -- OPERATION [--dataset NAME] [--INPUT VALUE ...] [--fault NAME]

Runs one step by the built action against an emulator of Visual Layer on this machine. For example:
  npm run try -- export --dataset street-scenes --extract true
  npm run try -- restore --dataset street-scenes --snapshot_name before-relabel --fault reset-after
  npm run try -- create-from-files --dataset_name mine --files 'images/*.png'

Operations: ${OPERATION_NAMES.join(', ')}
Datasets: ${DATASETS.join(', ')} (street-scenes has the snapshots before-relabel and after-relabel)
Inputs: those of action.yml. Files: the workspace has images/1.png to images/3.png.
Faults: ${[...namedFaults('export').keys()].join(', ')}`

/** A step to try, against which dataset, and with which fault. */
interface Trial {
  operation: OperationName
  datasetName: string | undefined
  faultName: string | undefined
  fault: NamedFault | undefined
  inputs: Record<string, string>
}

/** Reads what follows `npm run try --`. Throws a {@link Mistake}. */
export function trialOf([operation = '', ...rest]: readonly string[]): Trial {
  const known = OPERATION_NAMES.find((name) => name === operation)
  if (known === undefined) throw unknown('operation', operation, OPERATION_NAMES)
  const { dataset: datasetName, fault: faultName, ...inputs } = options(rest)
  const faults = namedFaults(known)
  const fault = faultName === undefined ? undefined : faults.get(faultName)
  if (faultName !== undefined && !fault) throw unknown('fault', faultName, [...faults.keys()])
  if (datasetName !== undefined && !DATASETS.includes(datasetName)) throw unknown('dataset', datasetName, DATASETS)
  return { operation: known, datasetName, faultName, fault, inputs }
}

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
