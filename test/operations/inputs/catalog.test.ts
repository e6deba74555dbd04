import { describe, expect, it } from 'vitest'
import { DATASET_ID, environment, errorAbout, faults, OTHER_ID, request, warnings } from '../../inputs/step-inputs.ts'

const CATALOG = ['list-snapshots', 'update-snapshot', 'delete-snapshot', 'prune-snapshots', 'delete-dataset'] as const

describe.each(CATALOG)('%s', (operation) => {
  it('needs a dataset', () => {
    const { message } = errorAbout(environment({ operation, token: 't' }))
    expect(message).toContain(`- dataset_id: missing; operation "${operation}" requires it`)
  })

  it('takes how often to look, and warns of what it does not use', () => {
    expect(request(operation, { poll_interval: '2s' })).toMatchObject({
      operation,
      datasetId: DATASET_ID,
      pollIntervalMs: 2_000,
    })
    expect(warnings(operation, { wait: 'false', on_conflict: 'fail', safety_snapshot: 'false' })).toEqual([
      expect.stringContaining('"safety_snapshot"'),
      expect.stringContaining('"wait"'),
      expect.stringContaining('"on_conflict"'),
    ])
  })
})

describe('update-snapshot', () => {
  it('takes a name, a description or both', () => {
    expect(request('update-snapshot')).toMatchObject({
      snapshotId: OTHER_ID,
      snapshotName: 'golden',
      description: undefined,
    })
    expect(
      request('update-snapshot', { snapshot_name: '', description: 'a\nb', snapshot_id: 'current' }),
    ).toMatchObject({
      snapshotId: 'current',
      snapshotName: undefined,
      description: 'a\nb',
    })
  })

  it('rejects neither, and a missing id beside it', () => {
    expect(faults('update-snapshot', { snapshot_name: '', snapshot_id: '' })).toEqual([
      expect.stringContaining('- snapshot_id: missing; operation "update-snapshot" requires it'),
      expect.stringContaining(
        '- snapshot_name: missing; operation "update-snapshot" requires snapshot_name (the name to give), description, or both',
      ),
    ])
  })
})

describe('delete-snapshot', () => {
  it('takes a snapshot by its UUID or by name', () => {
    expect(request('delete-snapshot').snapshot).toEqual({ by: 'id', snapshotId: OTHER_ID })
    expect(request('delete-snapshot', { snapshot_id: '', snapshot_name: 'old' }).snapshot).toEqual({
      by: 'name',
      snapshotName: 'old',
    })
  })

  it.each(['current', 'CURRENT'])('rejects "%s", and says what to do', (text) => {
    const [fault, ...others] = faults('delete-snapshot', { snapshot_id: text })
    expect(others).toEqual([])
    expect(fault).toContain('does not delete the current snapshot')
    expect(fault).toContain('operation: restore')
  })

  it('rejects both, neither, and what is no UUID', () => {
    expect(faults('delete-snapshot', { snapshot_name: 'old' })).toHaveLength(1)
    expect(faults('delete-snapshot', { snapshot_id: '' })).toEqual([
      expect.stringContaining(
        '- snapshot_id: missing; operation "delete-snapshot" requires either snapshot_id (a UUID) or snapshot_name',
      ),
    ])
    expect(faults('delete-snapshot', { snapshot_id: 'latest' })).toEqual([
      expect.stringMatching(/^- snapshot_id: got "latest"; .*UUID.*: snapshot_id: 0a1b/),
    ])
  })
})

describe('prune-snapshots', () => {
  it('takes a rule of one part or of both', () => {
    expect(request('prune-snapshots')).toMatchObject({
      keepLast: 3,
      keepDays: undefined,
      namePrefix: '',
      dryRun: false,
    })
    expect(
      request('prune-snapshots', { keep_last: '0', keep_days: '36500', name_prefix: 'nightly-', dry_run: 'true' }),
    ).toMatchObject({ keepLast: 0, keepDays: 36_500, namePrefix: 'nightly-', dryRun: true })
    expect(request('prune-snapshots', { keep_last: '', keep_days: '30' }).keepLast).toBeUndefined()
  })

  it.each([
    [{ keep_last: '' }, '- keep_last: missing; operation "prune-snapshots" requires keep_last'],
    [{ keep_last: '0' }, '- keep_last: got "0"; it must be at least 1'],
    [{ keep_last: '00' }, '- keep_last: got "00"; it must be at least 1'],
    [{ keep_last: '', keep_days: '0' }, '- keep_days: got "0"; it must be at least 1'],
    [{ keep_last: '0', keep_days: '0' }, '- keep_last: got "0"; it must be at least 1'],
  ])('rejects a rule that keeps nothing: %j', (inputs, said) => {
    expect(faults('prune-snapshots', inputs)).toEqual([expect.stringContaining(said)])
  })

  it.each([
    ['keep_last', '1001'],
    ['keep_last', '-1'],
    ['keep_last', '3.5'],
    ['keep_last', 'all'],
    ['keep_days', '36501'],
    ['keep_days', '30d'],
    ['dry_run', 'yes'],
    ['name_prefix', 'a\nb'],
  ])('rejects %s: %j', (input, text) => {
    expect(faults('prune-snapshots', { [input]: text })).toEqual([expect.stringContaining(`- ${input}: got `)])
  })
})

describe('delete-dataset', () => {
  it('needs the name as a confirmation', () => {
    expect(request('delete-dataset').confirmDatasetName).toBe('Cats')
    expect(faults('delete-dataset', { confirm_dataset_name: ' ' })).toEqual([
      expect.stringContaining('- confirm_dataset_name: missing; operation "delete-dataset" requires it'),
    ])
  })
})
