import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseRunnerFile } from '../action/runner-files.ts'
import { runNode } from '../run-node.ts'
import { signToken } from './auth.ts'

const SERVE = path.join(import.meta.dirname, 'serve.ts')

let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vl-serve-'))
})

afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

/** Resolves with what it printed once it says that it is up, and rejects when it ends before. */
async function serve(...args: string[]): Promise<string> {
  child = spawn(process.execPath, [SERVE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  return await new Promise((resolve, reject) => {
    let text = ''
    const heard = (more: string) => {
      text += more
      if (/snapshot_name: before-relabel/.test(text)) resolve(text)
    }
    child?.stdout?.setEncoding('utf8').on('data', heard)
    child?.stderr?.setEncoding('utf8').on('data', heard)
    child?.once('close', (code) => reject(new Error(`ended with ${code}: ${text}`)))
  })
}

describe('npm run emulator', () => {
  it('adds to a file, once it listens, all that a workflow needs to use it', async () => {
    const file = path.join(folder, 'settings')
    await writeFile(file, 'before=kept\n')
    const printed = await serve('--settings', file, '--work-ms', '5')
    const settings = parseRunnerFile(await readFile(file, 'utf8'))
    const { before, base_url: url, api_key: apiKey = '', api_secret: apiSecret = '', dataset_id: id } = settings
    expect(before).toBe('kept')
    expect(printed).toContain(`Visual Layer emulator: ${url} `)
    const headers = { authorization: `Bearer ${signToken({ apiKey, apiSecret }, 60)}` }
    const dataset = await fetch(`${url}/api/v1/dataset/${id}`, { headers })
    expect(await dataset.json()).toMatchObject({ display_name: settings['dataset_name'] })
    expect(printed).toContain(`snapshot before-relabel: ${settings['snapshot_id']}`)
  })

  it.skipIf(process.platform === 'win32')('ends in good order when it is told to', async () => {
    await serve()
    const ended = new Promise((resolve) => child?.once('close', (code, signal) => resolve({ code, signal })))
    child?.kill('SIGTERM')
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  it.skipIf(process.platform === 'win32')(
    'prints a command that can be pasted into a shell without a Node of its own, twice',
    async () => {
      const printed = await serve('--work-ms', '5')
      const [, command = ''] = /as the runner would:\n\n(.*? dist\/index\.js)\n/s.exec(printed) ?? []
      await symlink(path.join(import.meta.dirname, '../../dist'), path.join(folder, 'dist'))
      const options = { cwd: folder, env: { PATH: '/bin' } }
      for (const time of [1, 2]) {
        const { stdout } = await promisify(execFile)('/bin/bash', ['-c', command], options)
        expect(stdout, String(time)).toMatch(/::debug::Output error_code: *\n/)
        expect(stdout, String(time)).toMatch(/::debug::Output artifact_id: \d+\n/)
      }
      expect(await readdir(path.join(folder, 'visual-layer-export'))).toContain('visual-layer-export.zip')
    },
  )

  it('says in one line that its port is in use, and ends', async () => {
    const printed = await serve()
    const port = /127\.0\.0\.1:(\d+) /.exec(printed)?.[1] ?? ''
    const { code, stdout, stderr } = await runNode([SERVE, '--port', port])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^Port ${port} is in use\\.[^\\n]*\\n$`))
  })

  it('explains itself in one line', async () => {
    const { code, stdout, stderr } = await runNode([SERVE, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[^\n]*--port[^\n]*\n$/)
  })

  it.each([['--prot=1'], ['--port=99999'], ['--work-ms=-5'], ['8080']])('rejects %s in one line', async (argument) => {
    const { code, stderr } = await runNode([SERVE, argument])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^[^\n]+\n$/)
  })

  it.each([
    ['--port', 'http'],
    ['--work-ms', '-5'],
    ['--work-ms', '1s'],
  ])('rejects %s %s', async (option, value) => {
    await expect(serve(`${option}=${value}`)).rejects.toThrow(`${option} takes a whole number, not "${value}".`)
  })
})
