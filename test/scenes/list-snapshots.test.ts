import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

describe('list-snapshots', () => {
  it('reports the catalog as JSON and as a table, newest first, without the deleted ones', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({
      name: 'cats',
      snapshots: [
        { name: 'first', createdAt: new Date('2026-01-01T10:20:30.123Z'), description: 'Reviewed' },
        { name: 'gone', createdAt: new Date('2026-01-02T00:00:00Z') },
        { name: 'second', createdAt: new Date('2026-01-03T00:00:00Z'), createdBy: 'ana@example.org' },
      ],
    })
    const [creation, first, gone, second] = dataset.snapshots
    if (gone) gone.deleted = true
    if (creation) creation.createdAt = new Date('2025-12-31T00:00:00Z')
    const { outputs, summary, warnings } = await scene.succeed({ operation: 'list-snapshots', dataset_id: dataset.id })
    expect(warnings).toEqual([])
    expect(JSON.parse(outputs['snapshots'] ?? '')).toEqual([
      {
        snapshot_id: second?.id,
        snapshot_name: 'second',
        description: '',
        reason: 'manual',
        created_at: '2026-01-03T00:00:00.000Z',
        created_by: 'ana@example.org',
        n_images: 8,
        n_videos: 0,
        is_current: true,
        is_restoring: false,
      },
      expect.objectContaining({ snapshot_id: first?.id, created_at: '2026-01-01T10:20:30.123Z', is_current: false }),
      expect.objectContaining({ snapshot_id: creation?.id, reason: 'creation' }),
    ])
    expect(outputs).toMatchObject({ dataset_id: dataset.id, dataset_name: 'cats', dataset_status: 'READY' })
    const rows = summary.split('\n').filter((line) => /^\| (second|first|cats)/.test(line))
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(
      /^\| second \| 2026-01-03 00:00 UTC \| ana.*example\.org \| 8 images \|.* manual \| {2}\| current \|$/,
    )
    expect(rows[1]).toContain('| Reviewed |')
    expect(scene.emulator.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('keeps within what GitHub takes when there are thousands', async () => {
    await using scene = await Scene.open()
    const text = 'long '.repeat(100)
    const snapshots = Array.from({ length: 1_500 }, (_, index) => ({ name: `s${index}`, description: text, items: [] }))
    const dataset = scene.world.addDataset({ name: 'cats', snapshots })
    const { outputs, warnings } = await scene.succeed({ operation: 'list-snapshots', dataset_id: dataset.id })
    const listed: { snapshot_name: string }[] = JSON.parse(outputs['snapshots'] ?? '')
    expect(listed.length).toBeGreaterThan(100)
    expect(listed.length).toBeLessThan(1_500)
    expect(listed[0]?.snapshot_name).toBe('s1499')
    expect(warnings.join('\n')).toContain('The output snapshots was cut to the first')
  })

  it('fails where the dataset is not there, has no snapshots, or the catalog cannot be read', async () => {
    await using scene = await Scene.open()
    const operation = 'list-snapshots'
    await scene.fail('not_found', { operation, dataset_id: '0a1b2c3d-0000-4000-8000-000000000000' })
    const old = scene.world.addDataset({ name: 'old', snapshotSupport: false })
    const { errors } = await scene.fail('forbidden', { operation, dataset_id: old.id })
    expect(errors[0]).toContain('Snapshots are not enabled')
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ path: /snapshot$/, times: Infinity, fault: { kind: 'body', text: '{"items":[]}' } })
    await scene.fail('unexpected_reply', { operation, dataset_id: dataset.id, max_retries: '0' })
  })

  it('gets over passing faults', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    scene.emulator.faults.add({ path: /snapshot$/, fault: { kind: 'status', status: 503 } })
    scene.emulator.faults.add({ path: /snapshot$/, fault: { kind: 'resetBefore' } })
    const { outputs } = await scene.succeed({ operation: 'list-snapshots', dataset_id: dataset.id })
    expect(JSON.parse(outputs['snapshots'] ?? '')).toHaveLength(2)
  })
})
