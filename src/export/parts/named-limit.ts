const BEFORE = String.raw`(?<![a-z])(?:thresholds?|limit(?:s|ed)?|max(?:imum)?\.?|cap(?:ped)?|exceed(?:s|ed|ing)?|at most|up to|more than|greater than|larger than|only|allowed)(?![a-z])|>`
/** Digits plain, as Python prints a whole float, or in groups of three set off by one kind of separator. */
const NUMBER = String.raw`(?<![\w.,#-])(?:\d{1,3}(?<apart>[,._' \u00a0\u202f])\d{3}(?:\k<apart>\d{3})*|\d+(?:\.0)?)(?![\w-]|[.,]\d|[' \u00a0\u202f]\d{3}(?!\d))`
/** With one of these after it, a number counts something other than items. */
const OTHER_UNIT = String.raw`(?:%|[KMGT]i?B|bytes?|ms|seconds?|minutes?|hours?|days?|exports?|requests?|tasks?|times?)(?![a-z])`
const LIMIT = new RegExp(`(?:${BEFORE})(?<between>[^\\d.;!?\\n]{0,40}?)(?<number>${NUMBER})(?!\\s*${OTHER_UNIT})`, 'gi')

/**
 * The most items that the words of a rejection name: the first number that follows words such as "threshold", "limit" or "at most"
 * and is below the `rejected` count. Not one of another unit ("2 exports", "30 minutes"), nor an excess ("by 5,000").
 */
export function namedLimit(words: string, rejected: number): number | undefined {
  for (const { groups } of words.matchAll(LIMIT)) {
    const limit = Number((groups?.['number'] ?? '').replace(/\.0$/, '').replaceAll(/\D/g, ''))
    if (limit >= 1 && limit < rejected && !/\bby\b/i.test(groups?.['between'] ?? '')) return limit
  }
  return undefined
}
