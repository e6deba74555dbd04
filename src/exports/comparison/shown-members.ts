/** Different names that are kept: of an export there are about ten. */
const MOST_NAMES = 1000

/** Which members the records of an export carry at all: one that is null everywhere is not shown. */
export class ShownMembers {
  readonly #names = new Set<string>()

  add(members: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(members)) {
      if (this.#names.has(name) && name !== 'file_size') continue
      const value = members[name]
      if (value === null || value === undefined || this.#names.size === MOST_NAMES) continue
      this.#names.add(name === 'file_size' && typeof value !== 'string' ? SIZE_IN_BYTES : name)
    }
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  names(): ReadonlySet<string> {
    return this.#names
  }
}

/** A size that is a number; it is never equal to one in words such as "48.27KB". */
export const SIZE_IN_BYTES = 'file_size (in bytes)'
