import { describe, expect, it } from 'vitest'
import { Scene, when } from '../action/scene.ts'

const DAY = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY)

/** Snapshots of 50 (first of all), 40, 30, 20, 10 days ago and of now; what they are named, and that the last is current. */
async function withHistory(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({
    name: 'cats',
    snapshots: [
      { name: 'nightly-40', createdAt: ago(40) },
      { name: 'golden', createdAt: ago(35) },
      { name: 'nightly-30', createdAt: ago(30) },
      { name: 'nightly-25', createdAt: ago(25), reason: 'pipeline' },
      { name: 'nightly-20', createdAt: ago(20) },
      { name: 'nightly-10', createdAt: ago(10) },
      { name: 'nightly-now' },
    ],
  })
  const there = () => dataset.snapshots.filter(({ deleted }) => !deleted).map(({ name }) => name)
  const idOf = (name: string) => dataset.snapshots.find((one) => one.name === name)?.id ?? ''
  const inputs = { operation: 'prune-snapshots', dataset_id: dataset.id, name_prefix: 'nightly-' }
  return { scene, dataset, there, idOf, inputs, first: dataset.snapshots[0]?.name ?? '' }
}

describe('prune-snapshots', () => {
  it('deletes what the rule no longer keeps, and nothing else', async () => {
    const { scene, there, idOf, inputs, first } = await withHistory()
    await using _ = scene
    const { outputs, summary } = await scene.succeed({ ...inputs, keep_last: '2' })
    expect(there()).toEqual([first, 'golden', 'nightly-25', 'nightly-10', 'nightly-now'])
    const deleted = ['nightly-40', 'nightly-30', 'nightly-20'].map(idOf)
    expect(outputs['deleted_snapshot_ids']).toBe(JSON.stringify(deleted))
    expect(scene.requests('DELETE', /./)).toHaveLength(3)
    expect(summary).toMatch(/^\| nightly-20 \|.*\| deleted \| it is 20 days old/m)
    expect(summary).toMatch(/^\| golden \|.*\| kept \| its name does not begin with/m)
    expect(summary).toMatch(/^\| nightly-now \|.*\| kept \| it is current \|$/m)
  })

  it('keeps what either part of the rule keeps', async () => {
    const { scene, there, inputs, first } = await withHistory()
    await using _ = scene
    await scene.succeed({ ...inputs, keep_last: '1', keep_days: '25', name_prefix: '' })
    expect(there()).toEqual([first, 'nightly-25', 'nightly-20', 'nightly-10', 'nightly-now'])
  })

  it('deletes nothing in a dry run, and shows the whole plan', async () => {
    const { scene, dataset, there, idOf, inputs } = await withHistory()
    await using _ = scene
    const { outputs, summary, stdout } = await scene.succeed({ ...inputs, keep_last: '1', dry_run: 'true' })
    expect(there()).toHaveLength(dataset.snapshots.length)
    expect(scene.emulator.requests.every(({ method }) => method === 'GET')).toBe(true)
    expect(outputs['deleted_snapshot_ids']).toBe('[]')
    const doomed = ['nightly-40', 'nightly-30', 'nightly-20', 'nightly-10'].map(idOf)
    expect(JSON.parse(outputs['would_delete_snapshot_ids'] ?? '').toSorted()).toEqual(doomed.toSorted())
    const [doomedTable = '', all = ''] = summary.split('<summary>All snapshots')
    for (const part of [doomedTable, all]) expect(part.match(/\| would be deleted \|/g)).toHaveLength(4)
    expect(all.match(/\| kept \|/g)).toHaveLength(4)
    expect(stdout).toMatch(/Would delete snapshot "nightly-40"/)
  })

  it('is rejected without a rule, before anything is sent', async () => {
    const { scene, inputs } = await withHistory()
    await using _ = scene
    await scene.fail('invalid_input', inputs)
    await scene.fail('invalid_input', { ...inputs, keep_last: '0' })
    await scene.fail('invalid_input', { ...inputs, keep_last: '0', keep_days: '0' })
    expect(scene.emulator.requests).toEqual([])
  })

  it('continues after one that cannot be deleted, and names it at the end', async () => {
    const { scene, dataset, there, idOf, inputs, first } = await withHistory({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    scene.world.strangerClone(dataset.id, idOf('nightly-30'))
    const { outputs, errors, summary } = await scene.fail('conflict', { ...inputs, keep_last: '1' })
    expect(there()).toEqual([first, 'golden', 'nightly-30', 'nightly-25', 'nightly-now'])
    expect(JSON.parse(outputs['deleted_snapshot_ids'] ?? '')).toEqual(
      ['nightly-40', 'nightly-20', 'nightly-10'].map(idOf),
    )
    expect(errors[0]).toContain('"nightly-30"')
    expect(errors[0]).toContain('SNAPSHOT_CLONE')
    expect(errors[0]).toContain('3 were deleted')
    expect(summary).toMatch(/^\| nightly-30 \|.*\| stayed \| Operation SNAPSHOT/m)
  })

  it('leaves a snapshot alone that is being restored', async () => {
    const { scene, dataset, there, idOf, inputs } = await withHistory()
    await using _ = scene
    const restoring = dataset.snapshots.find(({ id }) => id === idOf('nightly-20'))
    if (restoring) scene.world.timeline.change(restoring, { isRestoring: true })
    const { errors } = await scene.fail('conflict', { ...inputs, keep_last: '1' })
    expect(errors[0]).toContain('"nightly-20"')
    expect(there()).toContain('nightly-20')
    expect(scene.requests('DELETE', new RegExp(idOf('nightly-20')))).toEqual([])
  })

  it('waits until the catalog is without them', async () => {
    const { scene, inputs } = await withHistory({ lags: { snapshotListMs: 700 } })
    await using _ = scene
    const { stdout } = await scene.succeed({ ...inputs, keep_last: '2' })
    expect(stdout).toContain('the catalog still shows 3 deleted snapshots')
  })

  it('is rejected for an account that may only look: all stay, and one error says so', async () => {
    const { scene, dataset, there, inputs } = await withHistory()
    await using _ = scene
    dataset.role = 'viewer'
    const { errors, outputs } = await scene.fail('forbidden', { ...inputs, keep_last: '2' })
    expect(errors[0]).toContain('Could not delete 3 snapshots of dataset "cats"; 0 were deleted.')
    expect(there()).toHaveLength(dataset.snapshots.length)
    expect(outputs['deleted_snapshot_ids']).toBe('[]')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves what it deleted in the outputs when %s ends it', async (signal) => {
    const { scene, there, idOf, inputs } = await withHistory()
    await using _ = scene
    scene.emulator.faults.add({ method: 'DELETE', path: /snapshot/, skip: 1, fault: { kind: 'hang' } })
    const step = await scene.start({ ...inputs, keep_last: '1', timeout: '1h' })
    await when(() => scene.requests('DELETE', /./).length === 2)
    const { outputs, summary } = scene.sound(await step.cancel(signal))
    expect(outputs).toMatchObject({
      error_code: 'cancelled',
      deleted_snapshot_ids: JSON.stringify([idOf('nightly-40')]),
    })
    expect(there()).toContain('nightly-30')
    expect(summary).toMatch(/^\| nightly-30 \|.*\| not tried \|/m)
  })

  it('ends with its time, and names what it deleted', async () => {
    const { scene, idOf, inputs } = await withHistory()
    await using _ = scene
    scene.emulator.faults.add({ method: 'DELETE', path: /snapshot/, skip: 1, times: Infinity, fault: { kind: 'hang' } })
    const { outputs, errors } = await scene.fail('timed_out', { ...inputs, keep_last: '1', timeout: '6s' })
    expect(outputs['deleted_snapshot_ids']).toBe(JSON.stringify([idOf('nightly-40')]))
    expect(errors[0]).toContain('Could not delete 3 snapshots of dataset "cats"; 1 was deleted.')
  })
})
