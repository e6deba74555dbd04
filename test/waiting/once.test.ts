import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { RequestFailure, unexpectedReply } from '../../src/visual-layer/failure.ts'
import type { Trace } from '../../src/waiting/once.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { lostReply, neverSent, rejected } from '../visual-layer/samples.ts'
import { scripted } from './scripted-change.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

describe('a change whose reply comes', () => {
  it('is made with one request and no look', async () => {
    const { once, order } = scripted(['made'])
    expect(await once.run()).toBe('made')
    expect(order()).toBe('send')
    expect(once.mayHaveTakenEffect).toBe(false)
  })

  it.each([400, 401, 403, 404, 409, 422])('and rejects it (%d) is not asked for again', async (status) => {
    const error = rejected(status)
    const { once, order } = scripted([error])
    expect(await rejection(once.run())).toBe(error)
    expect(order()).toBe('send')
    expect(once.mayHaveTakenEffect).toBe(false)
  })

  it('and is no failed request at all, is passed on', async () => {
    const bug = new TypeError('a bug')
    const { once, order } = scripted([bug])
    expect(await rejection(once.run())).toBe(bug)
    expect(order()).toBe('send')
  })
})

describe('a change that never arrived', () => {
  it.each([
    ['refused connection', neverSent()],
    ['HTTP 429', rejected(429)],
    ['HTTP 425', rejected(425)],
  ])('is sent again without a look: %s', async (_, fault) => {
    const { once, order, said, clock } = scripted([fault, fault, 'made'])
    expect(await once.run()).toBe('made')
    expect(order()).toBe('send send send')
    expect(clock.sleeps).toHaveLength(2)
    expect(said[0]).toMatch(/Retrying \(1 of 5\)/)
  })

  it('is sent as often as max_retries allows', async () => {
    const faults = Array.from({ length: 10 }, neverSent)
    const { once, order } = scripted(faults, [], { maxRetries: 3 })
    expect(await rejection(once.run())).toBe(faults[3])
    expect(order()).toBe('send send send send')
  })

  it('waits as long as Retry-After asks, unless that is behind the deadline', async () => {
    const kept = scripted([rejected(429, '', 90_000), 'made'])
    await kept.once.run()
    expect(kept.clock.sleeps).toEqual([90_000])
    for (const asked of [2 * HOUR, 3 * HOUR]) {
      const late = scripted([rejected(429, '', asked), 'made'])
      expect(await rejection(late.once.run())).toMatchObject({ code: 'server_error' })
      expect(late.order()).toBe('send')
    }
  })
})

