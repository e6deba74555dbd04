import { createHash } from 'node:crypto'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportScene, ZIP } from '../action/export-scene.ts'

const upload = { upload_artifact: 'true' }

describe('the artifact of an export', () => {
  it('is the ZIP as it is, with the digest of the export', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { outputs, summary } = await scene.succeed({ ...inputs, ...upload, artifact_name: 'nightly' })
    const [stored, ...others] = scene.emulator.artifacts.stored
    expect(others).toEqual([])
    expect(stored?.name).toBe('nightly.zip')
    expect(outputs).toMatchObject({
      artifact_id: String(stored?.id),
      artifact_name: 'nightly.zip',
      artifact_url: `https://github.com/octo/cats/actions/runs/4242/artifacts/${stored?.id}`,
      artifact_digest: stored?.digest,
      export_sha256: stored?.digest,
    })
    expect(summary).toContain(outputs['artifact_url'])
  })

  it('is a ZIP of the files that were unpacked', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, ...upload, extract: 'true', compression_level: '0' })
    const [stored] = scene.emulator.artifacts.stored
    expect(stored?.name).toBe('visual-layer-export')
    expect(stored?.digest).toBe(
      createHash('sha256')
        .update(stored?.bytes ?? '')
        .digest('hex'),
    )
    expect(outputs['artifact_digest']).toBe(stored?.digest)
  })

  it('comes with the comparison as an artifact of its own', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const inputs = { ...at.inputs, ...upload, artifact_name: 'nightly' }
    await scene.succeed({ ...at.inputs, output_dir: 'last' })
    const { outputs } = await scene.succeed({ ...inputs, compare_with: 'last' })
    expect(outputs['comparison_path']).toBe(path.join(at.outputDir, 'comparison.json'))
    expect(outputs['artifact_name']).toBe('nightly.zip')
    expect(scene.emulator.artifacts.stored.map(({ name }) => name)).toEqual(['nightly.zip', 'nightly-comparison'])
  })

  it('stays a success where that of the comparison cannot be stored', async () => {
    const at = await exportScene()
    await using scene = at.scene
    await scene.succeed({ ...at.inputs, output_dir: 'last' })
    const fault = { kind: 'status', status: 403 } as const
    scene.emulator.faults.add({ server: 'artifacts', path: /CreateArtifact$/, skip: 1, times: Infinity, fault })
    const inputs = { ...at.inputs, ...upload, compare_with: 'last' }
    const { outputs, warnings } = await scene.succeed(inputs)
    expect(outputs['artifact_name']).toBe(ZIP)
    expect(warnings).toEqual([expect.stringContaining('visual-layer-export-comparison')])
    expect(scene.emulator.artifacts.stored).toHaveLength(1)
  })

  it('lives as long as retention_days says, at most as long as the repository allows', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    await scene.succeed({ ...inputs, ...upload, artifact_name: 'week', retention_days: '7' })
    const { warnings } = await scene.succeed({
      ...inputs,
      ...upload,
      artifact_name: 'year',
      output_dir: 'year',
      retention_days: '365',
    })
    expect(warnings.join()).toContain('90 days, not 365')
    const days = scene.emulator.artifacts.stored.map(({ createdAt, expiresAt }) =>
      Math.round(((expiresAt?.getTime() ?? 0) - createdAt.getTime()) / 86_400_000),
    )
    expect(days).toEqual([7, 90])
  })

  it('does not replace one of the same name, unless told', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    await scene.succeed({ ...inputs, ...upload })
    const { errors } = await scene.fail('artifact_failed', { ...inputs, ...upload })
    expect(errors[0]).toContain(ZIP)
    expect(errors[0]).toContain('overwrite_artifact: true')
    expect(scene.world.exports).toHaveLength(1)
    expect(await files()).toEqual(['manifest.json', ZIP])
    const again = await scene.succeed({ ...inputs, ...upload, overwrite_artifact: 'true' })
    expect(scene.emulator.artifacts.stored.map(({ digest }) => digest)).toEqual([again.outputs['export_sha256']])
  })

  it('fails after the export is safe where the storage of the account is used up', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.emulator.artifacts.quotaBytes = 10
    const { errors, outputs } = await scene.fail('artifact_failed', { ...inputs, ...upload })
    expect(errors[0]).toContain('used up')
    expect(outputs['export_path']).toContain(ZIP)
    expect(outputs['export_sha256']).toMatch(/^[0-9a-f]{64}$/)
    expect(outputs['media_count']).toBe('12')
    expect(await files()).toEqual(['manifest.json', ZIP])
  })

  it('fails where the runner gives no artifact service, with the export on disk', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    const { errors } = await scene.fail('artifact_failed', { ...inputs, ...upload }, { ACTIONS_RUNTIME_TOKEN: '' })
    expect(errors[0]).toContain('upload_artifact: false')
    expect(await files()).toEqual(['manifest.json', ZIP])
  })

  it('is left out with a warning on GitHub Enterprise Server', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { warnings, outputs, summary } = await scene.succeed(
      { ...inputs, ...upload },
      { GITHUB_SERVER_URL: 'https://github.acme.example' },
    )
    expect(warnings.join()).toContain('GitHub Enterprise Server')
    expect(outputs['artifact_id'] ?? '').toBe('')
    expect(summary).toContain('No artifact')
    expect(scene.emulator.artifacts.stored).toEqual([])
  })

  it('is stored once when the reply to its end is lost', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'artifacts', path: /FinalizeArtifact$/, fault: { kind: 'resetAfter' } })
    const { outputs } = await scene.succeed({ ...inputs, ...upload, timeout: '40s' })
    expect(scene.emulator.artifacts.stored.map(({ id }) => String(id))).toEqual([outputs['artifact_id']])
    expect(outputs['artifact_digest']).toBe(outputs['export_sha256'])
  })

  it('is not uploaded where the export failed or matched nothing', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.world.next('export', { task: 'FAILED' })
    await scene.fail('operation_failed', { ...inputs, ...upload })
    await scene.succeed({
      ...inputs,
      ...upload,
      vql: '[{"labels":{"op":"is","value":["zebra"]}}]',
      allow_empty: 'true',
    })
    expect(scene.emulator.artifacts.stored).toEqual([])
  })
})
