import { type Fault, invalidInput, yamlLine } from '../inputs/faults.ts'
import { type Given, givenInputs } from '../inputs/input-table.ts'
import { nearest } from '../inputs/nearest.ts'
import { readShared } from '../inputs/service-inputs.ts'
import { addMedia } from './add-media.ts'
import { clone } from './clone.ts'
import { createFromFiles } from './create-from-files.ts'
import { createFromS3 } from './create-from-s3.ts'
import { deleteDataset } from './delete-dataset.ts'
import { deleteSnapshot } from './delete-snapshot.ts'
import { enrich } from './enrich.ts'
import { exportDataset } from './export/export.ts'
import { listSnapshots } from './list-snapshots.ts'
import type { Operation, Places, RequestOf } from './operation.ts'
import { pruneSnapshots } from './prune-snapshots.ts'
import { restore } from './restore.ts'
import { snapshot } from './snapshot.ts'
import type { Step } from './step.ts'
import { updateSnapshot } from './update-snapshot.ts'
import { wait } from './wait.ts'

/** The operations on offer. A new one is a file next to these and an entry here. */
export const OPERATIONS = [
  createFromS3,
  createFromFiles,
  addMedia,
  snapshot,
  restore,
  clone,
  enrich,
  exportDataset,
  listSnapshots,
  updateSnapshot,
  deleteSnapshot,
  pruneSnapshots,
  wait,
  deleteDataset,
] as const

/** What a step is asked to do, distinguished by `operation`. */
export type OperationRequest = RequestOf<(typeof OPERATIONS)[number]>
export type OperationName = OperationRequest['operation']

export const OPERATION_NAMES: readonly OperationName[] = OPERATIONS.map(({ name }) => name)

/**
 * The request that the inputs make, and a warning for each input that is set without effect.
 *
 * @throws ActionError `invalid_input` that names everything wrong with the inputs.
 */
export function readRequest(env: NodeJS.ProcessEnv, places: Places): { request: OperationRequest; warnings: string[] } {
  const given = givenInputs(env)
  const shared = readShared(given)
  const operation = operationNamed(given.operation)
  if (!operation) throw invalidInput([noOperation(given), ...shared.faults])
  const own = operation.read(given, places)
  if (own.request === undefined || shared.values === undefined || own.faults.length > 0) {
    throw invalidInput([...own.faults, ...shared.faults], operation.name)
  }
  return { request: own.request(shared.values), warnings: own.warnings }
}

/** Runs the operation that a request names; returns a sentence about what was done. */
export function perform(request: OperationRequest, step: Step): Promise<string> {
  const operation: Operation<string, OperationRequest> | undefined = operationNamed(request.operation)
  if (!operation) throw new Error(`there is no operation ${request.operation}`)
  return operation.run(request, step)
}

function operationNamed(name: string | undefined) {
  return OPERATIONS.find((operation) => operation.name === name)
}

/** Why the inputs name no operation. */
function noOperation({ operation: got }: Given): Fault {
  const rule = `it must be one of ${OPERATION_NAMES.join(', ')}`
  if (got === undefined) return { input: 'operation', got, rule }
  const meant = nearest(got, OPERATION_NAMES)
  return { input: 'operation', got, rule, fix: meant && `Did you mean ${yamlLine('operation', meant)}?` }
}
