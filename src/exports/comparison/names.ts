/** Of each text that is kept, in bytes. */
const LONGEST = 200
const FIRST_BYTES = 4096

/** Texts for people, as many as there are items: one after another in a single buffer, the length of each in a byte before it. */
export class Names {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #end = 0

  /** Keeps the first 200 bytes of a text, in whole characters. */
  add(text: string): void {
    if (this.#end + 1 + LONGEST > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2)
      this.#bytes.copy(larger)
      this.#bytes = larger
    }
    // A character that does not fit as a whole is left out.
    const length = this.#bytes.write(text, this.#end + 1, LONGEST)
    this.#bytes[this.#end] = length
    this.#end += 1 + length
  }

  /** Where the text after the one at `at` begins; the first is at 0. */
  next(at: number): number {
    return at + 1 + (this.#bytes[at] ?? 0)
  }

  at(at: number): string {
    return this.#bytes.toString('utf8', at + 1, this.next(at))
  }
}
