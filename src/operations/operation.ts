import type { Fault } from '../inputs/faults.ts'
import { type Given, hasDefault, INPUT_NAMES, type InputName } from '../inputs/input-table.ts'
import { type Fields, readFields, type Values } from '../inputs/read-fields.ts'
import { SHARED_INPUTS, type SharedRequest } from '../inputs/service-inputs.ts'
import type { OwnOutput } from '../runner/outputs.ts'
import type { Step } from './step.ts'

/** Where the inputs are read: an export's folder must be in the workspace, so its rule depends on the machine. */
export interface Places {
  /** The workspace of the job, an absolute path. */
  workspace: string
}

/** Inputs that an operation uses in general, but not together with another input's value. */
export interface Idle {
  inputs: readonly InputName[]
  because: string
}

/** What an operation makes of the given inputs. */
interface OperationReading<Request> {
  faults: Fault[]
  /** Makes the request, where there are no faults; there only when no field is wrong. */
  request: ((shared: SharedRequest) => Request) | undefined
  /** One for each input that is set and has no effect. */
  warnings: string[]
}

export interface Operation<Name extends string, Request> {
  readonly name: Name
  readonly outputs: readonly OwnOutput[]
  read(given: Given, places: Places): OperationReading<Request>
  /** Answers in a sentence what was done. */
  run(request: Request, step: Step): Promise<string>
}

/** What an operation is asked to do. */
export type RequestOf<Some> = Some extends Operation<string, infer Request> ? Request : never

/** `Own` is what an operation receives in addition to what every operation does. */
type Asked<Name, Own> = { operation: Name } & SharedRequest & Own

/** What is stated of an operation. */
interface Definition<Name, Shape extends Fields, Own> {
  name: Name
  /** The operation's own inputs, in addition to the shared ones. */
  inputs: Shape | ((places: Places) => Shape)
  /** The outputs that it can set, in addition to those of every step. */
  outputs: readonly OwnOutput[]
  /** Rules between inputs. They look at what came, so that they speak even when a single field is wrong. */
  rules?: (given: Given) => Fault[]
  idle?: (given: Given) => Idle[]
  /** Makes the request of the values; without it, they are the request. */
  request?: (values: Values<Shape>) => Own
  run(request: Asked<Name, Own>, step: Step): Promise<string>
}

/** Inputs that no operation is warned about: shared ones, and the token that the runner fills in by itself. */
const NEVER_UNUSED: readonly InputName[] = ['operation', 'github_token', ...SHARED_INPUTS]

/** Defines an operation: its inputs, the rules between them, the outputs it can set, and what it does. */
export function operation<const Name extends string, Shape extends Fields, Own = Values<Shape>>(
  definition: Definition<Name, Shape, Own>,
): Operation<Name, Asked<Name, Own>>
export function operation(definition: Definition<string, Fields, object>): Operation<string, Asked<string, object>> {
  const { name, inputs, outputs, rules, idle, request } = definition
  return {
    name,
    outputs,
    read(given, places) {
      const fields = typeof inputs === 'function' ? inputs(places) : inputs
      const { values, faults } = readFields(fields, given, name)
      faults.push(...(rules?.(given) ?? []))
      const set = INPUT_NAMES.filter((input) => !hasDefault(given, input) && !NEVER_UNUSED.includes(input))
      const unused = set.filter((input) => !(input in fields))
      const warnings = unused.map((input) => `The input "${input}" is set but operation "${name}" does not use it.`)
      for (const { inputs: without, because } of idle?.(given) ?? []) {
        const idling = set.filter((input) => without.includes(input))
        warnings.push(...idling.map((input) => `The input "${input}" is set but has no effect: ${because}.`))
      }
      const made =
        values && ((shared: SharedRequest) => ({ operation: name, ...shared, ...(request?.(values) ?? values) }))
      return { faults, request: made, warnings }
    },
    run: (asked, step) => definition.run(asked, step),
  }
}
