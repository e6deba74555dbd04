import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseRunnerFile } from '../action/runner-files.ts'

/** How a step of a workflow ended that was played on this machine. */
export interface PlayedStep {
  outcome: 'success' | 'failure'
  outputs: Record<string, string>
  /** Both streams, in the order they came. */
  log: string
}

export interface ScriptPlace {
  workspace: string
  /** A folder that is not there yet, for the script and the runner's files. */
  folder: string
  temp: string
  env: Record<string, string>
}

/**
 * Plays the `run` of a step as the runner does for `shell: bash`: with nothing of our own environment but PATH. `started` gets
 * the shell, a process group of its own. A script that leaves something behind which holds its output would hang here too.
 */
export async function playScript(
  script: string,
  { workspace, folder, temp, env }: ScriptPlace,
  started: (shell: ChildProcess) => void = () => undefined,
): Promise<PlayedStep> {
  await mkdir(folder)
  const file = path.join(folder, 'script.sh')
  const output = path.join(folder, 'output')
  const summary = path.join(folder, 'summary')
  await Promise.all([writeFile(file, script), writeFile(output, ''), writeFile(summary, '')])
  const shell = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
    cwd: workspace,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: output,
      GITHUB_REPOSITORY: 'octo/cats',
      GITHUB_RUN_ID: '4242',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
      ...env,
    },
  })
  started(shell)
  let log = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  const code = await new Promise<number | null>((resolve, reject) => shell.once('error', reject).once('close', resolve))
  const outputs = parseRunnerFile(await readFile(output, 'utf8'))
  return { outcome: code === 0 ? 'success' : 'failure', outputs, log }
}
