import * as core from './toolkit.ts'
import type { Clock } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import { Outputs, type OutputName, type SettableOutput } from './outputs.ts'
import type { Chart, Fact, Reporter, Section, Table } from './reporter.ts'
import { Secrets } from './secrets.ts'
import type { StateName } from './state.ts'
import { duration, indentedLine, lines } from './text.ts'

/** Wide enough for `23h 59m`, so that the lines of a wait stand under each other. */
const STAMP_WIDTH = 7
/** A wait in which nothing changes says so this often, in ms, so that a log never looks dead. */
const HEARTBEAT_MS = 300_000

/**
 * The {@link Reporter} of a real step: stdout, and the files the runner names in `GITHUB_OUTPUT` and `GITHUB_STATE`. It also
 * gathers what the job summary tells.
 */
export class RunnerReporter implements Reporter {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #secrets = new Secrets()
  readonly #outputs = new Outputs()
  readonly #unwritten = new Set<OutputName>()
  readonly #facts = new Map<string, Fact>()
  readonly #sections = new Map<string, Section>()
  readonly #notes: string[] = []
  readonly #warnings = new Set<string>()
  #inGroup = false
  #lastProgress = ''
  #lastProgressMs = 0

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock
    this.#startedAt = options.clock.now()
  }

  /** Rows for the job summary, in the order their labels were first given. */
  get facts(): readonly Fact[] {
    return [...this.#facts.values()]
  }

  /** Tables and charts for the job summary, in the order their titles were first given. */
  get sections(): readonly Section[] {
    return [...this.#sections.values()]
  }

  get notes(): readonly string[] {
    return this.#notes
  }

  get warnings(): readonly string[] {
    return [...this.#warnings]
  }

  /** Milliseconds since this reporter was made. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  info(line: string): void {
    core.info(this.#safe(line))
  }

  debug(line: string): void {
    core.debug(this.#safe(line))
  }

  warning(message: string, details: { todo?: string | undefined } = {}): void {
    const text = lines(this.redact(details.todo ? `${message}\n${details.todo}` : message))
    if (this.#warnings.has(text)) return
    this.#warnings.add(text)
    core.warning(text)
  }

  async group<T>(title: string, body: () => Promise<T>): Promise<T> {
    if (this.#inGroup) {
      this.info(`== ${title} ==`)
      return await body()
    }
    this.#inGroup = true
    core.startGroup(this.#safe(title))
    try {
      return await body()
    } finally {
      core.endGroup()
      this.#inGroup = false
    }
  }

  progress(line: string): void {
    const silentMs = this.elapsedMs - this.#lastProgressMs
    if (line === this.#lastProgress && silentMs < HEARTBEAT_MS) return
    this.#lastProgress = line
    this.#lastProgressMs = this.elapsedMs
    this.info(`[${duration(this.elapsedMs).padStart(STAMP_WIDTH)}] ${line}`)
  }

  output(name: SettableOutput, value: string | number | boolean): void {
    const given = String(value)
    const redacted = this.redact(given)
    if (redacted !== given) {
      this.warning(`The output ${name} held a masked secret. It was replaced by ***.`, {
        todo: 'If it is no secret, choose a credential that is not an ordinary word.',
      })
    }
    const { text, problem } = this.#outputs.set(name, redacted)
    if (problem) this.warning(problem)
    this.#write(name, text)
  }

  addToResult(name: string, value: string): void {
    this.#outputs.addToResult(name, this.redact(value))
  }

  /** What an output was set to, as GitHub got it; empty when it was not set. */
  outputValue(name: SettableOutput): string {
    return this.#outputs.get(name)
  }

  /**
   * Sets `elapsed_seconds` and `result`, and tries again what could not be written before. Call it last, on success and on
   * failure.
   * @throws ActionError `operation_failed` when outputs are still missing: a later step would read them as empty
   */
  finishOutputs(): void {
    this.output('elapsed_seconds', Math.round(this.elapsedMs / 100) / 10)
    const { text, problem } = this.#outputs.result()
    if (problem) this.warning(problem)
    this.#write('result', text)
    for (const name of this.#unwritten) if (name !== 'result') this.#write(name, this.#outputs.get(name))
    if (this.#unwritten.size === 0) return
    throw new ActionError(
      'operation_failed',
      `These outputs could not be written: ${[...this.#unwritten].join(', ')}.`,
      {
        todo: 'The work itself is done; the log names the ids. Check that the disk of the runner is not full.',
      },
    )
  }

  state(name: StateName, value: string): void {
    const redacted = this.redact(value)
    if (redacted !== value)
      this.warning(`What is left to the post step as ${name} held a masked secret. It was replaced by ***.`)
    if (!process.env['GITHUB_STATE']) return
    try {
      core.saveState(name, redacted)
    } catch (error) {
      this.warning(`The post step will not know the ${name}: ${describe(error)}`)
    }
  }

  mask(secret: string): void {
    for (const form of this.#secrets.add(secret)) core.setSecret(form)
  }

  /** The text with `***` for every masked secret in it. */
  redact(text: string): string {
    return this.#secrets.redact(text)
  }

  fact(label: string, value: string, options: Pick<Fact, 'link' | 'code'> = {}): void {
    this.#facts.set(label, { label, value, ...options })
  }

  table(table: Table): void {
    this.#sections.set(table.title, table)
  }

  chart(chart: Chart): void {
    this.#sections.set(chart.title, chart)
  }

  note(text: string): void {
    this.#notes.push(text)
    this.info(text)
  }

  // Secrets go before the line is cut: half of one would slip past the runner's own masking.
  #safe(line: string): string {
    return indentedLine(this.redact(line))
  }

  #write(name: OutputName, text: string): void {
    if (!process.env['GITHUB_OUTPUT']) {
      this.debug(`Output ${name}: ${text}`)
      return
    }
    try {
      core.setOutput(name, text)
      this.#unwritten.delete(name)
    } catch (error) {
      this.#unwritten.add(name)
      this.warning(`The output ${name} could not be written yet: ${describe(error)}`)
    }
  }
}
