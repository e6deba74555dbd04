import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'

/**
 * Runs `body` in a Node process of its own, where `client` is the real client of @actions/artifact and `folder` a folder to work
 * in; gives back what it returns, by way of JSON.
 */
export async function withArtifactClient(body: string, folder: string, env: Record<string, string>): Promise<unknown> {
  const script = `import { DefaultArtifactClient } from '@actions/artifact'
const client = new DefaultArtifactClient()
const folder = process.env.FOLDER
let result
try { result = await (async () => { ${body} })() } catch (error) { result = { error: error.message, name: error.name } }
console.log('\\n' + JSON.stringify(result))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: {
      PATH: process.env['PATH'],
      FOLDER: folder,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_WORKSPACE: folder,
      ...env,
    },
  })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}
