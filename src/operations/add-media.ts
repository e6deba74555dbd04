import { ActionError } from '../errors.ts'
import { type Fault, removal } from '../inputs/faults.ts'
import * as fields from '../inputs/fields.ts'
import { archivePath, filePatterns } from '../inputs/file-patterns.ts'
import type { Given } from '../inputs/input-table.ts'
import { rememberRestored } from '../runner/restored.ts'
import { totalBytes } from '../transfer/upload.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { MediaSource } from '../visual-layer/media.ts'
import { hasEnded, type Task } from '../visual-layer/tasks.ts'
import { type Change, OnceOnly } from '../waiting/once.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import { datasetLine } from '../waiting/verdicts/dataset.ts'
import { mediaVerdict } from '../waiting/verdicts/media.ts'
import { calmDataset, throughConflicts } from './conflicts.ts'
import { aboutDataset, items, namedDataset, readDataset, size } from './facts.ts'
import { chooseArchive, chooseMedia } from './media-files.ts'
import { reindex } from './reindex.ts'
import { uploadProgress } from './send-files.ts'
import { operation, type RequestOf } from './operation.ts'
import type { Step } from './step.ts'
import { nameTask, visibleTasks } from './visible-tasks.ts'
import { Seen, waitFor, withinDeadline } from './waits.ts'
import { count } from '../numbers.ts'

const TYPE = 'MEDIA_ADDITION'

/** Where the media come from. */
type MediaChoice =
  | { from: 'files'; files: readonly string[] }
  /** Relative to the workspace. */
  | { from: 'archive'; archive: string }
  | { from: 's3'; uri: string }

const SOURCES = ['files', 'archive', 's3_uri'] as const

/** What was there before the request, to recognize its result. */
interface Before {
  dataset: Dataset
  /** Ids of all tasks of the dataset. */
  taskIds: ReadonlySet<string>
}

/**
 * Adds media to a dataset; done when the task of this step COMPLETED and the dataset is READY, or PARTIAL INDEX where no reindex
 * was asked for. Where one was and PARTIAL INDEX stays, the reindex is asked for.
 */
export const addMedia = operation({
  name: 'add-media',
  inputs: ({ workspace }) => ({
    dataset_id: fields.datasetId(),
    files: filePatterns(workspace).optional(),
    archive: archivePath(workspace).optional(),
    s3_uri: fields.s3Uri().optional(),
    auto_reindex: fields.flag(),
    on_conflict: fields.onConflict(),
    wait: fields.flag(),
  }),
  outputs: ['task_id'],
  rules: sourceFaults,
  request: ({ files, archive, s3Uri: uri = '', ...values }) => ({ ...values, media: mediaChoice(files, archive, uri) }),
  async run(request, step): Promise<string> {
    const { reporter } = step
    const source = await sourceOf(request, step)
    const what = sourceText(source)
    reporter.info(`To be added: ${what}.`)
    await readDataset(step, request.datasetId)
    const dataset = await calmDataset(step, request.datasetId, request.onConflict)
    if (dataset.status !== 'READY' && dataset.status !== 'PARTIAL_INDEX') throw notOpen(dataset)
    reporter.fact('Added', what)
    const { before, acceptedAt } = await startAddition(step, request, dataset, source)
    if (!request.wait) {
      await nameTask(step, async () =>
        lastAddition(additionsSince(before, await visibleTasks(step, { datasetId: dataset.id }, 0))),
      )
      return `Visual Layer accepted ${what} for dataset "${dataset.name}". The step did not wait for it to finish (wait: false).`
    }
    let now = await waitForAddition(step, request, before, acceptedAt)
    aboutDataset(step, now)
    if (request.autoReindex && now.status === 'PARTIAL_INDEX') {
      reporter.note(`Dataset ${now.id} is still PARTIAL INDEX although auto_reindex is set; requesting a reindex.`)
      now = await reindex(step, now, request.onConflict)
      aboutDataset(step, now)
    }
    const inside = items(now.images, now.videos)
    if (inside !== undefined) reporter.fact('Items', inside)
    compare(step, before.dataset, now, source)
    return `Added ${what} to dataset "${now.name}", which is ${now.statusWord}${inside === undefined ? '' : ` with ${inside}`}.`
  },
})

type AddMediaRequest = RequestOf<typeof addMedia>

