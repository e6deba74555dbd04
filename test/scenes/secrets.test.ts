import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exportScene } from '../action/export-scene.ts'
import { GITHUB_TOKEN } from '../action/run-action.ts'
import { Scene } from '../action/scene.ts'
import { logLines } from '../action/workflow-commands.ts'

const claimsSchema = z.looseObject({ iat: z.number(), exp: z.number() })

describe('secrets', () => {
  it('are masked before any other line', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const { stdout } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id })
    const [first, second, third] = logLines(stdout)
    expect(new Set([first, second])).toEqual(
      new Set([`::add-mask::${scene.emulator.apiSecret}`, `::add-mask::${GITHUB_TOKEN}`]),
    )
    expect(third).not.toContain('::add-mask::')
  })

  it('are masked when the inputs are wrong, too', async () => {
    await using scene = await Scene.open()
    const { stdout } = await scene.fail('invalid_input', { operation: 'no such thing', api_secret: 'not-the-secret-0' })
    expect(logLines(stdout)[0]).toBe('::add-mask::not-the-secret-0')
  })

  it('do not show where Visual Layer repeats them', async () => {
    await using scene = await Scene.open()
    const { apiSecret } = scene.emulator
    const dataset = scene.world.addDataset({ name: `cats ${apiSecret}` })
    scene.world.next('snapshot', { task: 'FAILED', message: `no snapshot for ${apiSecret}` })
    scene.world.next('snapshot', { task: 'FAILED', message: `no snapshot for ${apiSecret}` })
    const { errors, outputs } = await scene.fail('server_error', {
      operation: 'snapshot',
      dataset_id: dataset.id,
      timeout: '8s',
    })
    expect(errors[0]).toContain('no snapshot for ***')
    expect(outputs['dataset_name']).toBe('cats ***')
  })

  it('of several lines are masked line by line', async () => {
    await using scene = await Scene.open()
    const secret = 'first-line-of-it\nsecond-line-of-it'
    const { masks, exitCode, stdout } = await scene.run({
      operation: 'wait',
      dataset_id: '0a1b2c3d-0000-4000-8000-000000000000',
      api_secret: secret,
    })
    expect(exitCode).toBe(1)
    expect(masks).toEqual(expect.arrayContaining(['first-line-of-it', 'second-line-of-it']))
    expect(stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain('line-of-it')
  })

  it('of a link are masked before any other line shows it, and each fresh one again', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, fault: { kind: 'status', status: 403 } })
    const { stdout } = await scene.succeed(inputs)
    const links = scene.emulator.requests.filter(({ server }) => server === 'storage')
    const signatures = links.flatMap(({ query }) => query['X-Amz-Signature'] ?? [])
    expect(new Set(signatures).size).toBe(2)
    for (const signature of signatures) {
      const lines = logLines(stdout).filter((line) => line.includes(signature))
      expect(lines.length).toBeGreaterThan(0)
      expect(lines.every((line) => line.startsWith('::add-mask::'))).toBe(true)
    }
  })

  it('are no part of what a storage host is sent, nor of ids and names', async () => {
    const { scene, dataset, inputs } = await exportScene()
    await using _ = scene
    const { masks } = await scene.succeed(inputs)
    for (const request of scene.emulator.requests.filter(({ server }) => server === 'storage')) {
      expect(JSON.stringify(request.headers)).not.toContain('Bearer')
    }
    for (const id of [dataset.id, scene.world.exports[0]?.id, 'cats', 'visual-layer-export.zip']) {
      expect(masks).not.toContain(id)
    }
  })

  it('sign a fresh token for each request, of ten minutes at most', async () => {
    await using scene = await Scene.open({ timings: { createMs: 2500 } })
    await scene.succeed({ operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' })
    const bearers = scene.emulator.requests.flatMap(({ headers }) => headers.authorization ?? [])
    expect(bearers).toHaveLength(scene.emulator.requests.length)
    expect(new Set(bearers).size).toBeGreaterThan(1)
    for (const bearer of bearers) {
      const claims = claimsSchema.parse(JSON.parse(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString()))
      expect(claims.exp - claims.iat).toBeLessThanOrEqual(600)
    }
  })
})
