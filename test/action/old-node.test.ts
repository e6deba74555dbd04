import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { asVersion, runNode } from '../run-node.ts'
import { actionYml } from './action-yml.ts'
import { parseRunnerFile } from './runner-files.ts'

it.each([
  [actionYml.runs.main, '20.1.0'],
  [actionYml.runs.main, '22.14.0'],
  [actionYml.runs.post, '20.1.0'],
])('%s says in one line that Node %s cannot run it', async (entry, version) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'vl-node-'))
  try {
    const env = { GITHUB_OUTPUT: path.join(folder, 'output'), INPUT_OPERATION: 'wait' }
    const { code, stdout, stderr } = await runNode([...asVersion(version), entry], env)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^::error [^\n]*Node 24[^\n]*Node 2[02][^\n]*node_modules\/\.bin\/node\.\n$/)
    expect(parseRunnerFile(await readFile(env.GITHUB_OUTPUT, 'utf8'))['error_code']).toBe('operation_failed')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
