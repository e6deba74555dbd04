import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Deadline } from '../../src/clock.ts'
import { until } from '../../src/waiting/until.ts'
import { readyVerdict } from '../../src/waiting/verdicts/dataset.ts'
import { claimsOf, Loopback } from './loopback.ts'
import { SOURCE } from './samples.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

/** Whether a server with the same clock would let this bearer in. */
function isValid(authorization: string | undefined): boolean {
  const [, head = '', body = '', tag] = /^Bearer ([^.]+)\.([^.]+)\.([^.]+)$/.exec(authorization ?? '') ?? []
  const { iat, exp } = claimsOf(authorization)
  const now = loopback.clock.date() / 1000
  return (
    createHmac('sha256', 'the-secret').update(`${head}.${body}`).digest('base64url') === tag && iat <= now && now < exp
  )
}

it('a wait of 24 hours looks once a minute and once at the end, each time with a token that is valid then', async () => {
  const valid: boolean[] = []
  loopback.decides(({ headers }) => {
    valid.push(isValid(headers.authorization))
    return { json: { id: SOURCE, display_name: 'Cats', status_new: 'INDEXING', progress: 100 } }
  })
  const { clock, cancel } = loopback
  const deadline = new Deadline(clock, 24 * HOUR)
  const api = loopback.client({ deadline })
  const ended = await until(async () => readyVerdict(await api.datasets.get(SOURCE, 0), undefined, 0, 0), {
    clock,
    deadline,
    signal: cancel.signal,
    interval: MINUTE,
    maxRetries: 5,
    onLook: () => undefined,
  })
  expect(ended).toMatchObject({ end: 'out_of_time', waitedMs: 24 * HOUR })
  expect(valid).toHaveLength(1_441)
  expect(valid.filter((one) => !one)).toEqual([])
  expect(new Set(loopback.received.map(({ headers }) => headers.authorization)).size).toBe(1_441)
})

it('a wait bears an outage of hours, by status and by network, and sees the end after it', async () => {
  const { clock, cancel } = loopback
  const startedAt = clock.now()
  loopback.decides(() => {
    const since = clock.now() - startedAt
    if (since < HOUR) return { json: { status_new: 'INDEXING' } }
    if (since < 3 * HOUR) return { status: 503, headers: { 'retry-after': '30' } }
    if (since < 5 * HOUR) return { instead: 'reset' }
    if (since < 6 * HOUR) return { body: '<html><title>Maintenance</title></html>' }
    return { json: { status_new: 'READY' } }
  })
  const deadline = new Deadline(clock, 24 * HOUR)
  const api = loopback.client({ deadline })
  const lines: string[] = []
  const ended = await until(async () => readyVerdict(await api.datasets.get(SOURCE, 0), undefined, 0, 0), {
    clock,
    deadline,
    signal: cancel.signal,
    interval: 'auto',
    maxRetries: 2,
    onLook: (line) => lines.push(line),
  })
  expect(ended).toMatchObject({ end: 'done', value: { status: 'READY', id: SOURCE } })
  expect(clock.now() - startedAt).toBeLessThan(6 * HOUR + MINUTE)
  expect(lines.some((line) => line.includes('Still waiting.'))).toBe(true)
})