describe('a change whose reply is lost', () => {
  it.each([
    ['reset', lostReply()],
    ['HTTP 503', rejected(503)],
    ['HTTP 504', rejected(504)],
    ['HTTP 408', rejected(408)],
    ['a web page with 200', unexpectedReply('ask', 'it is not JSON', 'a web page', false)],
    ['JSON of another shape', unexpectedReply('ask', 'its form is another', '{}', true)],
  ])('and that was made is found, and not sent again: %s', async (_, fault) => {
    const { once, order, said } = scripted([fault], ['absent', 'absent', { found: 'made' }])
    expect(await once.run()).toBe('made')
    expect(order()).toBe('send look look look')
    expect(once.mayHaveTakenEffect).toBe(false)
    expect(said.at(-1)).toMatch(/^The request to create the snapshot took effect; not retrying\.$/)
  })

  it('and that was not made is sent again, after a patient look', async () => {
    const { once, log, order } = scripted([lostReply(), 'made'], ['absent'])
    expect(await once.run()).toBe('made')
    expect(order()).toMatch(/^send (look )+send$/)
    const [again] = log.filter(([what]) => what === 'send').slice(1)
    expect(again?.[1]).toBeGreaterThanOrEqual(120_000)
    expect(log.length).toBeGreaterThan(5)
  })

  it('is sent again as soon as the lists have had their two minutes', async () => {
    const { once, log } = scripted([lostReply(), 'made'], ['absent'], { interval: 10_000 })
    await once.run()
    expect(log.at(-1)).toEqual(['send', 120_000])
  })

  it('is looked for during a quarter of the time left, where that is less than two minutes', async () => {
    const { once, log } = scripted([lostReply(), 'made'], ['absent'], { timeoutMs: MINUTE })
    await once.run()
    const again = log.findLast(([what]) => what === 'send')?.[1] ?? 0
    expect(again).toBeGreaterThanOrEqual(14_000)
    expect(again).toBeLessThan(25_000)
  })

  it('and that shows late is still found', async () => {
    const absences = Array.from({ length: 12 }, () => 'absent' as const)
    const { once, clock, order } = scripted([lostReply()], [...absences, { found: 'made' }])
    expect(await once.run()).toBe('made')
    expect(order()).not.toMatch(/look send/)
    expect(clock.now()).toBeLessThan(120_000)
  })

  it('is not sent again while the service is at work on what may be it', async () => {
    const busy = Array.from({ length: 60 }, () => 'busy' as const)
    const { once, clock, order } = scripted([lostReply()], [...busy, { found: 'made' }])
    expect(await once.run()).toBe('made')
    expect(clock.now()).toBeGreaterThan(180_000)
    expect(order()).toMatch(/^send( look)+$/)
  })

  it('is looked for through an outage', async () => {
    const outage = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? lostReply() : rejected(503)))
    const { once, order } = scripted([lostReply()], ['absent', ...outage, { found: 'made' }])
    expect(await once.run()).toBe('made')
    expect(order()).toMatch(/^send( look)+$/)
  })

  it('is not looked for once it was found, by a later run', async () => {
    const { once, order } = scripted([lostReply(), 'second'], [{ found: 'first' }])
    expect(await once.run()).toBe('first')
    expect(await once.run()).toBe('second')
    expect(order()).toBe('send look send')
  })

  it('and cannot be distinguished from what others made fails as the look says', async () => {
    const ambiguous = new ActionError('operation_failed', 'several new datasets')
    const { once, order } = scripted([lostReply()], ['absent', ambiguous])
    expect(await rejection(once.run())).toBe(ambiguous)
    expect(order()).toBe('send look look')
  })

  it('is not sent again where the look cannot be read', async () => {
    const unreadable = unexpectedReply('look', 'its format is not the documented one', '{}', true)
    const { once, order } = scripted([lostReply(), 'made twice'], [unreadable], { maxRetries: 2 })
    expect(await rejection(once.run())).toBe(unreadable)
    expect(order()).toBe('send look look look')
  })

  it('is not sent again where Retry-After asks for all the time that is left, or more', async () => {
    for (const asked of [2 * HOUR, 3 * HOUR]) {
      const fault = rejected(503, 'maintenance', asked)
      const { once, order } = scripted([fault, 'made twice'], ['absent'])
      expect(await rejection(once.run())).toBe(fault)
      expect(order()).toMatch(/^send( look)+$/)
    }
  })

  it('logs what was lost, the status, and what was found', async () => {
    const fault = lostReply()
    const { once, clock, said, stood } = scripted([fault, 'made'], ['busy', 'absent'], { interval: 10_000 })
    clock.advance(7_000)
    await once.run()
    expect(said).toEqual([
      fault.message,
      expect.stringMatching(
        /^No clear response to the request to create the snapshot\. Checking .* before retrying\.$/,
      ),
      'Found no sign of it after 120 s: the request to create the snapshot did not take effect.',
    ])
    expect(stood[0]).toBe('Visual Layer is still busy, possibly with the request to create the snapshot')
    expect(stood[1]).toBe('no sign yet of the request to create the snapshot')
  })

  it('keeps to Retry-After before it is sent again', async () => {
    const { once, log } = scripted([rejected(503, 'maintenance', 10 * MINUTE), 'made'], ['absent'])
    await once.run()
    expect(log.findLast(([what]) => what === 'send')?.[1]).toBeGreaterThanOrEqual(10 * MINUTE)
  })
})

