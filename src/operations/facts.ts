import path from 'node:path'
import prettyBytes from 'pretty-bytes'
import { ANNOTATIONS_NAME } from '../export/manifest.ts'
import type { Placed } from '../export/place.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import type { Step } from './step.ts'
import { count, counted } from '../numbers.ts'

/** Tells which dataset a step is about, in the outputs and the log, as soon as it is known. */
export function aboutDataset(step: Step, dataset: Dataset): void {
  const { reporter } = step
  reporter.output('dataset_id', dataset.id)
  reporter.output('dataset_name', dataset.name)
  reporter.output('dataset_status', dataset.statusWord)
  reporter.info(`Dataset "${dataset.name}" (${dataset.id}) is ${dataset.statusWord}.`)
}

/** Reads the dataset that a step is about. Its ID is known from the inputs, and reported even if it cannot be read. */
export async function readDataset(step: Step, datasetId: string): Promise<Dataset> {
  step.reporter.output('dataset_id', datasetId)
  const dataset = await step.api.datasets.get(datasetId)
  aboutDataset(step, dataset)
  return dataset
}

/** How messages name a dataset: `dataset "Cats" (0a1b…)`; by its ID alone if its name is not known. */
export function namedDataset({ id, name }: { id: string; name?: string | undefined }): string {
  return name ? `dataset "${name}" (${id})` : `dataset ${id}`
}

/** Bytes for people. */
export function size(bytes: number): string {
  return prettyBytes(bytes, { binary: true })
}

/** Images and videos, as far as they are known: `1,234 images, 5 videos`. */
export function items(images: number | undefined, videos: number | undefined): string | undefined {
  const parts = [
    images === undefined || images < 0 ? undefined : `${count(images)} images`,
    videos === undefined || videos <= 0 ? undefined : `${count(videos)} videos`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(', ')
}

/** Tells which snapshot a step is about, in the outputs and the summary, where `label` says what it is to the step. */
export function aboutSnapshot(step: Step, snapshot: Snapshot, label: string): void {
  const { reporter } = step
  reporter.output('snapshot_id', snapshot.id)
  reporter.output('snapshot_name', snapshot.name)
  reporter.fact(label, snapshot.name)
  reporter.fact('Snapshot ID', snapshot.id, { code: true })
  const text = items(snapshot.images, snapshot.videos)
  if (text !== undefined) reporter.fact('Snapshot items', text)
}

/** Reports where an export is and what it contains. */
export function tellPlaced({ outputDir }: { outputDir: string }, step: Step, placed: Placed): void {
  const { reporter, context } = step
  if (placed.archivePath !== undefined) reporter.output('export_path', placed.archivePath)
  reporter.output('export_dir', outputDir)
  reporter.output('media_count', placed.mediaCount)
  reporter.output('content_digest', placed.contentDigest)
  const where = placed.archivePath ?? outputDir
  reporter.fact('Export', path.relative(context.workspace, where), { code: true })
  reporter.fact('Content digest', placed.contentDigest, { code: true })
  if (!placed.coco) return
  reporter.output('annotations_path', path.join(outputDir, ANNOTATIONS_NAME))
  const { images, boxes, imageLabels, classes, notes, theirs } = placed.coco
  const counts = [
    counted(images, 'image'),
    counted(boxes, 'box', 'boxes'),
    counted(imageLabels, 'image label'),
    counted(classes, 'class', 'classes'),
  ]
  reporter.fact('COCO annotations', counts.join(', '))
  for (const note of notes) reporter.note(note)
  if (theirs !== undefined) reporter.note(`Renamed the ${ANNOTATIONS_NAME} from Visual Layer to ${theirs}.`)
}
