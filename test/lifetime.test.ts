import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const LIFETIME = pathToFileURL(path.resolve(import.meta.dirname, '../src/lifetime.ts')).href

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lifetime-'))
  await writeFile(path.join(folder, 'output'), '')
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  errors: string[]
  stdout: string
  /** The text of the file for outputs. */
  output: string
  summary: string
}

/**
 * Runs a process whose step is this code: the body of `async ({ signal }) => …`, or what `load` does instead of importing one.
 *
 * @param onLine told each line of its log
 */
async function run(
  step: string,
  { load = '', onLine }: { load?: string; onLine?: (line: string, kill: (name: NodeJS.Signals) => void) => void } = {},
): Promise<Ended> {
  const script = `
    import { runAsProcess } from ${JSON.stringify(LIFETIME)}
    const say = (line) => process.stdout.write(line + '\\n')
    runAsProcess(async () => { ${load}; return async ({ signal }) => { ${step} } })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      PATH: process.env['PATH'],
      GITHUB_OUTPUT: path.join(folder, 'output'),
      GITHUB_STEP_SUMMARY: path.join(folder, 'summary'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  let seen = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    const lines = stdout.split('\n').slice(0, -1)
    for (const line of lines.slice(seen)) onLine?.(line, (name) => child.kill(name))
    seen = lines.length
  })
  const { code, signal } = await new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) => {
    child.once('close', (exitCode, killedBy) => resolve({ code: exitCode, signal: killedBy }))
  })
  const text = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => '')
  const errors = stdout.split('\n').filter((line) => line.startsWith('::error'))
  return { code, signal, errors, stdout, output: await text('output'), summary: await text('summary') }
}

/** A step that reports the reason of its signal, as run() does. */
const REPORTING = `
  const stopped = new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    signal.addEventListener('abort', () => resolve(signal.reason))
  })
  const report = async () => { const { code, message } = await stopped; say('ended as ' + code + ': ' + message); return 1 }`

describe('the exit code', () => {
  it('is 0 for a proven success, and 1 otherwise', async () => {
    expect(await run('return 0')).toMatchObject({ code: 0, errors: [] })
    expect(await run('return 1')).toMatchObject({ code: 1, errors: [] })
  })

  it('stays that of the step whatever is thrown after its end', async () => {
    const late = 'setTimeout(() => { throw new Error("too late") }, 20)'
    expect(await run(`${late}; return 0`)).toMatchObject({ code: 0, errors: [] })
    expect(await run(`${late}; return 1`)).toMatchObject({ code: 1, errors: [] })
  })

  it('does not wait long for what stays open', async () => {
    expect(await run('setInterval(() => undefined, 1000); return 0')).toMatchObject({ code: 0 })
  })
})

describe('a failure that the step cannot report itself', () => {
  it.each([
    ['it cannot be loaded', '', 'throw new Error("boom")'],
    ['it throws', 'throw new Error("boom")', ''],
    ['the event loop runs empty although it has not ended', 'await new Promise(() => undefined)', ''],
    ['the event loop runs empty while it is loaded', '', 'await new Promise(() => undefined)'],
    ['it ends the process', 'process.exit(0)', ''],
  ])('is one error with outputs and a summary, and exit code 1, when %s', async (_when, step, load) => {
    const { code, errors, output, summary } = await run(step, { load })
    expect([code, errors.length]).toEqual([1, 1])
    expect(output).toContain('error_code=operation_failed\n')
    expect(JSON.parse(/^result=(.*)$/m.exec(output)?.[1] ?? '')).toEqual({
      error_code: 'operation_failed',
      headline: /^headline=(.{10,300})$/m.exec(output)?.[1],
    })
    expect(summary).toContain('failed')
  })
})

describe('the signal of the step', () => {
  it.each([
    ['an exception', 'setTimeout(() => { throw new Error("boom") })'],
    ['a rejection', 'setTimeout(() => Promise.reject(new Error("boom")))'],
    ['an event nobody listens to', 'setTimeout(() => new EventTarget().dispatchEvent({}))'],
    ['an empty event loop', ''],
  ])('aborts on %s that no call can catch, and the step reports it', async (_what, thrown) => {
    const { code, errors, stdout } = await run(`${REPORTING}; ${thrown}; return report()`)
    expect([code, errors]).toEqual([1, []])
    expect(stdout).toContain('ended as operation_failed')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('aborts as cancelled on %s, from the first line on, once', async (name) => {
    const step = `${REPORTING}; say('here'); setInterval(() => undefined, 1000); return report()`
    const { code, signal, stdout } = await run(step, {
      // While it is still being loaded.
      load: 'say("loading"); await new Promise((resolve) => setTimeout(resolve, 50))',
      onLine: (line, kill) => {
        kill(name)
        if (line === 'here') kill('SIGTERM')
      },
    })
    expect([code, signal]).toEqual([1, null])
    expect(stdout.match(/ended as cancelled/g) ?? stdout).toHaveLength(1)
  })

  it('ends within five seconds a step that does not notice it, and reports that', async () => {
    const startedAt = performance.now()
    const { code, errors, output } = await run(
      "say('here'); setInterval(() => undefined, 1000); await new Promise(() => 0)",
      {
        onLine: (_line, kill) => kill('SIGINT'),
      },
    )
    expect(performance.now() - startedAt).toBeLessThan(5_800)
    expect([code, errors.length]).toEqual([1, 1])
    expect(output).toContain('error_code=cancelled')
  })
})
