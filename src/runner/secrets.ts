/** Shorter values are not masked: `***` instead of every "yes" or "12" would make a log unreadable and hide nothing. */
const SHORTEST_SECRET = 4

/** The values that may appear in no log line, output, state or summary. */
export class Secrets {
  readonly #forms = new Set<string>()
  #longestFirst: string[] | undefined

  /**
   * Remembers a secret and returns the forms of it that are new, for the runner's own masking: the value, each line of a
   * value of several lines (a log shows lines), and how it looks in an address, in a form and in JSON. Base64 is left out:
   * nothing here encodes a secret so, and the runner derives that form itself for every mask it is given.
   */
  add(secret: string): string[] {
    const spellings = new Set<string>()
    for (const part of [secret, ...secret.split(/[\r\n]+/)]) {
      const value = part.trim().toWellFormed()
      if (value.length < SHORTEST_SECRET) continue
      spellings.add(value)
      spellings.add(encodeURIComponent(value))
      spellings.add(new URLSearchParams([['', value]]).toString().slice(1))
      spellings.add(JSON.stringify(value).slice(1, -1))
    }
    const added = [...spellings].filter((form) => !this.#forms.has(form))
    for (const form of added) this.#forms.add(form)
    this.#longestFirst = undefined
    return added
  }

  /** The text with `***` for every secret in it; the text itself when there is none. */
  redact(text: string): string {
    // Longest first, so that a secret that begins with another one leaves no tail behind.
    this.#longestFirst ??= [...this.#forms].sort((a, b) => b.length - a.length)
    return this.#longestFirst.reduce((redacted, form) => redacted.replaceAll(form, '***'), text)
  }
}
