import { describe, expect, it } from 'vitest'
import { DATASET_ID, environment, errorAbout, faults, OTHER_ID, request, warnings } from '../../inputs/step-inputs.ts'

describe.each(['restore', 'clone'] as const)('%s', (operation) => {
  it('takes a snapshot by id, the current one, or by name', () => {
    expect(request(operation, { snapshot_id: OTHER_ID.toUpperCase() })).toMatchObject({
      operation,
      datasetId: DATASET_ID,
      snapshot: { by: 'id', snapshotId: OTHER_ID },
      onConflict: 'wait',
      wait: true,
    })
    expect(request(operation, { snapshot_id: 'current' }).snapshot).toEqual({ by: 'id', snapshotId: 'current' })
    const byName = request(operation, { snapshot_id: '', snapshot_name: 'nightly' })
    expect(byName.snapshot).toEqual({ by: 'name', snapshotName: 'nightly' })
  })

  it('rejects both ways at once', () => {
    expect(faults(operation, { snapshot_id: 'current', snapshot_name: 'nightly' })).toEqual([
      '- snapshot_name: got "nightly"; it cannot be combined with snapshot_id; set only one. Remove: snapshot_name: "nightly"',
    ])
  })

  it('rejects neither, and says so beside other faults', () => {
    expect(faults(operation, { snapshot_id: '', dataset_id: 'x' })).toEqual([
      expect.stringContaining('- dataset_id: got "x"'),
      expect.stringContaining(
        `- snapshot_id: missing; operation "${operation}" requires either snapshot_id (a UUID, or "current") or snapshot_name`,
      ),
    ])
  })

  it('rejects any other word for an id', () => {
    for (const text of ['latest', 'CURRENT', 'nightly']) {
      expect(faults(operation, { snapshot_id: text })).toEqual([
        expect.stringContaining(
          `- snapshot_id: got "${text}"; it must be the UUID of a snapshot, or the word "current"`,
        ),
      ])
    }
  })

  it('needs a dataset', () => {
    const { message } = errorAbout(environment({ operation, token: 't', snapshot_id: 'current' }))
    expect(message).toContain(`- dataset_id: missing; operation "${operation}" requires it`)
  })

  it('does not use a description', () => {
    expect(warnings(operation, { description: 'x' })).toEqual([
      `The input "description" is set but operation "${operation}" does not use it.`,
    ])
  })
})

describe('safety_snapshot', () => {
  it('is taken before a restore unless it is switched off', () => {
    expect(request('restore').safetySnapshot).toBe(true)
    expect(request('restore', { safety_snapshot: 'false' }).safetySnapshot).toBe(false)
  })

  it('is not used by clone', () => {
    expect(warnings('clone', { safety_snapshot: 'false' })).toHaveLength(1)
  })
})
