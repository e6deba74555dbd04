const MOST_EDITS = 3
const LONGEST = 40

/** The word that a text was probably meant to be: the one the fewest edits away, and none when all are far. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const plain = (one: string) =>
    one
      .toLowerCase()
      .replace(/[\s_]+/g, '-')
      .slice(0, LONGEST)
  const ranked = words
    .map((word) => ({ word, edits: editDistance(plain(text), plain(word)) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.min(MOST_EDITS, best.word.length / 2) ? best.word : undefined
}

/** Levenshtein's distance: the insertions, deletions and replacements that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const replaced = row[column - 1]! + (to[column - 1] === letter ? 0 : 1)
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
