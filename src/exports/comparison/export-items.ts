import { RecordDigest } from '../digest.ts'
import { digestRecords } from '../digest-records.ts'
import type { ExportPlace } from '../export-files.ts'
import { type MetadataOptions, readMetadata } from '../metadata-files.ts'
import type { Shown } from './comparable.ts'
import { type Item, itemOf } from './item.ts'
import { ItemContent } from './item-content.ts'
import { ShownMembers } from './shown-members.ts'
import { type Statistics, StatisticsBuilder } from './statistics.ts'

/** What was read of an export. */
export interface ItemsRead {
  statistics: Statistics
  shown: Shown
  /** Only where it was asked for. */
  contentDigest: string | undefined
}

export interface ReadOptions extends MetadataOptions {
  /** Whether to compute the content digest as well. */
  digested?: boolean
  /** Gets each item with its content, in order; both lent until it returns. */
  take?: (item: Item, content: ItemContent) => void
}

/** Reads an export once, record by record. Throws `corrupt_download` where it is damaged, or the signal's reason. */
export async function readItems(place: ExportPlace, options: ReadOptions): Promise<ItemsRead> {
  const { signal, digested = false, take } = options
  const statistics = new StatisticsBuilder()
  const members = new ShownMembers()
  const content = new ItemContent()
  const digest = new RecordDigest()
  const onRecord = (record: unknown): undefined => {
    const item = itemOf(record)
    statistics.add(item)
    if (!take) return
    if (item.members) members.add(item.members)
    take(item, content.read(record, item))
  }
  const { format } = await readMetadata(
    place,
    {
      json: (reader, sizeBytes) =>
        digested
          ? digestRecords(reader, { digest, sizeBytes, signal, onRecord })
          : reader.each((bytes, number) => onRecord(reader.parse(bytes, number))),
      row(row) {
        if (digested) digest.add(row)
        onRecord(row)
      },
    },
    options,
  )
  const contentDigest = digested ? digest.hex() : undefined
  return { statistics: statistics.end(), shown: { format, members }, contentDigest }
}
