import type { ManifestOrigin } from '../../export/manifest.ts'
import type { ExportRequest } from './inputs.ts'
import { VERSION } from '../../version.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import type { Step } from '../step.ts'

/** What the manifest says about an export besides its bytes: what was asked for, of which dataset, and by which run. */
export function originOf<Id extends string | null>(
  request: ExportRequest,
  step: Step,
  { source: dataset, snapshot }: { source: Dataset; snapshot: Snapshot | undefined },
  exportId: Id,
): ManifestOrigin<Id> {
  const { context } = step
  return {
    dataset: {
      id: dataset.id,
      name: dataset.name === '' ? undefined : dataset.name,
      snapshot: snapshot && { id: snapshot.id, name: snapshot.name },
    },
    export: {
      id: exportId,
      format: request.exportFormat,
      include_images: request.includeImages,
      entity_type: request.entityType,
      selection: selected(request),
    },
    exported_at: new Date(step.clock.date()).toISOString(),
    produced_by: {
      action: VERSION,
      repository: context.repository,
      workflow: context.workflow,
      run_id: context.runId,
      run_attempt: context.runAttempt,
      sha: context.sha,
      run_url: context.runUrl,
    },
  }
}

function selected({ selection }: ExportRequest): Record<string, unknown> | null {
  switch (selection.kind) {
    case 'whole':
      return null
    case 'attached':
      return { export_id: selection.exportId }
    case 'vql':
      return { vql: JSON.parse(selection.vql) as unknown }
    case 'selected':
      return {
        media_ids: selection.mediaIds,
        cluster_ids: selection.clusterIds,
        exclude_media_ids: selection.excludeMediaIds,
      }
  }
}
