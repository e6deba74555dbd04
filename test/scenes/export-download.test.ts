import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../emulator/http/faults.ts'
import { exportScene, ZIP } from '../action/export-scene.ts'

const images = { include_images: 'true' }

describe('the download of an export', () => {
  const borne: [string, Fault][] = [
    ['a reset before the reply', { kind: 'resetBefore' }],
    ['a reset in the middle', { kind: 'resetMid', afterBytes: 1000 }],
    ['HTTP 500', { kind: 'status', status: 500 }],
    ['HTTP 503', { kind: 'status', status: 503 }],
    ['HTTP 429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['silence', { kind: 'hang' }],
  ]
  it.each(borne)('gets over %s', async (_name, fault) => {
    const { scene, inputs, outputDir } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, times: 2, fault })
    await scene.succeed({ ...inputs, ...images, request_timeout: '1s' })
    const bytes = scene.world.storage.bytes(scene.world.exports[0]?.storageKey ?? '')
    expect((await readFile(path.join(outputDir, ZIP))).equals(bytes)).toBe(true)
    expect(scene.world.exports).toHaveLength(1)
  })

  it('continues where it broke', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, fault: { kind: 'resetMid', afterBytes: 1000 } })
    await scene.succeed({ ...inputs, ...images })
    const ranges = scene.emulator.requests
      .filter(({ server }) => server === 'storage')
      .map(({ headers }) => headers.range)
    expect(ranges.at(-1)).toMatch(/^bytes=1000-\d+$/)
  })

  it('starts over where the storage host honours no ranges', async () => {
    const { scene, inputs, outputDir } = await exportScene({ style: { ranges: false } })
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, fault: { kind: 'resetMid', afterBytes: 1000 } })
    await scene.succeed({ ...inputs, ...images })
    const bytes = scene.world.storage.bytes(scene.world.exports[0]?.storageKey ?? '')
    expect((await readFile(path.join(outputDir, ZIP))).equals(bytes)).toBe(true)
  })

  it('asks for a fresh link when the first has expired', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({
      server: 'storage',
      path: /./,
      fault: {
        kind: 'status',
        status: 403,
        body: '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      },
    })
    const { outputs } = await scene.succeed(inputs)
    expect(outputs['media_count']).toBe('12')
    const links = scene.emulator.requests
      .filter(({ server }) => server === 'storage')
      .map(({ query }) => query['X-Amz-Signature'])
    expect(new Set(links).size).toBe(2)
  })

  it('fails where every link is rejected, with the words of the storage host, and leaves nothing', async () => {
    const { scene, inputs, files } = await exportScene({ linkLifetimeMs: 0 })
    await using _ = scene
    const { errors, outputs } = await scene.fail('server_error', { ...inputs, max_retries: '1' })
    expect(errors[0]).toContain('Request has expired')
    expect(outputs['export_id']).toBe(scene.world.exports[0]?.id)
    expect(await files()).toEqual([])
  })

  it('fails where the link has expired and the export is not COMPLETED any more', async () => {
    const { scene, inputs, files } = await exportScene({ linkLifetimeMs: 0 })
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/Downloading and verifying/)
    const text = JSON.stringify({ id: scene.world.exports[0]?.id, status: 'IN_PROGRESS', progress: 0.5 })
    scene.emulator.faults.add({ path: /export_status$/, times: Infinity, fault: { kind: 'body', text } })
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code'], errors[0]).toBe('operation_failed')
    expect(errors[0]).toContain('IN_PROGRESS')
    expect(await files()).toEqual([])
  })

  it('fails when the storage host keeps failing, and leaves no file with a final name', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({ server: 'storage', path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    const { outputs, errors } = await scene.fail('server_error', { ...inputs, max_retries: '2' })
    expect(outputs['export_path'] ?? '').toBe('')
    expect(errors[0]).toContain(outputs['export_id'])
    expect(await files()).toEqual([])
  })

  it('ends at the deadline while the bytes trickle', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({
      server: 'storage',
      path: /./,
      times: Infinity,
      fault: { kind: 'slow', bytesPerSecond: 200 },
    })
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, ...images, timeout: '6s' })
    expect(errors[0]).toContain('timeout: 6s')
    expect(errors[0]).toContain(`export_id: ${outputs['export_id']}`)
    expect(await files()).toEqual([])
  })

  it.each([
    ['a web page', '<!doctype html><html><title>Sign in</title></html>', 'text/html'],
    [
      'an error of the storage in HTTP 200',
      '<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>',
      'application/xml',
    ],
    ['nothing', '', 'application/zip'],
  ])('does not take %s for an export', async (_name, text, contentType) => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.emulator.faults.add({
      server: 'storage',
      path: /./,
      times: Infinity,
      fault: { kind: 'body', text, contentType },
    })
    const { exitCode, outputs } = await scene.run({ ...inputs, max_retries: '1' })
    expect(exitCode).toBe(1)
    expect(['corrupt_download', 'unexpected_reply']).toContain(outputs['error_code'])
    expect(await files()).toEqual([])
  })

  it('follows the relative links of a self-hosted server', async () => {
    const { scene, inputs } = await exportScene({ auth: 'none', style: { downloadLinks: 'relative' } })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, api_key: '', api_secret: '' })
    expect(outputs['media_count']).toBe('12')
  })

  it('sends the bearer to no other path of a server with relative links', async () => {
    const { scene, inputs } = await exportScene({ style: { downloadLinks: 'relative' } })
    await using _ = scene
    await scene.succeed(inputs)
    const cdn = scene.emulator.requests.filter((request) => request.path.startsWith('/cdn/'))
    expect(cdn.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })
})