describe('a rejection after a lost reply', () => {
  it.each([409, 404, 422])(
    '(%d) may be the answer to our own first attempt: it is looked for again',
    async (status) => {
      const quiet = Array.from({ length: 40 }, () => 'absent' as const)
      const { once, order } = scripted([lostReply(), rejected(status)], [...quiet, { found: 'made' }], {
        timeoutMs: 4 * HOUR,
      })
      expect(await once.run()).toBe('made')
      expect(order()).toMatch(/^send( look)+ send( look)+$/)
    },
  )

  it('stands where nothing shows, and the first attempt is not forgotten', async () => {
    const conflict = rejected(409)
    const { once } = scripted([lostReply(), conflict], ['absent'])
    expect(await rejection(once.run())).toBe(conflict)
    expect(once.mayHaveTakenEffect).toBe(true)
  })

  it('that was waited out is followed by a look before anything is sent again', async () => {
    const looks: Trace<string>[] = Array.from({ length: 200 }, () => 'absent')
    const { once, log, order } = scripted([lostReply(), rejected(409), 'second'], looks)
    await rejection(once.run())
    for (const n of looks.keys()) looks[n] = { found: 'first' }
    log.length = 0
    expect(await once.run()).toBe('first')
    expect(order()).toBe('look')
  })
})

describe('the last attempt', () => {
  it('that is lost is looked for too', async () => {
    const { once, order } = scripted([lostReply()], ['absent', { found: 'made' }], { maxRetries: 0 })
    expect(await once.run()).toBe('made')
    expect(order()).toBe('send look look')
  })

  it('that is lost and without effect throws its own failure', async () => {
    const error = lostReply()
    const { once } = scripted([error], ['absent'], { maxRetries: 0 })
    expect(await rejection(once.run())).toBe(error)
  })

  it('is the second one that the application itself answers with HTTP 500', async () => {
    const { once, order } = scripted([rejected(500), rejected(500)], ['absent'], { maxRetries: 50 })
    const error = await rejection(once.run())
    expect(error).toMatchObject({ code: 'server_error', outcome: { status: 500 } })
    expect(order()).toMatch(/^send( look)+ send( look)+$/)
  })

  it('may come with an answered 500 and have taken effect all the same', async () => {
    const quiet = Array.from({ length: 40 }, () => 'absent' as const)
    const { once } = scripted([rejected(500), rejected(500)], [...quiet, { found: 'made' }])
    expect(await once.run()).toBe('made')
  })
})

describe('the deadline', () => {
  it('that comes before it is clear what became of the request says so', async () => {
    const { once, order } = scripted([lostReply()], ['busy'], { timeoutMs: 10 * MINUTE })
    expect(await rejection(once.run())).toMatchObject({
      code: 'timed_out',
      // The words are the client's own, and none of the server's.
      apiWords: undefined,
      message: expect.stringMatching(/create the snapshot.*ECONNRESET/),
      todo: expect.stringContaining('Look for it.'),
    })
    expect(order()).toMatch(/^send( look)+$/)
  })

  it('that has passed lets nothing be sent a second time', async () => {
    const { once, clock, order } = scripted([lostReply(), 'made twice'], ['absent'], { timeoutMs: MINUTE })
    clock.advance(2 * MINUTE)
    const error = await rejection(once.run())
    expect(error).toBeInstanceOf(ActionError)
    expect(order()).toMatch(/^send( look)+$/)
  })
})

it('a cancelled step sends and looks no more', async () => {
  const reason = new ActionError('cancelled', 'The workflow was cancelled.')
  for (const fault of [lostReply(), neverSent(), rejected(429)]) {
    const cancel = new AbortController()
    const { once, order } = scripted([fault], ['absent'], { signal: cancel.signal })
    const ended = rejection(once.run())
    cancel.abort(reason)
    expect(await ended).toBe(reason)
    expect(order()).toMatch(/^send( look)?$/)
  }
})

it('what is thrown in the end is a failure that names what was asked', async () => {
  const { once } = scripted([rejected(403, 'no')])
  expect(await rejection(once.run())).toBeInstanceOf(RequestFailure)
})
