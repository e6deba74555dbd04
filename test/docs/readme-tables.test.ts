import { describe, expect, it } from 'vitest'
import { isInputName } from '../../src/inputs/input-table.ts'
import { OPERATION_NAMES } from '../../src/operations/index.ts'
import { OUTPUTS } from '../../src/runner/outputs.ts'
import { ACTION, fileText } from './documents.ts'
import { namedOperations, operationsSetting, operationsUsing, withTables, WRITTEN_PAGES } from './readme-tables.ts'

const README = fileText('README.md')

describe('what the pages take from the code', () => {
  it.each(WRITTEN_PAGES)('is up to date: %s', async (page) => {
    // Otherwise: node test/docs/readme-tables.ts --write
    expect(fileText(page)).toBe(await withTables(page, fileText(page)))
  })

  it('is written between its marks only', async () => {
    const changed = README.replace(/^\| `artifact_id` .*$/m, '| gone |')
    expect(changed).not.toBe(README)
    expect(await withTables('README.md', changed)).toBe(README)
    const unmarked = README.replace('<!-- outputs:', '<!-- ')
    await expect(withTables('README.md', unmarked)).rejects.toThrow('no place for outputs')
  })
})

describe('which operations set an output', () => {
  it.each(Object.entries(ACTION.outputs))('is what action.yml says: %s', (name, { description }) => {
    const [, named] = namedOperations(description)
    expect(named.length === 0 ? OPERATION_NAMES : named).toEqual(operationsSetting(name))
  })
})

describe('action.yml', () => {
  const all = Object.entries({ ...ACTION.inputs, ...ACTION.outputs })

  it('lists every output, and no other', () => {
    expect(Object.keys(ACTION.outputs).sort()).toEqual(Object.keys(OUTPUTS).sort())
  })

  it.each(all)('has no expression in a description, which the runner would evaluate: %s', (_, { description }) => {
    expect(description).not.toContain('${{')
  })

  it.each(Object.entries(ACTION.inputs))('names only operations that use the input: %s', (name, { description }) => {
    if (!isInputName(name)) throw new Error(`src does not know the input ${name}`)
    expect(operationsUsing(name)).not.toEqual([])
    const [, named] = namedOperations(description)
    if (named.length > 0) expect(operationsUsing(name)).toEqual(expect.arrayContaining(named))
    else if (description.endsWith('Used by all operations.')) expect(operationsUsing(name)).toEqual(OPERATION_NAMES)
  })
})
