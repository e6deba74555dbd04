import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

const id = '0a1b2c3d-0000-4000-8000-000000000000'

describe('inputs', () => {
  const wrong: [string, Record<string, string>, string[]][] = [
    ['no operation', { operation: '' }, ['operation']],
    ['an operation that is misspelled', { operation: 'snapshots' }, ['operation', 'Did you mean operation: snapshot?']],
    ['a dataset_id that is no UUID', { operation: 'wait', dataset_id: 'cats' }, ['dataset_id', '"cats"', 'UUID']],
    ['a duration in words', { operation: 'wait', dataset_id: id, timeout: 'two hours' }, ['timeout', '2h']],
    ['no time at all', { operation: 'wait', dataset_id: id, timeout: '0s' }, ['timeout']],
    ['a negative count', { operation: 'wait', dataset_id: id, max_retries: '-1' }, ['max_retries']],
    ['a flag in words', { operation: 'snapshot', dataset_id: id, wait: 'yes' }, ['"snapshot"', 'wait: true']],
    ['a duration without a unit', { operation: 'wait', dataset_id: id, timeout: '120' }, ['120s', '120m']],
    [
      'another word for a choice',
      { operation: 'snapshot', dataset_id: id, on_conflict: 'retry' },
      ['on_conflict', '"fail"'],
    ],
    [
      'a page of the web app',
      { operation: 'wait', dataset_id: id, base_url: 'https://app.visual-layer.com/dataset/1' },
      ['base_url'],
    ],
    [
      'credentials over plain http',
      { operation: 'wait', dataset_id: id, base_url: 'http://vl.example.com' },
      ['base_url', 'https://'],
    ],
    ['a token beside a key', { operation: 'wait', dataset_id: id, token: 'abcdefgh' }, ['token']],
    ['a key without its secret', { operation: 'wait', dataset_id: id, api_secret: '' }, ['api_secret', 'pull request']],
    [
      'no credentials for the Cloud',
      { operation: 'wait', dataset_id: id, base_url: '', api_key: '', api_secret: '' },
      ['api_key', 'secrets.VL_API_KEY'],
    ],
  ]
  it.each(wrong)('rejects %s without sending anything', async (_name, inputs, words) => {
    await using scene = await Scene.open()
    const { errors, summary, outputs } = await scene.fail('invalid_input', inputs)
    for (const word of words) expect(errors[0]).toContain(word)
    expect(errors[0]).not.toContain(scene.emulator.apiSecret)
    expect(summary).toContain('invalid&#95;input')
    expect(outputs['dataset_id'] ?? '').toBe('')
    expect(scene.emulator.requests).toEqual([])
  })

  it('never shows a credential that was put in the wrong place', async () => {
    await using scene = await Scene.open()
    const secret = 'line one of a secret\nline two of a secret'
    const { stdout, summary } = await scene.fail('invalid_input', {
      operation: 'wait',
      dataset_id: id,
      api_key: secret,
      api_secret: 'another-secret-value',
      token: 'a ready-made token',
    })
    const log = stdout.replace(/^::add-mask::.*$/gm, '')
    for (const text of [log, summary]) {
      for (const part of ['line one', 'another-secret', 'ready-made token value']) expect(text).not.toContain(part)
    }
  })

  it('names all faults in one message', async () => {
    await using scene = await Scene.open()
    const { errors } = await scene.fail('invalid_input', {
      operation: 'restore',
      dataset_id: 'x',
      safety_snapshot: 'maybe',
      timeout: 'x',
      poll_interval: '1ms',
      request_timeout: 'x',
      max_retries: 'x',
      wait: 'x',
      on_conflict: 'x',
      base_url: 'x',
    })
    const names = ['dataset_id', 'snapshot_id', 'safety_snapshot', 'timeout', 'poll_interval', 'request_timeout']
    for (const name of [...names, 'max_retries', 'wait', 'on_conflict', 'base_url']) {
      expect(errors[0]).toMatch(new RegExp(`^- ${name}: (?:got .*|missing); .*: \\w+: .`, 'm'))
    }
  })

  it('warns of an input that the operation does not use, and continues', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const { warnings, summary } = await scene.succeed({
      operation: 'snapshot',
      dataset_id: dataset.id,
      export_format: 'parquet',
      include_images: 'False',
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('export_format')
    expect(summary).toContain('export&#95;format')
  })

  it.each(['', '/', '/api/v1', '/api/v1/'])('takes a base_url that ends in "%s"', async (end) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    await scene.succeed({
      operation: 'wait',
      dataset_id: dataset.id.toUpperCase(),
      base_url: `${scene.emulator.url}${end}`,
    })
    expect(scene.emulator.requests[0]?.path).toBe(`/api/v1/dataset/${dataset.id}`)
    expect(scene.emulator.requests.map(({ status }) => status)).toEqual(scene.emulator.requests.map(() => 200))
  })

  it('takes the page of a dataset, durations in words, and separators of Windows', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const { outputs } = await scene.succeed({
      operation: 'export',
      dataset_id: `"${scene.emulator.url}/dataset/${dataset.id.toUpperCase()}/data?page=2"`,
      timeout: '12 seconds',
      request_timeout: 'PT5S',
      output_dir: String.raw`exports\nightly`,
      upload_artifact: 'false',
    })
    expect(outputs['dataset_id']).toBe(dataset.id)
    expect(outputs['export_dir']).toBe(path.join(scene.job.workspace, 'exports', 'nightly'))
  })

  it('takes a ready-made token', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const token = scene.emulator.token()
    const { masks } = await scene.succeed({
      operation: 'wait',
      dataset_id: dataset.id,
      api_key: '',
      api_secret: '',
      token: ` ${token}\n`,
    })
    expect(masks).toContain(token)
    expect(scene.emulator.requests[0]?.headers.authorization).toBe(`Bearer ${token}`)
  })

  it('runs without the files that the runner gives', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const none = { GITHUB_OUTPUT: '', GITHUB_STATE: '', GITHUB_STEP_SUMMARY: '', GITHUB_ACTIONS: '' }
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id }, none)
    const { exitCode, stderr, stdout } = await step.ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(`::debug::Output dataset_id: ${dataset.id}`)
  })
})
