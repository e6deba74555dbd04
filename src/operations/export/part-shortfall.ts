import path from 'node:path'
import { inspectExport } from '../../exports/inspect.ts'
import type { Cluster } from '../../exports/parts/content.ts'
import type { KeptPart } from '../../exports/parts/kept-parts.ts'
import { idIn } from '../../exports/record-ids.ts'

/**
 * The clusters that a part asked for and has no record of: nothing says that one request may name several, and a server may take
 * the first one only, or some. `undefined` where the records do not tell which clusters they belong to.
 */
export async function absentClusters(part: KeptPart, signal: AbortSignal): Promise<Cluster[] | undefined> {
  const present = new Set<string | undefined>()
  const onRecord = (record: unknown) => present.add(idIn(record, 'cluster_id'))
  await inspectExport({ dir: path.join(part.folder, 'files'), signal, onRecord })
  const { clusters } = part.content
  const absent = clusters.filter(({ id }) => !present.has(id))
  return absent.length === clusters.length ? undefined : absent
}
