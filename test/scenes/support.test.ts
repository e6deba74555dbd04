import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/

describe('a failed request', () => {
  it('is named for vendor support in the last line of the error and in the summary', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const headers = { 'x-request-id': 'req-7f3a', 'cf-ray': '9a0b1c-FRA' }
    const body = '{"detail": "out of order", "request_id": "body-41"}'
    const fault = { kind: 'status' as const, status: 500, headers, body }
    scene.emulator.faults.add({ path: /\/tasks$/, times: Infinity, fault })
    const { errors, summary } = await scene.fail('server_error', {
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_id: 'current',
      max_retries: '1',
    })
    const last = errors[0]?.split('\n').at(-1)
    expect(last).toMatch(/GET \/api\/v1\/tasks, /)
    expect(last).toMatch(TIME)
    expect(last).toMatch(/x-request-id: req-7f3a, cf-ray: 9a0b1c-FRA, request_id: body-41$/)
    expect(summary).toContain('req-7f3a')
  })

  it('to the storage host is named by what S3 answers with, and never by the link', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', images: 2 })
    const headers = { 'x-amz-request-id': 'S3REQ', 'x-amz-id-2': 'host+id/2=' }
    scene.emulator.faults.add({
      server: 'storage',
      path: /./,
      times: Infinity,
      fault: { kind: 'status', status: 503, headers, body: '<Error><Code>SlowDown</Code></Error>' },
    })
    const { errors } = await scene.fail('server_error', {
      operation: 'export',
      dataset_id: dataset.id,
      max_retries: '1',
    })
    expect(errors[0]?.split('\n').at(-1)).toMatch(/x-amz-request-id: S3REQ, x-amz-id-2: host\+id\/2=$/)
    expect(errors[0]).not.toMatch(/signature/i)
  })

  it('and every other one is one line of the debug log', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const inputs = { operation: 'wait', dataset_id: dataset.id }
    const body = '{"detail": "no", "link": "https://s3.example/a?X-Amz-Signature=abc123"}'
    const fault = { kind: 'status' as const, status: 503, headers: { 'x-request-id': 'req-1' }, body }
    scene.emulator.faults.add({ path: /./, times: 1, fault })
    const before = scene.emulator.requests.length
    const { commands, stdout } = await scene.succeed(inputs, { RUNNER_DEBUG: '1' })
    const lines = commands.filter(({ name }) => name === 'debug').map(({ data }) => data)
    const requests = lines.filter((line) => line.startsWith('GET /api/v1/'))
    expect(requests).toHaveLength(scene.emulator.requests.length - before)
    expect(requests[0]).toMatch(
      /^GET \/api\/v1\/dataset\/\S+: 503 in \d+ ms, x-request-id: req-1; body: \{"detail":"no"/,
    )
    expect(requests[1]).toMatch(/: 200 in \d+ ms/)
    expect(stdout).not.toContain('abc123')
    const quiet = await scene.succeed(inputs)
    expect(quiet.stdout).not.toContain('::debug::GET')
  })
})
