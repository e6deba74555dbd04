import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const schema = z.looseObject({
  runs: z.looseObject({ main: z.string(), post: z.string() }),
  inputs: z.record(z.string(), z.looseObject({ default: z.string().optional() })),
  outputs: z.record(z.string(), z.looseObject({ description: z.string() })),
})

/** The inputs and outputs of action.yml, as the runner reads them. */
export const actionYml = schema.parse(
  parse(readFileSync(path.resolve(import.meta.dirname, '../../action.yml'), 'utf8')),
)
