import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileText } from './documents.ts'
import { allWorkflows } from './workflow-files.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** Where it is not installed, CI has it: GitHub's Linux images bring it. */
const SHELLCHECK = 'shellcheck'
const installed = spawnSync(SHELLCHECK, ['--version']).status === 0

const inWorkflows = allWorkflows().flatMap(({ place, jobs }) =>
  Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }, index) =>
      run === undefined ? [] : [{ place: `${place}, step ${index + 1}`, script: run }],
    ),
  ),
)

describe.skipIf(!installed)('every script of the workflows and documents, and .ci/run', () => {
  it.each([...inWorkflows, { place: '.ci/run', script: fileText('.ci/run') }])(
    'has no fault that ShellCheck finds: $place',
    ({ script }) => {
      const { stdout, status } = spawnSync(SHELLCHECK, ['--shell=bash', '-'], { input: script, encoding: 'utf8' })
      expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
    },
  )
})

describe('the scripts in .github', () => {
  it('are there, are run by a workflow or imported by one that is, and need no package', () => {
    const scripts = globSync('.github/scripts/*.ts', { cwd: ROOT }).map((file) => path.basename(file))
    expect(scripts.length).toBeGreaterThan(1)
    const run = inWorkflows.map(({ script }) => script).join('\n')
    const texts = scripts.map((name) => fileText(`.github/scripts/${name}`))
    for (const name of scripts) expect(`${run}\n${texts.join('\n')}`).toContain(`/${name}`)
    for (const text of texts) {
      for (const [, from = ''] of text.matchAll(/ from '([^']+)'/g)) expect(from).toMatch(/^(?:node:|\.\.?\/)/)
    }
  })
})
