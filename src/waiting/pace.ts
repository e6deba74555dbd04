/**
 * The first pause of an adaptive wait, in ms; also the one it returns to whenever something moves. Work of twenty seconds is polled at
 * most twelve times, and its end is seen at most three seconds late.
 */
const SHORTEST_MS = 2_000
/** Longer pauses save few requests and make every end of a wait late. Work of an hour is polled at most 160 times. */
const LONGEST_MS = 40_000
/** A pause is this share of the time since the last change, so that an end is seen late by about an eighth of the wait at most. */
const SHARE = 0.12

/**
 * The pause before the next poll, in ms: fixed where the user fixed it, otherwise growing with the time since something last
 * changed, and longer by up to a fifth so that many runners do not poll in step.
 *
 * @param sinceChangeMs since the state that is polled was last seen to change, in ms
 */
export function pause(interval: number | 'auto', sinceChangeMs: number, random: () => number = Math.random): number {
  if (interval !== 'auto') return interval
  const steady = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceChangeMs * SHARE))
  return steady * (1 + 0.2 * random())
}

/**
 * How long to look for what a lost response may have made before it is asked for again, in ms: lists lag, so up to two minutes, or
 * a quarter of the time left.
 */
export function patienceMs(remainingMs: number): number {
  return Math.min(120_000, remainingMs / 4)
}

/** How long a result that others could still join is watched, in ms: 5 s, or a tenth of the time left. */
export function settlingMs(remainingMs: number): number {
  return Math.min(5_000, remainingMs / 10)
}
