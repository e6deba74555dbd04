import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { yamlLine } from '../../src/inputs/faults.ts'
import { Job, type StepResult } from '../action/run-action.ts'
import { type Emulator, startEmulator } from '../emulator/emulator.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import { githubLog } from './github-log.ts'
import { summaryPage } from './summary-page.ts'

/** Where what is made goes. */
export const BUILD = path.resolve(import.meta.dirname, '../../build')

/** Writes a job summary as a page to a file below {@link BUILD}, and returns its path from the present folder. */
export async function writePage(name: string, markdown: string): Promise<string> {
  const file = path.resolve(BUILD, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, await summaryPage(markdown))
  return path.relative('', file)
}

/** What of a step is printed. */
export interface View {
  /** Whether groups show only their titles, as GitHub shows them until somebody opens them. */
  folded: boolean
  /** Whether outputs are printed with their values. */
  values: boolean
}

/** An emulator and a runner whose steps are printed as a user of GitHub sees them. */
export class Stage implements AsyncDisposable {
  readonly emulator: Emulator
  readonly job: Job

  private constructor(emulator: Emulator, job: Job) {
    this.emulator = emulator
    this.job = job
  }

  /** `folder` is where the files of the runner go and stay; without one they go to a temporary folder and are removed. */
  static async open(settings: EmulatorSettings, folder?: string): Promise<Stage> {
    return new Stage(await startEmulator(settings), await Job.create(folder))
  }

  /**
   * Prints a step as it stands in a workflow, runs it by the built action, and prints its log as it comes, and its outputs. Ctrl-C
   * cancels the step, as a runner does.
   */
  async play(inputs: Record<string, string>, view: View): Promise<StepResult> {
    const { url, apiKey, apiSecret, artifacts } = this.emulator
    console.log('  - uses: OWNER/visual-layer-dataset-action@v1\n    with:')
    for (const [name, value] of Object.entries(inputs)) console.log(`      ${asYaml(name, value)}`)
    const credentials = { base_url: url, api_key: apiKey, api_secret: apiSecret }
    const step = await this.job.start({ ...credentials, ...inputs }, artifacts.environment())
    step.onStdout(githubLog(view.folded, (line) => console.log(`  │ ${line}`)))
    const cancel = () => void step.cancel()
    process.once('SIGINT', cancel)
    const result = await step.ended
    process.off('SIGINT', cancel)
    const set = Object.entries(result.outputs).filter(([name, value]) => value !== '' && name !== 'result')
    if (!view.values) console.log(`  Outputs: ${set.map(([name]) => name).join(', ')}`)
    else console.log(['  Outputs:', ...set.map(([name, value]) => `    ${name} = ${value}`)].join('\n'))
    if (result.stderr !== '') console.log(result.stderr)
    return result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator.stop()
    if (!this.job.isKept) await this.job.remove()
  }
}

/** An input as it stands in a workflow. */
function asYaml(name: string, value: string): string {
  return value.includes('\n') ? `${name}: |\n${value.replace(/^/gm, '        ')}` : yamlLine(name, value)
}
