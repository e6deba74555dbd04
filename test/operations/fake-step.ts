import { Deadline } from '../../src/clock.ts'
import type { Step } from '../../src/operations/step.ts'
import { type Plan, savedPlan, UndoLog } from '../../src/operations/undo-log.ts'
import { type RunnerContext, readContext } from '../../src/runner/context.ts'
import type { Chart, Reporter, Table } from '../../src/runner/reporter.ts'
import { Slots } from '../../src/transfer/download/slots.ts'
import { connect, type VisualLayer } from '../../src/visual-layer/client.ts'
import type { Datasets } from '../../src/visual-layer/datasets.ts'
import type { Enrichment } from '../../src/visual-layer/enrichment.ts'
import type { Exports } from '../../src/visual-layer/exports.ts'
import type { Ingestion } from '../../src/visual-layer/ingestion.ts'
import type { Media } from '../../src/visual-layer/media.ts'
import type { Snapshots } from '../../src/visual-layer/snapshots.ts'
import type { Tasks } from '../../src/visual-layer/tasks.ts'
import type { Waiting } from '../../src/waiting/until.ts'
import { FakeClock } from '../waiting/fake-clock.ts'

/** The calls that a test answers; any other one is an error that names it. */
export interface StubApi {
  datasets?: Partial<Pick<Datasets, keyof Datasets>>
  snapshots?: Partial<Pick<Snapshots, keyof Snapshots>>
  tasks?: Partial<Pick<Tasks, keyof Tasks>>
  exports?: Partial<Pick<Exports, keyof Exports>>
  ingestion?: Partial<Pick<Ingestion, keyof Ingestion>>
  media?: Partial<Pick<Media, keyof Media>>
  enrichment?: Partial<Pick<Enrichment, keyof Enrichment>>
}

/** Writes down all that an operation says. */
class RecordingReporter implements Reporter {
  readonly lines: string[] = []
  readonly warnings: string[] = []
  readonly notes: string[] = []
  readonly masks: string[] = []
  readonly groups: string[] = []
  readonly outputs: Record<string, string> = {}
  readonly inResult: Record<string, string | readonly string[]> = {}
  readonly facts: Record<string, string> = {}
  readonly tables: Record<string, Table> = {}
  readonly charts: Record<string, Chart> = {}

  info = (line: string) => void this.lines.push(line)
  debug = (line: string) => void this.lines.push(line)
  progress = (line: string) => void this.lines.push(line)
  warning = (message: string) => void this.warnings.push(message)
  note = (text: string) => void this.notes.push(text)
  mask = (secret: string) => void this.masks.push(secret)
  output = (name: string, value: string | number | boolean) => void (this.outputs[name] = String(value))
  addToResult = (name: string, value: string | readonly string[]) => void (this.inResult[name] = value)
  fact = (label: string, value: string, { insteadOf }: { insteadOf?: string } = {}) => {
    if (insteadOf !== undefined) delete this.facts[insteadOf]
    this.facts[label] = value
  }
  table = (table: Table) => void (this.tables[table.title] = table)
  chart = (chart: Chart) => void (this.charts[chart.title] = chart)
  async group<T>(title: string, body: () => Promise<T>): Promise<T> {
    this.groups.push(title)
    return body()
  }
}

export interface FakeStep extends Step {
  readonly clock: FakeClock
  readonly reporter: RecordingReporter
  /** What the undo log saved for the post step, in order; `undefined` once nothing was left to undo. */
  readonly saved: (Plan | undefined)[]
}

export interface StepOptions {
  api?: StubApi
  clock?: FakeClock
  timeoutMs?: number
  maxRetries?: number
  interval?: Waiting['interval']
  signal?: AbortSignal
  context?: Partial<RunnerContext>
}

function notExpected(resource: string, ...calls: string[]): object {
  const reject = (call: string) => () => Promise.reject(new Error(`${resource}.${call} was not expected to be called`))
  return Object.fromEntries(calls.map((call) => [call, reject(call)]))
}

/** The real client, in which every call is the test's. */
function stubbed(api: StubApi, step: Waiting): VisualLayer {
  const client = connect({
    apiRoot: new URL('https://vl.example.org/api/v1/'),
    credentials: { kind: 'none' },
    userAgent: 'test-agent/1',
    requestTimeoutMs: 60_000,
    retryLimit: 0,
    clock: step.clock,
    deadline: step.deadline,
    signal: step.signal,
    connection: () => Promise.reject(new Error('no connection was expected to be opened')),
    onRetry: () => undefined,
  })
  Object.assign(client.datasets, notExpected('datasets', 'get', 'list', 'createFromS3', 'delete'), api.datasets)
  Object.assign(
    client.snapshots,
    notExpected('snapshots', 'list', 'create', 'update', 'restore', 'clone', 'delete'),
    api.snapshots,
  )
  Object.assign(client.tasks, notExpected('tasks', 'list', 'abort'), api.tasks)
  Object.assign(client.exports, notExpected('exports', 'start', 'status'), api.exports)
  Object.assign(
    client.ingestion,
    notExpected('ingestion', 'newDataset', 'openTransaction', 'upload', 'process'),
    api.ingestion,
  )
  Object.assign(client.media, notExpected('media', 'add', 'reindex'), api.media)
  Object.assign(client.enrichment, notExpected('enrichment', 'models', 'context', 'start', 'abort'), api.enrichment)
  return client
}

/** A step of plain objects: time that costs nothing, an API that answers what the test says, and all that was said. */
export function fakeStep({ api = {}, clock = new FakeClock(), ...options }: StepOptions = {}): FakeStep {
  const deadline = new Deadline(clock, options.timeoutMs ?? 7_200_000)
  const signal = options.signal ?? new AbortController().signal
  const reporter = new RecordingReporter()
  const saved: FakeStep['saved'] = []
  const maxRetries = options.maxRetries ?? 3
  const waiting: Waiting = {
    clock,
    deadline,
    signal,
    interval: options.interval ?? 10_000,
    maxRetries,
    onLook: (line) => reporter.progress(line),
  }
  return {
    api: stubbed(api, waiting),
    waiting,
    clock,
    deadline,
    signal,
    reporter,
    saved,
    undo: new UndoLog((text) => saved.push(savedPlan(text))),
    context: { ...readContext({}), ...options.context },
    maxRetries,
    retryLimit: options.maxRetries,
    onExchange: undefined,
    slots: new Slots(8),
    requestTimeoutMs: 60_000,
    userAgent: 'test-agent/1',
    connection: () => Promise.reject(new Error('no connection was expected to be opened')),
    datasetPage: (datasetId) => `https://vl.example.org/dataset/${datasetId}/data`,
  }
}
