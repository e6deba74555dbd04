import parse from 'parse-duration'

const NUMBER = String.raw`\d+(?:\.\d+)?`
const DURATION = new RegExp(`^(?=\\d)(?:${NUMBER}h)?(?:${NUMBER}m)?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`)

/**
 * The milliseconds of a duration such as `90s`, `45m`, `1h30m` or `500ms`: units `h`, `m`, `s`, `ms` in this order, each
 * at most once, each with an integer or a decimal. Rounded to whole milliseconds. Anything else, and nothing more than
 * zero, gives undefined: the library alone would take "2 hours", a bare number or trailing words.
 */
export function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined
  const ms = Math.round(parse(text) ?? 0)
  return ms > 0 && Number.isFinite(ms) ? ms : undefined
}
