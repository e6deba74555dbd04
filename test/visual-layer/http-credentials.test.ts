import { Deadline } from '../../src/clock.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApiRequest } from '../../src/visual-layer/http.ts'
import { failureOf } from '../failure-of.ts'
import { type Answer, claimsOf, Loopback, type Received, rejection } from './loopback.ts'

const READ: ApiRequest = { what: 'read it', method: 'GET', path: 'thing' }
const TOKEN = { kind: 'token', token: 'ready.made.token' } as const
const HOUR = 3_600_000

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

/** A server that lets nobody in whose token is not valid by its own clock. */
function strict(serverNow: () => number): (received: Received) => Answer {
  return (received) => {
    const { iat, exp } = claimsOf(received.headers.authorization)
    const now = serverNow() / 1000
    return iat <= now && now < exp
      ? { json: { value: 7 } }
      : { status: 401, headers: { date: new Date(serverNow()).toUTCString() }, json: { detail: 'Token is not valid' } }
  }
}

describe('a 401 to a signed token', () => {
  it('is answered by signing once more', async () => {
    loopback.answers({ status: 401 }, { json: { value: 7 } })
    await loopback.http().send(READ)
    expect(loopback.received).toHaveLength(2)
  })

  it('is final the second time', async () => {
    loopback.answers({ status: 401, json: { detail: 'Invalid token' } })
    const error = await rejection(loopback.client().datasets.list())
    expect(error).toMatchObject({ code: 'unauthorized', apiWords: 'Invalid token' })
    expect(error).toMatchObject({ todo: expect.stringMatching(/api_key and api_secret/) })
    expect(loopback.received).toHaveLength(2)
  })

  it('may also meet a change, which it did not make', async () => {
    loopback.answers({ status: 401 }, { status: 202 })
    await loopback.http().send({ ...READ, method: 'POST' })
    expect(loopback.received).toHaveLength(2)
  })

  it.each([
    ['ahead', 2 * HOUR],
    ['behind', -2 * HOUR],
  ])('teaches the clock of a server that is hours %s, once for all requests', async (_, offset) => {
    loopback.decides(strict(() => loopback.clock.date() + offset))
    const http = loopback.http({ deadline: new Deadline(loopback.clock, 24 * HOUR) })
    expect(await http.send(READ)).toEqual({ kind: 'json', json: { value: 7 } })
    expect(loopback.received).toHaveLength(2)
    loopback.clock.advance(3 * HOUR)
    await http.send(READ)
    expect(loopback.received).toHaveLength(3)
  })

  it('mends a clock of the runner that is put right in the middle of a step', async () => {
    let offset = 2 * HOUR
    loopback.decides(strict(() => loopback.clock.date() + offset))
    const http = loopback.http()
    await http.send(READ)
    offset = 0
    await http.send(READ)
    expect(loopback.received).toHaveLength(4)
  })

  it('between two outages is met again: each request may be signed once more', async () => {
    const shape = { what: 'list the datasets', method: 'GET', path: 'datasets' } as const
    loopback.answers({ status: 401 }, { status: 503 }, { status: 401 }, { json: [] })
    const { kind } = await loopback
      .http()
      .send(shape)
      .catch(() => loopback.http().send(shape))
    expect(kind).toBe('json')
    expect(loopback.received).toHaveLength(4)
  })
})

describe('a 401 to a ready-made token', () => {
  it('at first means that it is not accepted', async () => {
    loopback.answers({ status: 401, json: { detail: 'Invalid token' } })
    const error = await rejection(loopback.http({ credentials: TOKEN }).send(READ))
    expect(error).toMatchObject({ code: 'unauthorized', apiWords: 'Invalid token' })
    expect(error).toMatchObject({ message: expect.not.stringContaining('expired') })
    expect(loopback.received).toHaveLength(1)
  })

  it('midway means that it has expired, and says what to give instead', async () => {
    loopback.answers({ json: { value: 7 } }, { status: 401, json: { detail: 'Signature has expired' } })
    const http = loopback.http({ credentials: TOKEN })
    await http.send(READ)
    const error = await rejection(http.send(READ))
    expect(error).toMatchObject({ code: 'unauthorized', apiWords: 'Signature has expired' })
    expect(error).toMatchObject({ message: expect.stringMatching(/token has expired/) })
    expect(error).toMatchObject({ todo: expect.stringMatching(/api_key and api_secret/) })
    expect(loopback.received).toHaveLength(2)
    expect(loopback.received[1]?.headers.authorization).toBe('Bearer ready.made.token')
  })

  it('midway shows no empty quotation where the API gave no words', async () => {
    loopback.answers({ json: { value: 7 } }, { status: 401 })
    const http = loopback.http({ credentials: TOKEN })
    await http.send(READ)
    const { apiWords } = await failureOf(http.send(READ))
    expect(apiWords || undefined).toBeUndefined()
  })
})

it('a 401 without credentials is final, and is no rejection of any', async () => {
  loopback.answers({ status: 401 })
  const error = await failureOf(loopback.http({ credentials: { kind: 'none' } }).send(READ))
  expect(error.code).toBe('unauthorized')
  expect(error.message).toContain('none were sent')
  expect(`${error.message} ${error.todo}`).not.toMatch(/did not accept|revoked/)
  expect(loopback.received).toHaveLength(1)
})

it('a 401 to a token that says it has expired is about that token', async () => {
  const claims = Buffer.from(JSON.stringify({ exp: Date.UTC(2026, 0, 1) / 1000 })).toString('base64url')
  loopback.answers({ status: 401 })
  const error = await failureOf(loopback.http({ credentials: { kind: 'token', token: `e30.${claims}.x` } }).send(READ))
  expect(error.message).toContain('token has expired')
  expect(error.todo).toMatch(/renew token/)
})

it('neither the secret nor a token is in an error or in a line for the log', async () => {
  loopback.answers({ status: 503 }, { status: 401 })
  const errors = [
    await rejection(loopback.client().datasets.list()),
    await rejection(loopback.client({ credentials: TOKEN }).datasets.list()),
  ]
  const said = [...errors, ...loopback.retries].map((one) => JSON.stringify(one, Object.getOwnPropertyNames(one)))
  expect(said.join('\n')).not.toMatch(/the-secret|ready\.made|Bearer|eyJ/)
})
