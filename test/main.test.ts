import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const thread = vi.hoisted(() => ({ started: [] as string[] }))
vi.mock(import('../src/export/records/records-thread.ts'), () => {
  thread.started.push('records')
  return {}
})
vi.mock(import('../src/transfer/archive/unpack-thread.ts'), () => {
  thread.started.push('archive')
  return {}
})

let log = ''

beforeEach(() => {
  log = ''
  vi.resetModules()
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the entry of the action', () => {
  it.each(['records', 'archive'])('is the thread that it is started as: %s', async (work) => {
    vi.doMock(import('node:worker_threads'), async (original) => ({
      ...(await original()),
      isMainThread: false,
      workerData: { work },
    }))
    thread.started.length = 0
    await import('../src/main.ts')
    expect(thread.started).toEqual([work])
    expect(log).toBe('')
  })
})
