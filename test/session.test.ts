import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Deadline, systemClock } from '../src/clock.ts'
import { LAST_REQUEST_MS, Session } from '../src/session.ts'
import { IN_FLIGHT_MS } from '../src/visual-layer/attempt.ts'
import { DATASET_ID, request } from './inputs/step-inputs.ts'
import { Loopback, rejection } from './visual-layer/loopback.ts'

let loopback: Loopback
let session: Session
let said: string[]

beforeEach(async () => {
  loopback = await Loopback.start()
  said = []
  const asked = request('wait', { base_url: loopback.origin, max_retries: '1' })
  session = new Session(asked, systemClock, {}, (line) => said.push(line))
})

afterEach(async () => {
  await session.close()
  await loopback.stop()
})

const never = new AbortController().signal

const READY = { json: { status_new: 'READY', display_name: 'Cats' } }

describe('a session', () => {
  it('talks to the server of the inputs, as the inputs say', async () => {
    loopback.answers({ status: 503, headers: { 'retry-after': '0' } }, READY)
    const client = session.client(new Deadline(systemClock, 60_000), new AbortController().signal)
    expect(await client.datasets.get(DATASET_ID)).toMatchObject({ status: 'READY', name: 'Cats' })
    expect(loopback.received).toHaveLength(2)
    expect(loopback.received[0]?.headers['user-agent']).toMatch(/^visual-layer-dataset-action\/\d/)
    expect(said).toEqual([expect.stringContaining('(retry 1 of 1)')])
  })

  it('opens its connections once, and only when they are needed', async () => {
    expect(session.connection()).toBe(session.connection())
    await new Session(request('wait', {}), systemClock, {}, () => undefined).close()
  })
})

describe('what is done lastly', () => {
  it('has a client and waits of its own', async () => {
    loopback.answers(READY)
    const name = await session.lastly(
      60_000,
      never,
      () => undefined,
      async (api, waiting) => {
        expect(waiting.deadline.totalMs).toBe(60_000)
        expect(waiting.signal.aborted).toBe(false)
        return (await api.datasets.get(DATASET_ID)).name
      },
    )
    expect(name).toBe('Cats')
  })

  it('ends when its time is up, though the server says nothing', async () => {
    loopback.answers({ instead: 'hang' })
    const ended = session.lastly(
      150,
      never,
      () => undefined,
      (api) => api.datasets.get(DATASET_ID),
    )
    expect(await rejection(ended)).toMatchObject({ message: expect.stringContaining('0.1s') })
  })

  it('gives a change in flight no time beyond its own', async () => {
    loopback.answers({ instead: 'hang' })
    const startedAt = systemClock.now()
    await rejection(
      session.lastly(
        100,
        never,
        () => undefined,
        (api) => api.datasets.delete(DATASET_ID),
      ),
    )
    expect(systemClock.now() - startedAt).toBeLessThan(100 + LAST_REQUEST_MS + IN_FLIGHT_MS / 2)
  })

  it('passes on what goes wrong, and leaves no timer behind', async () => {
    const error = new Error('broken')
    const failing = session.lastly(
      3_600_000,
      never,
      () => undefined,
      () => Promise.reject(error),
    )
    expect(await rejection(failing)).toBe(error)
  })
})
