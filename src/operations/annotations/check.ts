import { ActionError, describe } from '../../errors.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { ChosenFile } from '../media-files.ts'
import type { Step } from '../step.ts'
import { withinDeadline } from '../waits.ts'
import { checkCoco } from './coco.ts'
import { Findings, MOST_LABELS } from './findings.ts'
import { checkTable } from './tables.ts'
import { count, counted } from '../../numbers.ts'

/**
 * Checks annotation files before anything is created. Names that mean none or several of the media are warnings. Returns some of the
 * labels that the media will have. Throws `invalid_input` that names everything broken by file and place, or if there are no media.
 */
export async function checkAnnotations(
  step: Step,
  files: readonly ChosenFile[],
  media: readonly ChosenFile[],
): Promise<string[]> {
  if (files.length === 0) return []
  const names = files.map(({ shown }) => shown).join(', ')
  if (media.length === 0) {
    throw new ActionError('invalid_input', `"files" matches annotation files only (${names}), and no image or video.`, {
      todo: 'Add the media that they label to "files". Visual Layer accepts annotations only together with them. Nothing was sent to Visual Layer.',
    })
  }
  step.reporter.info(
    `Annotations: ${names}. Visual Layer documents them for datasets created in its application or from S3, not for this upload.`,
  )
  const counts = new Map<string, number>()
  for (const { fileName } of media) counts.set(fileName, (counts.get(fileName) ?? 0) + 1)
  const phase = { awaited: 'the check of the annotation files', carryOn: 'Split the dataset into smaller ones.' }
  const found = await withinDeadline(step, phase, async (signal) => {
    const all: { file: ChosenFile; findings: Findings }[] = []
    for (const file of files) {
      const findings = new Findings(counts)
      await (file.fileName.endsWith('.json')
        ? checkCoco(file.path, findings, signal)
        : checkTable(file, findings, signal))
      all.push({ file, findings })
    }
    return all
  })
  const broken = found.filter(({ findings }) => findings.faults.count > 0)
  if (broken.length > 0) throw brokenFiles(broken)
  for (const { file, findings } of found) warnOfNames(step, file, findings)
  return [...new Set(found.flatMap(({ findings }) => [...findings.labels]))].slice(0, MOST_LABELS)
}

function brokenFiles(broken: readonly { file: ChosenFile; findings: Findings }[]): ActionError {
  const problems = broken.reduce((sum, { findings }) => sum + findings.faults.count, 0)
  const lines = broken.flatMap(({ file, findings: { faults } }) => {
    const more = faults.count - faults.shown.length
    const shown = faults.shown.map((fault) => `- ${file.shown}, ${fault}`)
    return more === 0 ? shown : [...shown, `- ${file.shown}: ${counted(more, 'more problem')}`]
  })
  const heading =
    problems === 1
      ? 'There is 1 problem in the annotation files.'
      : `There are ${count(problems)} problems in the annotation files.`
  return new ActionError('invalid_input', [heading, ...lines].join('\n'), {
    todo: 'Fix the annotation files, or exclude them from "files", then re-run the job. Nothing was sent to Visual Layer.',
  })
}

function warnOfNames({ reporter }: Step, { shown }: ChosenFile, { names, missing, ambiguous }: Findings): void {
  const of = (part: number, one: string, many: string) =>
    `${count(part)} of ${counted(names, 'file name')} ${part === 1 ? one : many}`
  if (missing.count > 0) {
    reporter.warning(
      `${shown}: ${of(missing.count, 'matches', 'match')} no uploaded file: ${missing.words()}. Their annotations will have no effect.`,
      { todo: 'Check these names, and that "files" matches the media. Folders in the names are ignored.' },
    )
  }
  if (ambiguous.count > 0) {
    reporter.warning(
      `${shown}: ${of(ambiguous.count, 'is', 'are')} ambiguous: ${ambiguous.words()}. Files are sent without their folders, so Visual Layer may apply these annotations to another file.`,
      { todo: 'Give each file a unique name.' },
    )
  }
}

/**
 * Warns if a new dataset shows none of the labels that its annotation files have. A server that cannot tell is no reason to fail or to
 * warn: that labels can be searched for is documented (semantic search), when they appear is not.
 *
 * @param labels what {@link checkAnnotations} returned
 */
export async function warnIfUnlabeled(step: Step, dataset: Dataset, labels: readonly string[]): Promise<void> {
  if (labels.length === 0 || (dataset.objects ?? 0) > 0) return
  const { explore } = step.api
  try {
    if (await explore.hasLabels(dataset.id, 'IMAGES', labels)) return
    if (await explore.hasLabels(dataset.id, 'OBJECTS', labels)) return
  } catch (error) {
    step.signal.throwIfAborted()
    step.reporter.info(`Could not check whether dataset ${dataset.id} shows its labels: ${describe(error)}`)
    return
  }
  step.reporter.warning(
    `Annotations were sent, but dataset ${dataset.id} shows none of their labels (such as ${JSON.stringify(labels[0])}).`,
    {
      todo: 'Check the dataset in Visual Layer. Annotations cannot be added later. If they are missing, put the media and the annotation files into a bucket and use create-from-s3.',
    },
  )
}
