import { Deadline } from '../../src/clock.ts'
import { OnceOnly, type Trace } from '../../src/waiting/once.ts'
import { FakeClock } from './fake-clock.ts'

const HOUR = 3_600_000

interface Options {
  timeoutMs?: number
  maxRetries?: number
  signal?: AbortSignal
  interval?: number
}

/** A change whose attempts and looks go by a script; the last look stays. */
export function scripted(sends: (string | Error)[], looks: (Trace<string> | Error)[] = [], options: Options = {}) {
  const clock = new FakeClock()
  const said: string[] = []
  /** How it stood after each look. */
  const stood: string[] = []
  /** What happened, in order: `send` or `look`, with the time. */
  const log: [string, number][] = []
  let send = 0
  let look = 0
  const next = <T>(entry: T | Error | undefined, what: string): T => {
    log.push([what, clock.now()])
    if (entry === undefined) throw new Error(`no ${what} was expected here`)
    if (entry instanceof Error) throw entry
    return entry
  }
  const once = new OnceOnly<string>(
    {
      what: 'create the snapshot',
      ifUnclear: 'Look for it.',
      send: async () => next(sends[send++], 'send'),
      look: async () => next(looks[Math.min(look++, looks.length - 1)], 'look'),
    },
    {
      clock,
      deadline: new Deadline(clock, options.timeoutMs ?? 2 * HOUR),
      signal: options.signal ?? new AbortController().signal,
      interval: options.interval ?? 'auto',
      maxRetries: options.maxRetries ?? 5,
      onLook: (line) => stood.push(line),
    },
    (line) => said.push(line),
  )
  return { once, clock, said, stood, log, order: () => log.map(([what]) => what).join(' ') }
}