/** The API takes exactly one source; docs.visual-layer.com, "Add media to an existing dataset". */
function sourceFaults(given: Given): Fault[] {
  const [first, ...others] = SOURCES.filter((name) => given[name] !== undefined)
  if (first === undefined) {
    return [{ input: 'files', got: undefined, rule: 'operation "add-media" requires files, archive, or s3_uri' }]
  }
  return others.map((input) => ({
    input,
    got: given[input],
    rule: `it cannot be combined with ${first}; set only one of files, archive, and s3_uri`,
    fix: removal(input, given[input] ?? ''),
  }))
}

function mediaChoice(files: readonly string[] | undefined, archive: string | undefined, uri: string): MediaChoice {
  if (files !== undefined) return { from: 'files', files }
  return archive === undefined ? { from: 's3', uri } : { from: 'archive', archive }
}

async function sourceOf({ media }: AddMediaRequest, step: Step): Promise<MediaSource> {
  switch (media.from) {
    case 'files':
      return { kind: 'files', files: await chooseMedia(step, media.files, 'add-media') }
    case 'archive':
      return { kind: 'archive', archive: await chooseArchive(step, media.archive) }
    case 's3':
      return { kind: 's3', uri: media.uri }
  }
}

function filesOf(source: MediaSource) {
  return source.kind === 'files' ? source.files : source.kind === 'archive' ? [source.archive] : []
}

function sourceText(source: MediaSource): string {
  const bytes = size(totalBytes(filesOf(source)))
  switch (source.kind) {
    case 'files':
      return source.files.length === 1 ? `1 file (${bytes})` : `${count(source.files.length)} files (${bytes})`
    case 'archive':
      return `archive ${source.archive.fileName} (${bytes})`
    case 's3':
      return source.uri
  }
}

function notOpen(dataset: Dataset): ActionError {
  return new ActionError('conflict', `Cannot add media to dataset ${dataset.id}: it is ${dataset.statusWord}.`, {
    apiWords: dataset.fatalError,
    todo: 'Visual Layer adds media to READY and PARTIAL INDEX datasets only. Fix the dataset first (ERROR: restore a snapshot). Nothing was sent.',
  })
}

/** The additions that came since. */
function additionsSince({ taskIds }: Before, tasks: readonly Task[]): Task[] {
  return tasks.filter((task) => task.type === TYPE && !taskIds.has(task.id))
}

/** Of these, the one that runs, or the one that is known to have `added` media, or the one listed first: the newest. */
function lastAddition(since: readonly Task[], added?: Task): Task | undefined {
  return since.find((task) => !hasEnded(task)) ?? added ?? since[0]
}

function itemCount({ images = 0, videos = 0 }: Dataset): number {
  return images + videos
}

/** Whether a dataset shows that media were added since: more in it, or an index that is out of date now. */
function isChanged(before: Dataset, now: Dataset): boolean {
  return itemCount(now) > itemCount(before) || (now.status === 'PARTIAL_INDEX' && before.status !== 'PARTIAL_INDEX')
}

function isBusy({ status }: Dataset): boolean {
  return status === 'READ_ONLY' || status === 'INDEXING' || status === 'BUSY'
}

async function startAddition(
  step: Step,
  request: AddMediaRequest,
  dataset: Dataset,
  source: MediaSource,
): Promise<{ before: Before; acceptedAt: number }> {
  const { api, reporter } = step
  let before: Before = { dataset, taskIds: new Set() }
  const files = filesOf(source)
  const total = totalBytes(files)
  let sentBytes = 0
  const phase = {
    awaited: `the upload to ${namedDataset(dataset)}`,
    get carryOn() {
      return sentBytes < total ? 'An incomplete upload adds no media. Re-run the job.' : change.ifUnclear
    },
  }
  const change: Change<void> = {
    what: `add media to dataset ${dataset.id}`,
    get ifUnclear() {
      const held = count(itemCount(before.dataset))
      return `The media may already have been added, and adding them again could duplicate them. Check dataset ${dataset.id} in Visual Layer first: its Task Manager shows a ${TYPE} task for each addition, and the dataset had ${held} items before this step. Re-run the job only if nothing was added.`
    },
    send: () =>
      withinDeadline(step, phase, (signal) => {
        const tell = uploadProgress(step, files)
        const onBytes = (sent: number) => {
          sentBytes = sent
          if (total > 0) tell(sent >= total ? files.length : 0, Math.min(sent, total))
        }
        return api.media.add(dataset.id, source, request.autoReindex, { signal, onBytes })
      }),
    async look() {
      const tasks = await visibleTasks(step, { datasetId: dataset.id }, 0)
      if (additionsSince(before, tasks).length > 0) return { found: undefined }
      const now = await api.datasets.get(dataset.id, 0)
      if (isChanged(before.dataset, now)) return { found: undefined }
      return isBusy(now) ? 'busy' : 'absent'
    },
  }
  const once = new OnceOnly<void>(change, step.waiting, (line) => reporter.info(line))
  rememberRestored(step.context, dataset.id, undefined, reporter)
  await throughConflicts(step, dataset.id, request.onConflict, async () => {
    if (!once.mayHaveTakenEffect) {
      const tasks = await visibleTasks(step, { datasetId: dataset.id })
      before = { dataset: await api.datasets.get(dataset.id), taskIds: new Set(tasks.map((task) => task.id)) }
    }
    await once.run().catch((error: unknown) => {
      throw withSizeHint(error)
    })
  })
  reporter.info('Visual Layer accepted the media.')
  return { before, acceptedAt: step.clock.now() }
}

