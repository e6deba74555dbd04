import { accessSync, constants, statSync } from 'node:fs'
import * as core from '@actions/core'
import type { Clock } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import { Outputs, type OutputName, type SettableOutput } from './outputs.ts'
import type { Chart, Fact, Reporter, Section, Table } from './reporter.ts'
import { Secrets } from './secrets.ts'
import { UNDO_STATE } from './state.ts'
import { duration } from '../numbers.ts'
import { indentedLine, lines } from './text.ts'

/** Wide enough for `23h 59m`, so that the lines of a wait align. */
const STAMP_WIDTH = 7
/** A wait in which nothing changes says so this often, in ms, so that a log never looks dead. */
const HEARTBEAT_MS = 300_000

/**
 * The {@link Reporter} of a real step: stdout, and the files the runner names in `GITHUB_OUTPUT` and `GITHUB_STATE`. It also
 * collects what the job summary shows.
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

  /** {@link debug}, if the runner shows it (`RUNNER_DEBUG`): for lines that are many. */
  get debugging(): ((line: string) => void) | undefined {
    return process.env['RUNNER_DEBUG'] === '1' ? (line) => this.debug(line) : undefined
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
      this.endGroup()
    }
  }

  /** Ends a group that work left open which nobody waits for any longer. */
  endGroup(): void {
    if (this.#inGroup) core.endGroup()
    this.#inGroup = false
  }

  progress(line: string): void {
    const silentMs = this.elapsedMs - this.#lastProgressMs
    if (line === this.#lastProgress && silentMs < HEARTBEAT_MS) return
    this.#lastProgress = line
    this.#lastProgressMs = this.elapsedMs
    this.info(`[${duration(Math.floor(this.elapsedMs / 1000) * 1000).padStart(STAMP_WIDTH)}] ${line}`)
  }

  output(name: SettableOutput, value: string | number | boolean): void {
    const given = String(value)
    const redacted = this.redact(given)
    if (redacted !== given) {
      this.warning(`The output ${name} contained a masked secret, which was replaced by ***.`, {
        todo: 'If it is not a secret, choose a credential that is not an ordinary word.',
      })
    }
    const { text, problem } = this.#outputs.set(name, redacted)
    if (problem) this.warning(problem)
    this.#write(name, text)
  }

  addToResult(name: string, value: string | readonly string[]): void {
    this.#outputs.addToResult(
      name,
      typeof value === 'string' ? this.redact(value) : value.map((one) => this.redact(one)),
    )
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
    if (!process.env['GITHUB_OUTPUT'] && process.env['GITHUB_ACTIONS'] === 'true')
      this.warning('GITHUB_OUTPUT is not set, so later steps cannot read the outputs of this step.')
    for (const name of this.#unwritten) if (name !== 'result') this.#write(name, this.#outputs.get(name))
    if (this.#unwritten.size === 0) return
    throw new ActionError(
      'operation_failed',
      `Could not write these outputs (GITHUB_OUTPUT): ${[...this.#unwritten].join(', ')}.`,
      {
        todo: 'Check that the disk of the runner is not full. The changes that this step made in Visual Layer remain; the log lists the IDs.',
      },
    )
  }

  /**
   * Makes sure that outputs can be written, before anything is done whose ID would be lost.
   * @throws ActionError `operation_failed` that names the file and the reason
   */
  requireOutputs(): void {
    const { GITHUB_OUTPUT: file } = process.env
    if (!file) return
    try {
      if (!statSync(file).isFile()) throw new Error('it is not a file')
      accessSync(file, constants.W_OK)
    } catch (error) {
      throw new ActionError(
        'operation_failed',
        `Could not open the file for outputs (GITHUB_OUTPUT): ${describe(error)}.`,
        {
          todo: 'The runner creates this file for each step. Check the disk and the permissions of the runner, and that no step sets GITHUB_OUTPUT. Nothing was sent to Visual Layer.',
        },
      )
    }
  }

  /** Saves what the post step has to undo if this step is killed, at once; '' for nothing. */
  saveUndo(text: string): void {
    try {
      // Without the file the library would print a command that runners no longer know.
      if (!process.env['GITHUB_STATE']) throw new Error('the variable is not set')
      // A secret among the names makes them useless for finding anything, but the runner keeps states in plain text.
      core.saveState(UNDO_STATE, this.redact(text))
    } catch (error) {
      if (text === '') return
      this.warning(
        `Could not save what to undo (GITHUB_STATE): ${describe(error)}. If this step is killed, the post step cannot clean up.`,
      )
    }
  }

  mask(secret: string): void {
    for (const form of this.#secrets.add(secret)) core.setSecret(form)
  }

  /** The text with `***` for every masked secret in it. */
  redact(text: string): string {
    return this.#secrets.redact(text)
  }

  fact(label: string, value: string, options: Pick<Fact, 'link' | 'code'> & { insteadOf?: string } = {}): void {
    const { insteadOf = label, ...shown } = options
    this.#facts.set(insteadOf, { label, value, ...shown })
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
      this.warning(`Could not write the output ${name} yet: ${describe(error)}`)
    }
  }
}
