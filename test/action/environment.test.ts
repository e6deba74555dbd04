import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportScene } from './export-scene.ts'
import { startProxy } from './proxy.ts'
import type { StepResult } from './run-action.ts'
import { Scene } from './scene.ts'

const create = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' }

/** A folder, and a file that is not there: two things that a path in the environment may turn out to be. */
async function places(scene: Scene): Promise<[string, string]> {
  const folder = path.join(scene.job.root, 'folder')
  await mkdir(folder)
  return [folder, path.join(scene.job.root, 'nowhere', 'file')]
}

/** Ends of a step whose outputs or summary go nowhere, so that less than usual can be read from them. */
function expectFailure({ exitCode, errors, stderr, stdout }: StepResult): void {
  expect([exitCode, errors.length, stderr], stdout).toEqual([1, 1, ''])
  expect(stdout).not.toContain('The action itself failed')
}

describe.concurrent('a proxy setting', () => {
  it.each([
    ['HTTP_PROXY', 'http://ci:50%@127.0.0.1:9'],
    ['HTTPS_PROXY', 'http://ci:50%@127.0.0.1:9'],
    ['https_proxy', 'ftp://ci:hunter2@127.0.0.1:9'],
    ['http_proxy', 'http://'],
    ['HTTP_PROXY', 'ci:hunter2@'],
  ])('that cannot be read is invalid input, and hides its password: %s=%s', async (variable, value) => {
    await using scene = await Scene.open()
    const { errors, stdout } = await scene.fail('invalid_input', create, { [variable]: value })
    expect(errors[0]).toContain(variable)
    for (const secret of ['50%', 'hunter2']) expect(stdout).not.toContain(secret)
    expect(scene.emulator.requests).toEqual([])
  })

  it('without a scheme is an http proxy', async () => {
    await using scene = await Scene.open()
    await using proxy = await startProxy()
    await scene.succeed(create, { HTTP_PROXY: proxy.url.replace('http://', '') })
    expect(proxy.asked.length).toBeGreaterThan(0)
  })

  it('without a scheme leads the artifact library through the proxy too', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    await using proxy = await startProxy()
    const host = proxy.url.replace('http://', '')
    await scene.succeed({ ...inputs, upload_artifact: 'true' }, { HTTP_PROXY: host, HTTPS_PROXY: host })
    expect(scene.emulator.artifacts.stored).toHaveLength(1)
  })
})

describe.concurrent('a file of the runner', () => {
  it.each([0, 1])('for outputs that cannot be opened fails the step before anything is done (%d)', async (which) => {
    await using scene = await Scene.open()
    const place = (await places(scene))[which] ?? ''
    const result = await (await scene.start(create, { GITHUB_OUTPUT: place })).ended
    expectFailure(result)
    expect(result.errors[0]).toContain('GITHUB_OUTPUT')
    expect(scene.emulator.requests).toEqual([])
  })

  it('for outputs that is full fails the step, whose work is done, and says so', async () => {
    await using scene = await Scene.open()
    const result = await (await scene.start(create, { GITHUB_OUTPUT: '/dev/full' })).ended
    expectFailure(result)
    expect(result.errors[0]).toContain('GITHUB_OUTPUT')
  })

  it.each([0, 1])(
    'for states that cannot be written is a warning: the step needs it only if it is killed (%d)',
    async (which) => {
      await using scene = await Scene.open()
      const { warnings, exitCode } = await (
        await scene.start(create, { GITHUB_STATE: (await places(scene))[which] ?? '' })
      ).ended
      expect([exitCode, warnings.length]).toEqual([0, 1])
      expect(warnings[0]).toContain('GITHUB_STATE')
    },
  )

  it.each([0, 1])('for the summary that cannot be written is a warning (%d)', async (which) => {
    await using scene = await Scene.open()
    const { warnings, exitCode } = await (
      await scene.start(create, { GITHUB_STEP_SUMMARY: (await places(scene))[which] ?? '' })
    ).ended
    expect([exitCode, warnings.length]).toEqual([0, 1])
    expect(warnings[0]).toContain('GITHUB_STEP_SUMMARY')
  })

  it.each([
    'GITHUB_OUTPUT',
    'GITHUB_STATE',
    'GITHUB_STEP_SUMMARY',
    'GITHUB_WORKSPACE',
    'RUNNER_TEMP',
    'GITHUB_EVENT_PATH',
  ])('may be missing, if the work does not need it: %s', async (variable) => {
    await using scene = await Scene.open()
    const { exitCode, errors, stdout } = await (await scene.start(create, { [variable]: '' })).ended
    expect([exitCode, errors], stdout).toEqual([0, []])
    if (variable === 'GITHUB_OUTPUT') expect(stdout).toContain('::warning::')
  })

  it.each(['{', '', '\u0000'])('about the event is not needed, however broken (%j)', async (text) => {
    const at = await exportScene()
    await using scene = at.scene
    const file = path.join(scene.job.root, 'event.json')
    await writeFile(file, text)
    const inputs = { ...at.inputs, upload_artifact: 'true', compare_with: 'previous-run' }
    const { warnings } = await scene.succeed(inputs, {
      ...scene.emulator.github.environment(),
      GITHUB_EVENT_PATH: file,
    })
    expect(warnings).toEqual([])
  })

  it('that is no temporary folder is named, where the step needs one', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const file = path.join(scene.job.root, 'temp')
    await writeFile(file, '')
    const inputs = { ...at.inputs, compare_with: 'previous-run' }
    const env = { ...scene.emulator.github.environment(), RUNNER_TEMP: file }
    const { errors } = await scene.fail('operation_failed', inputs, env)
    expect(errors[0]).toContain(file)
  })

  it('that is no workspace fails an export with that reason', async () => {
    const at = await exportScene()
    await using scene = at.scene
    const file = path.join(scene.job.root, 'file')
    await writeFile(file, '')
    const { errors } = await scene.fail('invalid_input', at.inputs, { GITHUB_WORKSPACE: file })
    expect(errors[0]).toContain(file)
  })
})
