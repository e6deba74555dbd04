import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const thread = vi.hoisted(() => ({ started: [] as string[] }))
vi.mock(import('../../src/exports/record-worker.ts'), () => {
  thread.started.push('records')
  return {}
})
vi.mock(import('../../src/transfer/archive/archive-worker.ts'), () => {
  thread.started.push('archive')
  return {}
})

let log = ''

beforeEach(() => {
  log = ''
  vi.resetModules()
  for (const file of ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']) vi.stubEnv(file, '')
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  vi.unstubAllEnvs()
  process.exitCode = undefined
})

describe('the entry of the action', () => {
  it('runs the main step, and lets the process end by itself unless something keeps it', async () => {
    vi.stubEnv('INPUT_OPERATION', 'nonsense')
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('the process has ended')
    })
    await import('../../src/main.ts')
    expect(log).toContain('::error title=Visual Layer%3A the step failed::')
    expect(process.exitCode).toBe(1)
    vi.advanceTimersByTime(999)
    expect(exit).not.toHaveBeenCalled()
    expect(() => vi.advanceTimersByTime(1)).toThrow('the process has ended')
  })

  it('runs the post step where the main step has left its state', async () => {
    vi.stubEnv('STATE_phase', 'post')
    await import('../../src/main.ts')
    expect(log).toContain('Nothing is left to undo')
    expect(process.exitCode).toBeUndefined()
  })

  it.each(['records', 'archive'])('is the thread that it is started as: %s', async (work) => {
    vi.doMock(import('node:worker_threads'), async (original) => ({
      ...(await original()),
      isMainThread: false,
      workerData: { work },
    }))
    thread.started.length = 0
    await import('../../src/main.ts')
    expect(thread.started).toEqual([work])
    expect(log).toBe('')
  })
})
