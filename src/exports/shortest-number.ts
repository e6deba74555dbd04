const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39

/** An integer or a decimal fraction of so many digits is the shortest spelling of its own 64-bit value. */
const EXACT_DIGITS = 15
/** From one zero more, ECMAScript writes an exponent. */
const MOST_ZEROS = 5

/**
 * Where a JSON number ends that is spelled as ECMAScript spells its value, as can be told from its digits alone; -1 when it is not,
 * cannot be told, or is no number.
 *
 * @param start of the number
 * @param limit up to where the bytes may be read
 */
export function shortestNumber(bytes: Uint8Array, start: number, limit: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start
  const point = digitsFrom(bytes, first, limit)
  const zero = bytes[first] === ZERO
  if (point === first || (zero && point > first + 1)) return -1
  const byte = point < limit ? (bytes[point] ?? 0) : 0
  if (byte !== POINT) {
    // Minus zero is spelled 0.
    const exact = point - first <= EXACT_DIGITS && !(zero && first > start)
    return exact && !isExponent(byte) ? point : -1
  }
  const end = digitsFrom(bytes, point + 1, limit)
  if (end === point + 1 || end - first - 1 > EXACT_DIGITS || bytes[end - 1] === ZERO) return -1
  if (end < limit && isExponent(bytes[end] ?? 0)) return -1
  if (!zero) return end
  let digit = point + 1
  while (bytes[digit] === ZERO) digit += 1
  return digit - point - 1 <= MOST_ZEROS ? end : -1
}

/** Whether a byte may stand in a JSON number. */
export function inNumber(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === MINUS || byte === PLUS || byte === POINT || isExponent(byte)
}

function digitsFrom(bytes: Uint8Array, start: number, limit: number): number {
  let at = start
  for (; at < limit; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < ZERO || byte > NINE) break
  }
  return at
}

/** "e" or "E": setting this bit makes them the same. */
function isExponent(byte: number): boolean {
  return (byte | 0x20) === 0x65
}
