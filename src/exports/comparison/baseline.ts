import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActionError } from '../../errors.ts'
import type { ExportPlace } from '../export-files.ts'
import type { MetadataFormat } from '../metadata-files.ts'
import type { Shown } from './comparable.ts'
import { type BaselinePlace, locateBaseline, noExport } from './baseline-place.ts'
import { readItems } from './export-items.ts'
import { ItemIndex } from './item-index.ts'
import type { Statistics } from './statistics.ts'

/** An earlier export as it was read: what it was read from may be replaced. */
export interface Baseline {
  statistics: Statistics
  /** Records. */
  mediaCount: number
  format: MetadataFormat
  contentDigest: string
  /** For the comparison. */
  shown: Shown
  /** Gives the index away: it serves one comparison. Throws when it was taken before. */
  takeIndex(): ItemIndex
}

/**
 * Reads an earlier export, once, into about 200 bytes an item and its name. Throws `invalid_input` where there is none or it cannot
 * be read, or the signal's reason.
 */
export async function readBaseline(place: BaselinePlace, { signal }: { signal: AbortSignal }): Promise<Baseline> {
  signal.throwIfAborted()
  const found = await locateBaseline(place)
  let index: ItemIndex | undefined = new ItemIndex()
  const { statistics, shown, contentDigest } = await readFound(place, found, index, signal)
  return {
    statistics,
    mediaCount: statistics.items,
    format: shown.format,
    contentDigest: contentDigest ?? '',
    shown,
    takeIndex() {
      const taken = index
      index = undefined
      if (!taken) throw new Error('a baseline serves one comparison')
      return taken
    },
  }
}

async function readFound(place: BaselinePlace, found: ExportPlace, index: ItemIndex, signal: AbortSignal) {
  // Readers may need a table on disk; beside the ZIP is not ours to write.
  const spool = join(tmpdir(), `visual-layer-${randomUUID()}`)
  try {
    return await readItems('archive' in found ? { ...found, spool } : found, {
      signal,
      digested: true,
      take: (item, content) => index.addBefore(item, content),
    })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionError && (error.code === 'corrupt_download' || error.code === 'unsafe_archive'))
      throw noExport(place, `what is there cannot be read. ${error.message.replace(/\.$/, '')}`, error)
    throw error
  }
}
