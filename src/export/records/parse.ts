import { describe } from '../../errors.ts'

/** One JSON text that is no JSON even if NaN and the infinities are allowed, as Python writes them. */
export class NotJson extends Error {
  override readonly name = 'NotJson'
}

/** Strings, which stay as they are, and the words that JSON does not know. */
const STRING_OR_WORD = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs

/**
 * Parses JSON. `NaN`, `Infinity`, and `-Infinity`, which Python writes, become the strings of these names, as the content digest counts
 * them. Throws {@link NotJson}.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw new NotJson(describe(error), { cause: error })
  }
  try {
    return JSON.parse(quoted(text))
  } catch (error) {
    throw new NotJson(describe(error), { cause: error })
  }
}

/** {@link parseJson}, with whole numbers beyond 2^53 as `bigint`. */
export function parseExactly(text: string): unknown {
  const exact = (_: string, value: unknown, context?: { source?: string }) => {
    const { source } = context ?? {}
    const isInexact = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    return isInexact && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
  }
  return JSON.parse(/NaN|Infinity/.test(text) ? quoted(text) : text, exact)
}

function quoted(text: string): string {
  return text.replaceAll(STRING_OR_WORD, (found) => (found.startsWith('"') ? found : `"${found}"`))
}
