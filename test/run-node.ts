import { execFile } from 'node:child_process'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '..')

/** How a process ended. */
interface Ended {
  code: unknown
  stdout: string
  stderr: string
}

/** Runs Node in the folder of this repository to its end, whatever its exit code. */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr })
    })
  })
}

/** Options by which a Node takes itself for this version. */
export function asVersion(version: string): string[] {
  const lie = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  return ['--import', `data:text/javascript,${encodeURIComponent(lie)}`]
}
