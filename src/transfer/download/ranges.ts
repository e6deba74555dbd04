const MIB = 1024 * 1024
/** Segments begin and end at multiples of this, as far as the object and broken connections let them. */
const GRAIN = 256 * 1024
const SMALLEST_SEGMENT = MIB
/** How many of the largest segments the bytes being fetched may spread over, so that the file fills from its beginning. */
const WINDOW = 64
/** A segment with more than this before it, in ms, is shared with a connection that has nothing to do. */
const SLOW_MS = 1_000
/** A connection without a byte for this long, in ms, loses its segment to one that has nothing to do. */
const SILENT_MS = 3_000

/** Bytes that one connection fetches. */
export interface Segment {
  readonly start: number
  /** The next byte to receive. */
  position: number
  /** The byte after the last one; it may come down while the segment is fetched, when another connection takes the rest. */
  end: number
  readonly startedAt: number
  /** When its latest byte came. */
  heardAt: number
  /** Ends the request for it. */
  readonly stop: AbortController
  /** Taken from a silent connection; that happens once, so that a silent host is found out by its silence. */
  readonly rescued: boolean
}

interface Range {
  start: number
  end: number
}

/** What is still to be fetched of an object, and who fetches what. */
export class Ranges {
  readonly #now: () => number
  #largest = Infinity
  /** In order, apart from each other. */
  #free: Range[]
  readonly #segments = new Set<Segment>()

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now
    this.#free = [{ start: 0, end: Infinity }]
  }

  /** Everything was received. */
  get done(): boolean {
    return this.#free.length === 0 && this.#segments.size === 0
  }

  /** The size of the object, once it is known. */
  setSize(totalBytes: number): void {
    this.#largest = Math.min(16 * MIB, Math.max(8 * MIB, Math.ceil(totalBytes / 256)))
    this.#free = this.#free
      .map(({ start, end }) => ({ start, end: Math.min(end, totalBytes) }))
      .filter(({ start, end }) => start < end)
    for (const segment of this.#segments) segment.end = Math.min(segment.end, totalBytes)
  }

  /** All that is free in one piece, from the first free byte on. */
  takeAll(): Segment | undefined {
    const first = this.#free[0]
    return first && this.#take(first.start, first.end)
  }

  /**
   * The segment to fetch next: of what is wished for, else the first that is free, else the rest of one that is fetched slowly.
   * `undefined` when there is nothing to do for another connection now.
   *
   * @param connections how many share what is left
   */
  take(connections: number, wishes: Iterable<Range>): Segment | undefined {
    const wished = this.takeWished(wishes)
    if (wished) return wished
    const first = this.#free[0]
    if (first && first.start < this.#front() + WINDOW * this.#largest)
      return this.#take(first.start, Math.min(first.end, first.start + this.#length(first.start, connections)))
    return this.#share()
  }

  /** The first free bytes of what is wished for. */
  takeWished(wishes: Iterable<Range>): Segment | undefined {
    for (const wish of wishes) {
      const free = this.#free.find(({ start, end }) => start < wish.end && wish.start < end)
      if (!free) continue
      const start = Math.max(free.start, downToGrain(wish.start))
      return this.#take(start, Math.min(free.end, upToGrain(wish.end), start + this.#largest))
    }
    return undefined
  }

  /** Up to `bytes` at the end of the object, where they are free. */
  takeLast(bytes: number): Segment | undefined {
    const last = this.#free.at(-1)
    return last && this.#take(Math.max(last.start, downToGrain(last.end - bytes)), last.end)
  }

  /** Adds to a segment the bytes right behind it. False when they are not free. */
  extend(segment: Segment, connections: number): boolean {
    const next = this.#free.find(({ start }) => start === segment.end)
    if (!next) return false
    const end = Math.min(next.end, next.start + this.#length(next.start, connections))
    this.#cut(next, next.start, end)
    segment.end = end
    return true
  }

  /** Leaves a segment only `connections`' share of what it held; the rest is free. */
  shorten(segment: Segment, connections: number): void {
    const rest = { start: segment.position, end: segment.end }
    segment.end = segment.position
    this.#add(rest)
    this.extend(segment, connections)
  }

  /** The connection is done with the segment, or failed: what it did not receive is free again. */
  giveBack(segment: Segment): void {
    if (this.#segments.delete(segment)) this.#add({ start: segment.position, end: segment.end })
  }

  /** Whether a connection might get something to do later, though it has nothing now. */
  get mayShare(): boolean {
    return [...this.#segments].some((segment) => segment.end - segment.position >= 2 * GRAIN || !segment.rescued)
  }

  #share(): Segment | undefined {
    const now = this.#now()
    const inOrder = [...this.#segments].sort((one, other) => one.position - other.position)
    for (const segment of inOrder) {
      const { position, end, start, startedAt, heardAt, rescued } = segment
      const left = end - position
      if (left > 0 && !rescued && now - heardAt >= SILENT_MS) {
        segment.end = position
        segment.stop.abort()
        return this.#begin(position, end, true)
      }
      if (left < 2 * GRAIN || now - startedAt < SLOW_MS || left * (now - startedAt) < SLOW_MS * (position - start))
        continue
      const middle = upToGrain(position + left / 2)
      if (middle >= end) continue
      segment.end = middle
      return this.#begin(middle, end, rescued)
    }
    return undefined
  }

  /** The first byte that was not received. */
  #front(): number {
    let front = this.#free[0]?.start ?? Infinity
    for (const { position, end } of this.#segments) if (position < end) front = Math.min(front, position)
    return front
  }

  /** Segments become smaller towards the end, so that all connections end at about the same time. */
  #length(start: number, connections: number): number {
    let free = 0
    for (const range of this.#free) free += range.end - range.start
    const fair = free / (2 * connections)
    const length = Math.max(SMALLEST_SEGMENT, Math.min(this.#largest, fair))
    return upToGrain(start + length) - start
  }

  #take(start: number, end: number): Segment | undefined {
    const range = this.#free.find((free) => free.start <= start && start < free.end)
    if (!range || start >= end) return undefined
    this.#cut(range, start, end)
    return this.#begin(start, end, false)
  }

  #begin(start: number, end: number, rescued: boolean): Segment {
    const now = this.#now()
    const segment = { start, position: start, end, startedAt: now, heardAt: now, stop: new AbortController(), rescued }
    this.#segments.add(segment)
    return segment
  }

  #cut(range: Range, start: number, end: number): void {
    const left = [
      { start: range.start, end: start },
      { start: end, end: range.end },
    ].filter((piece) => piece.start < piece.end)
    this.#free.splice(this.#free.indexOf(range), 1, ...left)
  }

  #add(range: Range): void {
    if (range.start >= range.end) return
    const before = this.#free.findLast(({ end }) => end <= range.start)
    const after = this.#free.find(({ start }) => start >= range.end)
    const merged = {
      start: before?.end === range.start ? before.start : range.start,
      end: after?.start === range.end ? after.end : range.end,
    }
    this.#free = this.#free.filter(({ start, end }) => end < merged.start || start > merged.end)
    this.#free.push(merged)
    this.#free.sort((one, other) => one.start - other.start)
  }
}

function downToGrain(position: number): number {
  return Math.floor(position / GRAIN) * GRAIN
}

function upToGrain(position: number): number {
  return Math.ceil(position / GRAIN) * GRAIN
}