/** One addition is one request, so it cannot be sent in halves. */
function withSizeHint(error: unknown): unknown {
  if (!(error instanceof ActionError) || !error.message.includes('HTTP 413')) return error
  const todo = 'Add fewer files per step, or put the media into a bucket and use s3_uri.'
  return error.with({ todo })
}

async function waitForAddition(
  step: Step,
  { autoReindex }: AddMediaRequest,
  before: Before,
  acceptedAt: number,
): Promise<Dataset> {
  const { api, clock, reporter } = step
  const { id } = before.dataset
  const patience = patienceMs(step.deadline.remainingMs())
  const settling = settlingMs(step.deadline.remainingMs())
  const change = new Seen()
  let partialSince: number | undefined
  let ours: string | undefined
  return waitFor(
    step,
    {
      awaited: `media to be added to ${namedDataset(before.dataset)}`,
      carryOn: `The addition is still running in Visual Layer. Do not add the media again; to resume waiting, use operation: wait and dataset_id: ${id}.`,
    },
    async () => {
      const tasks = await visibleTasks(step, { datasetId: id }, 0)
      const since = additionsSince(before, tasks)
      const [first] = since
      // Only one runs at a time, so one that runs and is listed alone is ours.
      if (first && since.length === 1 && !hasEnded(first)) ours ??= first.id
      const dataset = await api.datasets.get(id, 0)
      // If media were added, one that failed may be someone else's.
      const added = isChanged(before.dataset, dataset) ? since.find(({ state }) => state === 'COMPLETED') : undefined
      const task = since.find((one) => one.id === ours) ?? lastAddition(since, added)
      if (task) reporter.output('task_id', task.id)
      reporter.output('dataset_status', dataset.statusWord)
      const ended = !task || hasEnded(task)
      partialSince = dataset.status === 'PARTIAL_INDEX' && ended ? (partialSince ?? clock.now()) : undefined
      const verdict = mediaVerdict({
        dataset,
        task,
        reindexing: tasks.find((one) => one.type === 'REINDEX' && !hasEnded(one)),
        autoReindex,
        seenChange: change.add(isBusy(dataset) || isChanged(before.dataset, dataset)),
        sinceMs: clock.now() - acceptedAt,
        patienceMs: patience,
        partialMs: partialSince === undefined ? 0 : clock.now() - partialSince,
        settlingMs: settling,
      })
      const failed = since.find(({ state }) => state === 'FAILED' || state === 'ABORTED')
      if (verdict.state === 'done' && failed && task?.id !== ours) {
        reporter.warning(
          `Another addition to the dataset, task ${failed.id}, ended as ${failed.statusWord} at the same time. The step took the one that COMPLETED for its own.`,
          { todo: 'Check in Visual Layer that your media are in the dataset.' },
        )
      }
      return verdict
    },
  )
}

/** Files that Visual Layer dropped or took twice show in the number of items. A video may count as its frames. */
function compare(step: Step, before: Dataset, now: Dataset, source: MediaSource): void {
  if (source.kind !== 'files' || before.images === undefined || now.images === undefined) return
  const sent = source.files.filter(({ contentType }) => contentType.startsWith('image/')).length
  const added = now.images - before.images
  if (sent !== source.files.length || (now.videos ?? 0) !== (before.videos ?? 0) || added === sent) return
  step.reporter.warning(
    `Sent ${count(sent)} images, but dataset ${now.id} has ${count(added)} more than before (${datasetLine(now)}).`,
    {
      todo: 'Check the dataset in Visual Layer. Unreadable images and files with the same name may have been dropped, or someone else may have changed the dataset.',
    },
  )
}
