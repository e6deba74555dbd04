import path from 'node:path'
import { quoted } from '../../inputs/faults.ts'
import { count } from '../../numbers.ts'

/** How many examples of one kind a message shows. */
const MOST_SHOWN = 5
/** How many labels are looked for in the new dataset, and how long they are at most: they go into one address. */
export const MOST_LABELS = 20
const LONGEST_LABEL = 50
const LONGEST_VALUE = 100

/** A number of things, and the first few of them. */
class Examples {
  count = 0
  readonly shown: string[] = []

  add(one: string): void {
    this.count += 1
    if (this.shown.length < MOST_SHOWN) this.shown.push(one)
  }

  /** `"a.jpg", "b.jpg", and 1,234 more`. */
  words(): string {
    const more = this.count - this.shown.length
    const names = this.shown.map(quoted).join(', ')
    return more === 0 ? names : `${names}, and ${count(more)} more`
  }
}

/** What is found in one annotation file while it is read. */
export class Findings {
  /** What makes the file unusable, each with its place, as it follows the file's name: `line 3: …`. */
  readonly faults = new Examples()
  /** Different names of media in the file. */
  get names(): number {
    return this.#names.size
  }
  /** Names that no file being sent has. */
  readonly missing = new Examples()
  /** Names that several files being sent have, and names that mean one of these files together with another name. */
  readonly ambiguous = new Examples()
  /** Some of the labels that media being sent are given. */
  readonly labels = new Set<string>()
  readonly #media: ReadonlyMap<string, number>
  /** Each name in the file, and whether a file being sent has it. */
  readonly #names = new Map<string, boolean>()
  readonly #taken = new Set<string>()

  /** @param media how many of the files being sent have a name, without folders */
  constructor(media: ReadonlyMap<string, number>) {
    this.#media = media
  }

  fault(place: string, why: string): void {
    this.faults.add(`${place}: ${why}`)
  }

  /**
   * Looks up a file by the path or address that the annotations have for it. Files are uploaded without their folders, so only the last
   * part of it counts. Returns whether such a file is being sent.
   */
  refer(name: string): boolean {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const base = [path.posix.basename(name), path.win32.basename(name)].find((one) => this.#media.has(one))
    this.#names.set(name, base !== undefined)
    if (base === undefined) {
      this.missing.add(name)
      return false
    }
    if (this.#taken.has(base) || this.#media.get(base) !== 1) this.ambiguous.add(name)
    else this.#taken.add(base)
    return true
  }

  label(name: string): void {
    if (name !== '' && name.length <= LONGEST_LABEL && this.labels.size < MOST_LABELS) this.labels.add(name)
  }
}

/** A value as a message shows it, on one line and cut where it is long. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  return (json ?? 'nothing').slice(0, LONGEST_VALUE)
}
