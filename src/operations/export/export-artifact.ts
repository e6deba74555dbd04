import type { Placed } from '../../export/place.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import { uploadExport } from '../../runner/artifact.ts'
import type { Step } from '../step.ts'
import { withinDeadline } from '../waits.ts'

/**
 * Uploads the export as an artifact of the run: one ZIP as it is, so that the artifact's digest equals `export_sha256`; an
 * unpacked export as one folder, with `comparison.json` where there is one.
 */
export async function publishExport(
  request: ExportRequest,
  step: Step,
  placed: Placed,
  comparisonPath?: string,
): Promise<void> {
  const { reporter, context, clock } = step
  const phase = {
    awaited: 'the upload of the artifact',
    carryOn: 'The export itself is safe on the runner (output export_dir); a later step can upload it.',
  }
  const result = await withinDeadline(step, phase, (signal) =>
    uploadExport({
      name: request.artifactName,
      content:
        placed.archivePath === undefined
          ? {
              folder: request.outputDir,
              files: [...placed.files, placed.manifestPath, ...(comparisonPath === undefined ? [] : [comparisonPath])],
            }
          : { zip: placed.archivePath },
      retentionDays: request.retentionDays,
      compressionLevel: request.compressionLevel,
      overwrite: request.overwriteArtifact,
      context,
      reporter,
      clock,
      signal,
    }),
  )
  if (result.kind === 'skipped') {
    reporter.note(`No artifact was uploaded: ${result.reason}`)
    return
  }
  reporter.output('artifact_id', result.id)
  reporter.output('artifact_name', result.name)
  reporter.output('artifact_url', result.url)
  reporter.output('artifact_digest', result.digest)
  reporter.fact('Artifact', result.name, { link: result.url })
  reporter.fact('Artifact digest', result.digest, { code: true })
}
