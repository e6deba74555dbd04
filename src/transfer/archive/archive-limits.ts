import prettyBytes from 'pretty-bytes'
import { ActionError } from '../../errors.ts'

/** Bounds that no honest export comes near. What exceeds one is refused before anything is unpacked. */
export interface ArchiveLimits {
  maxEntries: number
  /**
   * Unpacked bytes for each byte of the whole archive, once it unpacks to more than 1 GiB. Metadata packs to about a twentieth,
   * images hardly at all; archive bombs reach 1,000 and, with shared bytes, millions.
   */
  maxRatio: number
}

export const defaultLimits: ArchiveLimits = { maxEntries: 5_000_000, maxRatio: 400 }

const GIB = 1024 ** 3
/** DEFLATE gives at most 1,032 bytes for one (zlib.net/zlib_tech.html), so that a declared size beyond it is a lie. */
const MOST_OF_DEFLATE = 1032

interface Sized {
  name: string
  size: number
  compressedSize: number
}

/** The unpacked size of all entries, in bytes. Throws `unsafe_archive` where declared sizes are impossible or absurd. */
export function checkSizes(entries: readonly Sized[], archiveBytes: number, limits: ArchiveLimits): number {
  let total = 0
  for (const { name, size, compressedSize } of entries) {
    if (size > (compressedSize + 1) * MOST_OF_DEFLATE) {
      throw bomb(
        `its entry ${JSON.stringify(name.slice(0, 300))} claims to unpack ${prettyBytes(compressedSize)} to ${prettyBytes(size)}`,
      )
    }
    total += size
  }
  if (total > GIB && total > archiveBytes * limits.maxRatio) {
    throw bomb(
      `it claims to unpack ${prettyBytes(archiveBytes)} to ${prettyBytes(total)}, more than ${limits.maxRatio} times its size`,
    )
  }
  return total
}

/** The error for an archive that is made to unpack to far more than it should. */
export function bomb(why: string): ActionError {
  return new ActionError('unsafe_archive', `The archive was refused: ${why}.`, {
    todo: 'Nothing of it was kept. No export of Visual Layer looks like this: check who could have changed the archive, and export again.',
  })
}
