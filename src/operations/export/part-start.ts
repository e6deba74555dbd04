import type { PartContent } from '../../export/parts/content.ts'
import type { ExportRequest } from './inputs.ts'
import type { ExportStart } from '../../visual-layer/exports.ts'
import { startOf } from './start-export.ts'

/** The request for one part of what the inputs select. Media IDs were chosen one by one: no filter applies to them. */
export function startOfPart(request: ExportRequest, { clusters, mediaIds }: PartContent): ExportStart {
  const { selection } = request
  return {
    ...startOf(request),
    vql: undefined,
    selection: {
      mediaIds,
      clusterIds: clusters.map(({ id }) => id),
      excludeMediaIds: selection.kind === 'selected' ? selection.excludeMediaIds : [],
      clusterVql: selection.kind === 'vql' ? selection.vql : undefined,
    },
  }
}

/** What excluded media and a filter add to the entry of every cluster in a request, in bytes. */
export function extraClusterBytes({ selection }: ExportRequest): number {
  if (selection.kind === 'vql') return Buffer.byteLength(selection.vql) + ',"vql":'.length
  return selection.kind === 'selected' ? Buffer.byteLength(JSON.stringify(selection.excludeMediaIds)) : 0
}
