import { afterEach, describe, expect, it, vi } from 'vitest'
import { ActionError } from '../src/errors.ts'
import { reported, startThread, type Thread, ThreadLost, toError } from '../src/threads.ts'
import type { Given } from './environment-worker.ts'
import { rejection } from './visual-layer/loopback.ts'

let thread: Thread<string, Given> | undefined

afterEach(async () => {
  vi.unstubAllEnvs()
  await thread?.end()
})

function start(): Thread<string, Given> {
  thread = startThread(import.meta.url, './environment-worker.ts', 'archive')
  return thread
}

describe('a thread', () => {
  it('that reads what came from outside is given nothing of what the process was given', async () => {
    vi.stubEnv('INPUT_API_SECRET', 'a-secret-of-the-process')
    const { promise, resolve } = Promise.withResolvers<Given>()
    start().receive(resolve)
    expect(await promise).toEqual({ env: {}, argv: [], execArgv: [] })
  })

  it.each(['throw', 'exit', 'memory'])('is lost when it ends on its own: %s', async (how) => {
    const started = start()
    started.send(how)
    expect(await rejection(started.lost)).toBeInstanceOf(ThreadLost)
  })
})

it('an error comes out of a thread as it went in', () => {
  const details = { apiWords: 'their words', todo: 'do this' }
  const error = new ActionError('corrupt_download', 'It is damaged.', details)
  expect(toError(structuredClone(reported(error)))).toMatchObject({
    code: error.code,
    message: error.message,
    ...details,
  })
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })
  expect(toError(reported(full))).toMatchObject({
    code: 'operation_failed',
    message: expect.stringContaining('ENOSPC'),
  })
})
