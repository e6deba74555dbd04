import { z } from 'zod'
import { type Fault, yamlLine } from './faults.ts'
import { detailsOf } from './fields.ts'
import { type Given, INPUT_DEFAULTS, type InputName, inputNames, isInputName } from './input-table.ts'

/** Schemas for some inputs, by name. */
export type Fields = Partial<Record<InputName, z.ZodType>>

/** Values by input name, there when every field could be read; else what is wrong, one fault for each input. */
export interface Reading<Values> {
  values: Values | undefined
  faults: Fault[]
}

/** Reads the given inputs by their schemas, with defaults for those that are absent. */
export function readFields<Shape extends Fields>(
  fields: Shape,
  given: Given,
  operation?: string,
): Reading<z.output<z.ZodObject<Shape>>> {
  const names = inputNames(fields)
  const texts = names.map((name) => [name, given[name] ?? (INPUT_DEFAULTS[name] || undefined)] as const)
  const outcome = z.object(fields).safeParse(Object.fromEntries(texts))
  if (outcome.success) return { values: outcome.data, faults: [] }
  const faults = new Map<InputName, Fault>()
  for (const issue of outcome.error.issues) {
    const input = issue.path[0]
    if (!isInputName(input) || faults.has(input)) continue
    const got = given[input]
    const rule = got === undefined ? `operation "${operation}" requires it, and ${issue.message}` : issue.message
    const { instead, wrongItems } = detailsOf(issue)
    const fix = instead === undefined ? undefined : `Change it to: ${yamlLine(input, instead)}`
    faults.set(input, { input, got, rule, fix, wrongItems })
  }
  return { values: undefined, faults: [...faults.values()] }
}
