import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The bytes of dead network chunks that may pile up. */
const MOST_DEAD = 5 * 1024 * 1024
/** Chunks that had to wait for a slow disk have grown old, and only a whole collection finds them: every so many times. */
const WHOLE_EVERY = 32

/**
 * Frees the memory of network chunks soon after they were copied to where they belong. Each is a buffer outside of the heap, of
 * which V8 lets 64 MiB and more pile up before it looks; a collection of the young ones alone takes about a millisecond, a whole
 * one some ten. The function that is returned is told of every chunk, in bytes.
 */
export function sweeper(): (bytes: number) => void {
  let dead = 0
  let sweeps = 0
  let collect: ((whole: boolean) => void) | undefined
  return (bytes) => {
    dead += bytes
    if (dead < MOST_DEAD) return
    dead = 0
    sweeps += 1
    collect ??= collector()
    collect(sweeps % WHOLE_EVERY === 0)
  }
}

function collector(): (whole: boolean) => void {
  // Swept so often, the young part of the heap need not grow: in a long download it takes up to 48 MiB.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('globalThis.gc')
  setFlagsFromString('--no-expose-gc')
  if (typeof collect !== 'function') return () => undefined
  return (whole) => void collect({ type: whole ? 'major' : 'minor' })
}
