import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { INPUT_DEFAULTS, INPUT_NAMES } from '../../src/inputs/input-table.ts'
import { OPERATION_NAMES } from '../../src/operations/index.ts'

const metadata = z
  .strictObject({
    name: z.string(),
    author: z.string(),
    description: z.string().max(125),
    branding: z.strictObject({ icon: z.string(), color: z.string() }),
    inputs: z.record(
      z.string(),
      z.strictObject({
        description: z.string().min(10),
        required: z.boolean().optional(),
        default: z.string().optional(),
      }),
    ),
    outputs: z.record(z.string(), z.strictObject({ description: z.string().min(5) })),
    runs: z.record(z.string(), z.string()),
  })
  .parse(parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')))

describe('action.yml', () => {
  it('has exactly the inputs that the code reads', () => {
    expect(Object.keys(metadata.inputs).sort()).toEqual([...INPUT_NAMES].sort())
  })

  it('has the same defaults, as text, and requires the operation only', () => {
    const { operation, ...others } = metadata.inputs
    expect(operation).toMatchObject({ required: true })
    const { operation: _, ...defaults } = INPUT_DEFAULTS
    expect(Object.fromEntries(Object.entries(others).map(([name, input]) => [name, input.default]))).toEqual(defaults)
    expect(Object.values(others).filter((input) => input.required === true)).toEqual([])
  })

  it('reports every operation on offer', () => {
    for (const name of OPERATION_NAMES) expect(metadata.inputs['operation']?.description).toContain(`\`${name}\``)
  })

  it('describes each input in whole sentences, without line breaks', () => {
    for (const [name, input] of Object.entries(metadata.inputs)) {
      expect(input.description, name).not.toMatch(/\n/)
      expect(input.description, name).toMatch(/[.)]$/)
    }
  })

  it('runs on Node 24, and a bundle of its own afterwards, only when something went wrong', () => {
    expect(metadata.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/post/index.js',
      'post-if': 'failure() || cancelled()',
    })
  })
})
