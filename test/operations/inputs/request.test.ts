import { describe, expect, it } from 'vitest'
import { environment, errorAbout, faults } from '../../inputs/step-inputs.ts'

const KEY = { api_key: 'key', api_secret: 'secret' }
const ALLOWED =
  'it must be one of create-from-s3, create-from-files, add-media, snapshot, restore, clone, enrich, export, list-snapshots, update-snapshot, delete-snapshot, prune-snapshots, wait, delete-dataset'

describe('readRequest', () => {
  it('names everything wrong in one error, and what to do', () => {
    const error = errorAbout(
      environment({
        operation: 'export',
        api_key: 'key',
        dataset_id: 'abc',
        vql: 'cats',
        media_ids: 'a',
        exclude_media_ids: 'b',
        output_dir: '..',
        wait: 'maybe',
        timeout: '2 years',
        base_url: 'localhost',
      }),
    )
    expect(error.code).toBe('invalid_input')
    const [heading, ...lines] = error.message.split('\n')
    expect(heading).toBe('8 inputs are invalid for operation "export" (9 problems).')
    // Each names the input and what came, and ends with a line of YAML.
    const named = lines.map((line) => /^- (\w+): (?:got .+|missing); .+: \w+: [^ ].*$/.exec(line)?.[1])
    expect(named).toEqual([
      'dataset_id',
      'vql',
      'wait',
      'output_dir',
      'vql',
      'exclude_media_ids',
      'base_url',
      'timeout',
      'api_secret',
    ])
    expect(error.todo).toContain('under "with:"')
  })

  it('says one fault in the singular', () => {
    const { message, todo } = errorAbout(environment({ operation: 'snapshot', ...KEY }))
    expect(message).toMatch(
      /^1 input is invalid for operation "snapshot"\.\n- dataset_id: missing; .*Add: dataset_id: 0a1b/,
    )
    expect(todo).toContain('this input')
  })

  it('shows the other faults beside a wrong operation', () => {
    const { message } = errorAbout(environment({ operation: 'backup', api_key: 'key', timeout: 'x' }))
    expect(message).toMatch(/^3 inputs are invalid\.\n- operation: got "backup"; .*\n- timeout: .*\n- api_secret: /)
  })

  it.each([
    ['', `missing; ${ALLOWED}. Add: operation: export`],
    ['snapshots', `got "snapshots"; ${ALLOWED}. Did you mean operation: snapshot?`],
    ['Create_from_S3', `got "Create_from_S3"; ${ALLOWED}. Did you mean operation: create-from-s3?`],
    ['exprot', `got "exprot"; ${ALLOWED}. Did you mean operation: export?`],
    ['crea_frm s3', `got "crea_frm s3"; ${ALLOWED}. Did you mean operation: create-from-s3?`],
    ['prune _ _ snapshots', `got "prune _ _ snapshots"; ${ALLOWED}. Did you mean operation: prune-snapshots?`],
    ['exp', `got "exp"; ${ALLOWED}. Did you mean operation: export?`],
    ['wxyz', `got "wxyz"; ${ALLOWED}. Example: operation: export`],
    ['xxxxwait', `got "xxxxwait"; ${ALLOWED}. Example: operation: export`],
    ['toString', `got "toString"; ${ALLOWED}. Example: operation: export`],
    ['x', `got "x"; ${ALLOWED}. Example: operation: export`],
  ])('rejects the operation "%s"', (operation, said) => {
    const { message } = errorAbout(environment({ operation, ...KEY }))
    expect(message).toBe(`1 input is invalid.\n- operation: ${said}`)
  })

  it('keeps a fault on its line whatever came', () => {
    const found = faults('snapshot', { dataset_id: 'a\n::error::b\r\n- wait: got', description: 'x'.repeat(20_000) })
    expect(found).toHaveLength(2)
    expect(found.every((line) => line.startsWith('- d') && line.length < 400)).toBe(true)
  })
})
