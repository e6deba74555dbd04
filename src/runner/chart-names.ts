import { oneLine } from './text.ts'

/**
 * Names from outside as they may stand between double quotes in a Mermaid chart: in one line, at most `room` wide, where a plain small
 * letter or digit is 1, and each unlike the others, since Mermaid draws what has one name at one place. What could end the quotes
 * or begin a tag or an entity is shown by a look-alike, what could begin a comment or a directive is parted, and what has no known
 * width shows as `?`.
 */
export function chartNames(names: readonly string[], room: number): string[] {
  const given = new Set<string>()
  return names.map((name) => {
    const plain = harmless(name) || '(no name)'
    let shown = shortened(plain, room)
    for (let number = 2; given.has(shown); number += 1) {
      const ending = ` (${number})`
      shown = shortened(plain, room - ending.length) + ending
    }
    given.add(shown)
    return shown
  })
}

/** More of a name is never shown. */
const READ_CHARS = 1_000

// Mermaid leaves out all names of an axis when one is too wide, so nothing is kept whose width is not known: what has no
// glyph (private, unassigned), the letters beyond the basic plane other than Chinese ones, and three signs of many letters' width.
const NO_KNOWN_WIDTH =
  /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|(?![\p{Script=Han}\p{Emoji}])[\u{10000}-\u{10FFFF}]|[\u2E3A\u2E3B\uFDFD]/gu

function harmless(name: string): string {
  return (
    oneLine(name.slice(0, READ_CHARS).normalize('NFKC'), Infinity)
      .replace(NO_KNOWN_WIDTH, '?')
      // Marks piled up reach into the rows above and below.
      .replace(/(\p{M}{3})\p{M}+/gu, '$1')
      .replace(/["`]/g, "'")
      .replaceAll('<', '‹')
      .replaceAll('>', '›')
      // The Greek question mark: `#35;` is an entity in Mermaid, and the semicolon after `style a:#b` goes.
      .replaceAll(';', '\u037E')
      // Parted by an invisible space: `%%` begins a comment, even right after the quote, `%%{` a directive, even within, and
      // `¶ß` is Mermaid's own stand-in for a semicolon.
      .replace(/%(?=%)|¶(?=ß)/g, '$&\u200B')
  )
}

/** Cut in the middle: the names of classes often begin alike, or end alike. */
function shortened(name: string, room: number): string {
  if (widthOf(name) <= room) return name
  const letters = Array.from(new Intl.Segmenter('en').segment(name), ({ segment }) => segment)
  const half = (room - widthOf('…')) / 2
  const head = fitting(letters, half)
  const tail = fitting(letters.toReversed(), half).toReversed()
  return `${head.join('').trimEnd()}…${tail.join('').trimStart()}`
}

function fitting(letters: readonly string[], room: number): string[] {
  let left = room
  const end = letters.findIndex((letter) => (left -= widthOf(letter)) < 0)
  return letters.slice(0, end)
}

/** From above, for the fonts that Mermaid asks for: Trebuchet, Verdana, Arial, and what stands for them on Linux. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    if (/[A-Zmw@%&+]/.test(character)) width += 1.5
    else if (character < '\u007F') width += 1
    else width += character < '\u0900' ? 1.5 : 2
  }
  return width
}
