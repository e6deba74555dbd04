/** The end of an object, where a ZIP archive has its directory, is fetched early: this share of it, within bounds in segments. */
const TAIL_SHARE = 1 / 64
const SMALLEST_TAIL = 1 / 4
const LARGEST_TAIL = 4

/** Bytes that one connection at a time fetches. */
export interface Segment {
  readonly start: number
  /** The next byte to request; those before it are in the file. */
  position: number
  /** Exclusive; `Infinity` while the size of the object is unknown. */
  end: number
}

/** What is left to fetch of an object: a first segment, and the others once the size is known. */
export class Segments {
  readonly #segmentBytes: number
  /** Where the segments that nobody has requested yet begin and end. */
  #next = 0
  #last = 0
  /** The end of the object, until a connection fetches it. */
  #tail: Segment | undefined
  /** Segments that a connection fetches now, and those that one gave back. */
  readonly #active = new Set<Segment>()
  readonly #returned = new Set<Segment>()

  /** @param inSegments whether the first one is a segment, and not the whole object */
  constructor(segmentBytes: number, inSegments: boolean) {
    this.#segmentBytes = segmentBytes
    this.#returned.add({ start: 0, position: 0, end: inSegments ? segmentBytes : Infinity })
  }

  /** How many are fetched now. */
  get active(): number {
    return this.#active.size
  }

  /** Divides what is behind the first segment, now that the size of the object is known. */
  divide(first: Segment, size: number): void {
    first.end = Math.min(first.end, size)
    this.#next = first.end
    const tail = Math.min(LARGEST_TAIL, Math.max(SMALLEST_TAIL, (size / this.#segmentBytes) * TAIL_SHARE))
    this.#last = Math.max(first.end, size - Math.ceil(tail * this.#segmentBytes))
    if (this.#last < size) this.#tail = { start: this.#last, position: this.#last, end: size }
  }

  /** The next segment: one that was given back, then the tail, then in order. */
  peek(): Segment | undefined {
    let next = this.#tail
    for (const segment of this.#returned) {
      if (!next || next === this.#tail || segment.position < next.position) next = segment
    }
    if (next || this.#next >= this.#last) return next
    return { start: this.#next, position: this.#next, end: Math.min(this.#last, this.#next + this.#segmentBytes) }
  }

  /** The next segment, for one connection. */
  take(): Segment | undefined {
    const segment = this.peek()
    if (!segment) return undefined
    if (segment === this.#tail) this.#tail = undefined
    else if (!this.#returned.delete(segment)) this.#next = segment.end
    this.#active.add(segment)
    return segment
  }

  /** Ends the work of a connection on a segment. What is missing of it is next. */
  giveBack(segment: Segment): void {
    this.#active.delete(segment)
    if (segment.position < segment.end) this.#returned.add(segment)
  }

  /** The first byte that is not in the file; `undefined` when all are. */
  front(): number | undefined {
    let front = this.#next < this.#last ? this.#next : Infinity
    const missing = [...this.#active, ...this.#returned, ...(this.#tail ? [this.#tail] : [])]
    for (const { position, end } of missing) if (position < end) front = Math.min(front, position)
    return front === Infinity ? undefined : front
  }
}
