import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import type { ApiRequest } from '../../src/visual-layer/http.ts'
import { Loopback, rejection } from './loopback.ts'

const READ: ApiRequest = { what: 'read it', method: 'GET', path: 'thing' }
const CHANGE: ApiRequest = { what: 'change it', method: 'POST', path: 'thing', json: { name: 'x' } }

let loopback: Loopback
let elsewhere: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
  elsewhere = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
  await elsewhere.stop()
})

const to = (location: string, status = 302) => ({ status, headers: { location } })

describe('a redirect inside the server', () => {
  it.each([301, 302, 303, 307, 308])('is followed by a read (%d), signed again', async (status) => {
    loopback.answers(to('/api/v1/moved?x=1', status), { json: { value: 7 } })
    expect(await loopback.http().send(READ)).toEqual({ kind: 'json', json: { value: 7 } })
    expect(loopback.received.map(({ url }) => url)).toEqual(['/api/v1/thing', '/api/v1/moved?x=1'])
    expect(loopback.received[1]?.headers.authorization).toMatch(/^Bearer /)
  })

  it.each([307, 308])('is followed by a change with its body where that is what %d says', async (status) => {
    loopback.answers(to('/api/v1/thing/', status), { json: {} })
    await loopback.http().send(CHANGE)
    expect(loopback.received.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/api/v1/thing', '{"name":"x"}'],
      ['POST', '/api/v1/thing/', '{"name":"x"}'],
    ])
  })

  it.each([301, 302, 303])('is not followed by a change where %d could turn it into something else', async (status) => {
    loopback.answers(to('/api/v1/thing/', status), { json: {} })
    expect(await rejection(loopback.http().send(CHANGE))).toMatchObject({ code: 'unexpected_reply' })
    expect(loopback.received).toHaveLength(1)
  })

  it('is not followed in a circle', async () => {
    loopback.answers(to('/api/v1/thing'))
    expect(await rejection(loopback.http().send(READ))).toMatchObject({ code: 'unexpected_reply' })
    expect(loopback.received.length).toBeLessThanOrEqual(5)
  })

  it.each([undefined, '', 'http://', 'javascript:alert(1)'])('to %j leads nowhere', async (location) => {
    loopback.answers({ status: 302, ...(location === undefined ? {} : { headers: { location } }) })
    expect(await rejection(loopback.http().send(READ))).toMatchObject({ code: 'unexpected_reply' })
  })
})

describe('a redirect to another server', () => {
  it.each(['GET', 'POST'] as const)('is not followed by a %s: the bearer goes nowhere else', async (method) => {
    for (const status of [301, 302, 303, 307, 308]) {
      loopback.answers(to(`${elsewhere.origin}/api/v1/thing`, status))
      const error = await rejection(loopback.http().send({ ...READ, method }))
      expect(error).toBeInstanceOf(ActionError)
      expect(error).toMatchObject({ code: 'unexpected_reply', todo: expect.stringContaining('base_url') })
    }
    expect(elsewhere.received).toEqual([])
  })

  it.each(['GET', 'POST'] as const)('is named when a %s meets it', async (method) => {
    loopback.answers(to('https://login.example.org/sso?next=x'))
    const error = await rejection(loopback.http().send({ ...READ, method }))
    expect(error).toMatchObject({ message: expect.stringContaining('https://login.example.org') })
  })

  it('is not followed to the same host under another scheme, nor with a name in front of an @', async () => {
    const host = new URL(loopback.origin).host
    for (const location of [`https://${host}/api/v1/thing`, `${loopback.origin}@example.org/`, `//example.org/`]) {
      loopback.answers(to(location))
      expect(await rejection(loopback.http().send(READ))).toMatchObject({ code: 'unexpected_reply' })
    }
    expect(loopback.received).toHaveLength(3)
  })

  it('is not taken for something that heals: a read does not try again', async () => {
    loopback.answers(to(`${elsewhere.origin}/api/v1/thing`))
    await rejection(loopback.client().datasets.list())
    expect(loopback.received).toHaveLength(1)
    expect(loopback.retries).toEqual([])
  })
})
