import { describe, expect, it } from 'vitest'
import { isInputName } from '../../src/inputs/input-table.ts'
import { OPERATIONS } from '../../src/inputs/operations-table.ts'
import { ACTION, fileText } from './documents.ts'
import { outputSetters } from './output-setters.ts'
import { namedOperations, operationsUsing, readmeWithTables } from './readme-tables.ts'

const README = fileText('README.md')
const OPERATION_NAMES = Object.keys(OPERATIONS)

describe('the parts of README.md that come from elsewhere', () => {
  it('are as action.yml and the code have them now', async () => {
    // Else: node test/docs/readme-tables.ts --write
    expect(README).toBe(await readmeWithTables(README))
  })

  it('are written where they belong, and only there', async () => {
    const changed = README.replace(/^\| `artifact_id` .*$/m, '| gone |').replace(
      '"schema_version": 1',
      '"schema_version": 2',
    )
    expect(changed).not.toBe(README)
    expect(await readmeWithTables(changed)).toBe(README)
    await expect(readmeWithTables(README.replace('<!-- outputs:', '<!-- '))).rejects.toThrow('no place for outputs')
  })
})

describe('which operations set an output', () => {
  const setters = outputSetters()

  it('is found by following the calls of each', () => {
    expect(setters.get('safety_snapshot_id')).toEqual(['restore'])
    expect(setters.get('deleted_snapshot_ids')).toEqual(['delete-snapshot', 'prune-snapshots'])
    expect(setters.get('changed')).toEqual(['export'])
    expect(setters.get('dataset_id')).toEqual(OPERATION_NAMES)
    expect(setters.get('error_code')).toEqual(OPERATION_NAMES)
  })

  it.each(Object.entries(ACTION.outputs))('is what action.yml says: %s', (name, { description }) => {
    const [, named] = namedOperations(description)
    expect(named.length === 0 ? OPERATION_NAMES : named).toEqual(setters.get(name))
  })
})

describe('the descriptions in action.yml', () => {
  const all = Object.entries({ ...ACTION.inputs, ...ACTION.outputs })

  it.each(all)('hold no expression, which the runner would evaluate: %s', (_, { description }) => {
    expect(description).not.toContain('${{')
  })

  it.each(Object.entries(ACTION.inputs))('name only operations that use the input: %s', (name, { description }) => {
    if (!isInputName(name)) throw new Error(`src does not know the input ${name}`)
    const [, named] = namedOperations(description)
    if (named.length > 0) expect(operationsUsing(name)).toEqual(expect.arrayContaining(named))
    else if (description.endsWith('Used by all operations.')) expect(operationsUsing(name)).toEqual(OPERATION_NAMES)
  })
})
