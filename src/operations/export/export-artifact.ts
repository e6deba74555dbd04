import path from 'node:path'
import { describe } from '../../errors.ts'
import type { Placed } from '../../export/place.ts'
import type { ExportRequest } from './inputs.ts'
import { type UploadOptions, type UploadResult, uploadExport } from '../../runner/artifact.ts'
import type { Step } from '../step.ts'
import { withinDeadline } from '../waits.ts'

/**
 * Uploads the export as an artifact of the run: one ZIP as it is, so that the artifact's digest equals `export_sha256`, and then
 * `comparison.json`, if there is one, as a second artifact; an unpacked export as one folder, with `comparison.json`. Returns whether the export was
 * uploaded.
 */
export async function publishExport(
  request: ExportRequest,
  step: Step,
  placed: Placed,
  comparisonPath?: string,
): Promise<boolean> {
  const { reporter } = step
  const comparison = comparisonPath === undefined ? [] : [comparisonPath]
  const zip = placed.archivePath
  const result = await upload(request, step, {
    name: request.artifactName,
    content:
      zip === undefined
        ? { folder: request.outputDir, files: [...placed.files, placed.manifestPath, ...comparison] }
        : { zip },
  })
  if (result.kind === 'skipped') {
    reporter.note(`No artifact was uploaded: ${result.reason}`)
    return false
  }
  reporter.output('artifact_id', result.id)
  reporter.output('artifact_name', result.name)
  reporter.output('artifact_url', result.url)
  reporter.output('artifact_digest', result.digest)
  reporter.fact('Artifact', result.name, { link: result.url })
  // That of a ZIP is its SHA-256, which the summary shows already.
  if (zip === undefined) reporter.fact('Artifact digest', result.digest, { code: true })
  else if (comparisonPath !== undefined) await publishComparison(request, step, comparisonPath)
  return true
}

/** The export is complete and stored by now, so a failure is a warning. Throws only if the step is canceled. */
async function publishComparison(request: ExportRequest, step: Step, comparisonPath: string): Promise<void> {
  const name = `${request.artifactName}-comparison`
  try {
    const content = { folder: path.dirname(comparisonPath), files: [comparisonPath] }
    const result = await upload(request, step, { name, content })
    if (result.kind === 'uploaded') step.reporter.fact('Comparison artifact', result.name, { link: result.url })
  } catch (error) {
    step.signal.throwIfAborted()
    step.reporter.warning(
      `Could not store comparison.json as the artifact "${name}": ${describe(error)} The export is complete and stored.`,
      { todo: 'To keep the comparison, upload the file at the output comparison_path in a later step.' },
    )
  }
}

function upload(
  { retentionDays, compressionLevel, overwriteArtifact: overwrite }: ExportRequest,
  step: Step,
  what: Pick<UploadOptions, 'name' | 'content'>,
): Promise<UploadResult> {
  const { reporter, context, clock } = step
  const phase = {
    awaited: 'the upload of the artifact',
    carryOn: 'The export is saved on the runner (output export_dir), and a later step can upload it.',
  }
  return withinDeadline(step, phase, (signal) =>
    uploadExport({ ...what, retentionDays, compressionLevel, overwrite, context, reporter, clock, signal }),
  )
}
