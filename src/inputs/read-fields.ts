import { z } from 'zod'
import { type Fault, yamlLine } from './faults.ts'
import { detailsOf } from './fields.ts'
import { type Given, INPUT_DEFAULTS, type InputName, inputNames, isInputName } from './input-table.ts'

/** Schemas for some inputs, by name. */
export type Fields = Partial<Record<InputName, z.ZodType>>

type CamelCase<Name> = Name extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<CamelCase<Rest>>}` : Name

/** The values of inputs, by their names in camelCase. */
export type Values<Shape extends Fields> = {
  [Name in keyof z.output<z.ZodObject<Shape>> as CamelCase<Name>]-?: z.output<z.ZodObject<Shape>>[Name]
}

/** The values, there when every field could be read; else what is wrong, one fault for each input. */
export interface Reading<Read> {
  values: Read | undefined
  faults: Fault[]
}

/** Reads the given inputs by their schemas, with defaults for those that are absent. */
export function readFields<Shape extends Fields>(
  fields: Shape,
  given: Given,
  operation?: string,
): Reading<Values<Shape>> {
  const names = inputNames(fields)
  const texts = names.map((name) => [name, given[name] ?? (INPUT_DEFAULTS[name] || undefined)] as const)
  const outcome = z.object(fields).safeParse(Object.fromEntries(texts))
  if (outcome.success) return { values: camelCased<Shape>(outcome.data), faults: [] }
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

function camelCased<Shape extends Fields>(values: z.output<z.ZodObject<Shape>>): Values<Shape>
function camelCased(values: object): object {
  const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]))
}
