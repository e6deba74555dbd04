import type { z } from 'zod'
import type { Fault } from './faults.ts'
import { flag, oneOf, pollInterval } from './fields.ts'
import { type Given, hasDefault, INPUT_NAMES, type InputName } from './input-table.ts'
import { type Fields, readFields } from './read-fields.ts'
import { SHARED_INPUTS, type SharedRequest } from './service-inputs.ts'

/** Where the inputs are read: an export's folder must lie in the workspace, so its rule depends on the machine. */
export interface Places {
  /** The workspace of the job, an absolute path. */
  workspace: string
}

/** What operations that wait for the service receive. */
export interface Waiting {
  /** False: return once the service has accepted and the ids are known. */
  wait: boolean
  pollIntervalMs: number | 'auto'
}

export const waitingFields = { wait: flag(), poll_interval: pollInterval() }

export function waiting(values: { wait: boolean; poll_interval: number | 'auto' }): Waiting {
  return { wait: values.wait, pollIntervalMs: values.poll_interval }
}

export const onConflict = oneOf('wait', 'fail')
export const ifExists = oneOf('create', 'reuse', 'fail')

/** Inputs that an operation uses in general, but not together with another input's value. */
export interface Idle {
  inputs: readonly InputName[]
  because: string
}

/** What an operation makes of the given inputs. */
interface OperationReading<Request> {
  faults: Fault[]
  /** Makes the request; there only when no field is wrong. */
  request: ((shared: SharedRequest) => Request) | undefined
  /** One for each input that is set and has no effect. */
  warnings: string[]
}

export interface OperationInputs<Request> {
  operation: string
  read(given: Given, places: Places): OperationReading<Request>
}

/** Inputs that no operation is warned about: shared ones, and the token that the runner fills in by itself. */
const NEVER_UNUSED: readonly InputName[] = ['operation', 'github_token', ...SHARED_INPUTS]

/** States the inputs of one operation: the schema of each, the rules between them, and the request they make. */
export function operationInputs<Shape extends Fields, Request extends { operation: string }>(definition: {
  operation: Request['operation']
  /** The operation's own inputs, in addition to the shared ones. */
  fields: (places: Places) => Shape
  /** Rules between inputs. They look at what came, so that they speak even when a single field is wrong. */
  rules?: (given: Given) => Fault[]
  idle?: (given: Given) => Idle[]
  request: (values: z.output<z.ZodObject<Shape>>, shared: SharedRequest) => Request
}): OperationInputs<Request> {
  const { operation, rules, idle, request } = definition
  return {
    operation,
    read(given, places) {
      const fields = definition.fields(places)
      const { values, faults } = readFields(fields, given, operation)
      faults.push(...(rules?.(given) ?? []))
      const set = INPUT_NAMES.filter((name) => !hasDefault(given, name) && !NEVER_UNUSED.includes(name))
      const unused = set.filter((name) => !(name in fields))
      const warnings = unused.map((name) => `The input "${name}" is set but operation "${operation}" does not use it.`)
      for (const { inputs, because } of idle?.(given) ?? []) {
        const idling = set.filter((name) => inputs.includes(name))
        warnings.push(...idling.map((name) => `The input "${name}" is set but has no effect: ${because}.`))
      }
      return { faults, request: values && ((shared) => request(values, shared)), warnings }
    },
  }
}
