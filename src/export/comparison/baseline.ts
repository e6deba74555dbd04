import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActionError } from '../../errors.ts'
import { type ExportRecords, readExport } from '../records/metadata-files.ts'
import { type BaselineSource, locateBaseline, noExport } from './baseline-source.ts'
import { drawSeeds, type HashSeeds } from './value-hash.ts'
import { ItemIndex } from './item-index.ts'

/** The export to compare with, as it was read: what it was read from may be replaced. */
export interface Baseline {
  records: ExportRecords
  /** Of the hashes of its items. */
  seeds: HashSeeds
  /** Gives the index away: it serves one comparison. Throws if it was taken before. */
  takeIndex(): ItemIndex
}

/**
 * Reads the export to compare with, once, into about 200 bytes per item and its name. Throws `invalid_input` if there is none or it cannot
 * be read, or the signal's reason.
 */
export async function readBaseline(source: BaselineSource, { signal }: { signal: AbortSignal }): Promise<Baseline> {
  signal.throwIfAborted()
  const place = await locateBaseline(source)
  let index: ItemIndex | undefined = new ItemIndex()
  const reading = index
  const seeds = drawSeeds()
  // Readers may need a table on disk; the folder of the ZIP is not ours to write to.
  const spool = join(tmpdir(), `visual-layer-${randomUUID()}`)
  let records: ExportRecords
  try {
    records = await readExport('archive' in place ? { ...place, spool } : place, {
      signal,
      wanted: { items: seeds },
      take: ({ result }) => reading.addBefore(result),
    })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionError && (error.code === 'corrupt_download' || error.code === 'unsafe_archive'))
      throw noExport(source, `it cannot be read. ${error.message.replace(/\.$/, '')}`, error)
    throw error
  }
  return {
    records,
    seeds,
    takeIndex() {
      const taken = index
      index = undefined
      if (!taken) throw new Error('a baseline serves one comparison')
      return taken
    },
  }
}
