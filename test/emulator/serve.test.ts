import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseRunnerFile } from '../action/runner-files.ts'
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

  it.each([
    ['--port', 'http'],
    ['--work-ms', '-5'],
    ['--work-ms', '1s'],
  ])('refuses %s %s', async (option, value) => {
    await expect(serve(`${option}=${value}`)).rejects.toThrow(`${option} takes a whole number, not "${value}".`)
  })
})
