import { once } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { startThread } from '../../src/transfer/thread.ts'
import type { Given } from './environment-worker.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('a thread that reads what came from outside is given nothing of what the process was given', async () => {
  vi.stubEnv('INPUT_API_SECRET', 'a-secret-of-the-process')
  const thread = startThread(import.meta.url, './environment-worker.ts', 'archive')
  try {
    const nothing: Given = { env: {}, argv: [], execArgv: [] }
    expect(await once(thread, 'message')).toEqual([nothing])
  } finally {
    await thread.terminate()
  }
})
