import { type Fault, invalidInput, yamlLine } from './faults.ts'
import { type Given, givenInputs } from './input-table.ts'
import { nearest } from './nearest.ts'
import type { Places } from './operation-inputs.ts'
import { type OperationName, type OperationRequest, OPERATIONS } from './operations-table.ts'
import { readShared } from './service-inputs.ts'

/**
 * The request that the inputs make, and a warning for each input that is set without effect.
 *
 * @throws ActionError `invalid_input` that names everything wrong with the inputs.
 */
export function readRequest(env: NodeJS.ProcessEnv, places: Places): { request: OperationRequest; warnings: string[] } {
  const given = givenInputs(env)
  const shared = readShared(given)
  const operation = operationOf(given)
  if (typeof operation === 'object') throw invalidInput([operation, ...shared.faults])
  const own = OPERATIONS[operation].read(given, places)
  if (own.request === undefined || shared.values === undefined || own.faults.length > 0) {
    throw invalidInput([...own.faults, ...shared.faults], operation)
  }
  return { request: own.request(shared.values), warnings: own.warnings }
}

/** The operation asked for, or why there is none. */
function operationOf({ operation: got }: Given): OperationName | Fault {
  if (got !== undefined && isOffered(got)) return got
  const names = Object.keys(OPERATIONS)
  const rule = `it must be one of ${names.join(', ')}`
  if (got === undefined) return { input: 'operation', got, rule }
  const meant = nearest(got, names)
  return { input: 'operation', got, rule, fix: meant && `Did you mean ${yamlLine('operation', meant)}?` }
}

function isOffered(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}
