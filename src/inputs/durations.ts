import parse from 'parse-duration'

const NUMBER = String.raw`\d+(?:\.\d+)?`
const UNITS = ['h|hrs?|hours?', 'm|mins?|minutes?', 's|secs?|seconds?', 'ms|milliseconds?']
const WRITTEN = new RegExp(`^(?=\\d)${UNITS.map((unit) => `(?:${NUMBER} *(?:${unit}) *)?`).join('')}$`, 'i')
const ISO_8601 = new RegExp(`^PT(?=\\d)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?$`)

/**
 * The milliseconds of a duration such as `90s`, `1h30m`, `500ms`, `2 hours`, `2h 30m` or `PT2H30M`: hours, minutes, seconds,
 * and milliseconds in this order, each at most once, each with an integer or a decimal. Rounded to whole milliseconds.
 * Anything else, and nothing more than zero, gives undefined: the library alone would take a bare number or other words.
 */
export function durationMs(text: string): number | undefined {
  if (!WRITTEN.test(text) && !ISO_8601.test(text)) return undefined
  const ms = Math.round(parse(text) ?? 0)
  return ms > 0 && Number.isFinite(ms) ? ms : undefined
}
