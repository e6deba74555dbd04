import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readRequest } from '../../src/operations/index.ts'
import { ACTION, fileText } from './documents.ts'
import {
  actionlintFindings,
  allWorkflows,
  isOurs,
  type Job,
  languageServiceFindings,
  type Step,
  type Workflow,
} from './workflow-files.ts'

const WORKFLOWS = allWorkflows()
const OF_THIS_REPOSITORY = WORKFLOWS.filter(({ place }) => place.startsWith('.github/workflows/'))

function eachJob(workflows: Workflow[]): { place: string; job: Job; jobs: Record<string, Job> }[] {
  return workflows.flatMap(({ place, jobs }) =>
    Object.entries(jobs).map(([name, job]) => ({ place: `${place}, job ${name}`, job, jobs })),
  )
}

function references(value: unknown, pattern: RegExp): { source: string; name: string }[] {
  const text = JSON.stringify(value)
  return [...text.matchAll(pattern)].map(({ 1: source = '', 2: name = '' }) => ({ source, name }))
}

/** Stands for what an expression would give. */
function evaluated(input: string, text: string): string {
  if (input.endsWith('_id')) return text.replace(/\$\{\{.*?\}\}/g, '0a1b2c3d-4e5f-6789-abcd-ef0123456789')
  return text
    .replace(/\$\{\{ matrix\.[\w-]+ \}\}/g, '1')
    .replace(/\$\{\{[^}]* && '(.*?)'.*?\}\}/g, '$1')
    .replace(/\$\{\{.*?\}\}/g, 'value')
}

function asEnvironment(step: Step): Record<string, string> {
  const inputs = Object.entries(ACTION.inputs).map(([name, input]): [string, string] => {
    const given = step.with[name]
    return [`INPUT_${name.toUpperCase()}`, given === undefined ? (input.default ?? '') : evaluated(name, given)]
  })
  return Object.fromEntries(inputs)
}

describe('every workflow of this repository and of its documents', () => {
  it('is there to be tested', () => {
    expect(OF_THIS_REPOSITORY.length).toBeGreaterThan(0)
    for (const page of ['README.md', '.github/docs/operations.md', '.github/docs/recipes.md'])
      expect(WORKFLOWS.filter(({ place }) => place.startsWith(page)).length, page).toBeGreaterThan(2)
    expect(eachJob(WORKFLOWS).filter(({ job }) => job.steps.some(isOurs)).length).toBeGreaterThan(10)
  })

  it.each(WORKFLOWS)("has no fault that GitHub's language service finds: $place", async ({ place, text }) => {
    expect(await languageServiceFindings(place, text)).toEqual([])
  })

  it.each(WORKFLOWS)('has no fault that actionlint finds: $place', async (workflow) => {
    expect(await actionlintFindings(workflow)).toEqual([])
  })

  it.each(eachJob(WORKFLOWS))('has expressions in no script: $place', ({ job }) => {
    // Whoever can name a branch, a dataset or a snapshot could run commands: values go through `env`.
    for (const { run = '' } of job.steps) expect(run).not.toContain('${{')
  })

  it.each(eachJob(WORKFLOWS))('gives the action inputs that it has: $place', ({ job }) => {
    for (const step of job.steps.filter(isOurs)) {
      for (const name of Object.keys(step.with)) expect(Object.keys(ACTION.inputs)).toContain(name)
    }
  })

  it.each(eachJob(WORKFLOWS))('reads only outputs that are there: $place', ({ job, jobs }) => {
    for (const [index, step] of job.steps.entries()) {
      const earlier = job.steps.slice(0, index)
      for (const { source, name } of references(step, /\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
        expectOutput(earlier, source, name)
      }
    }
    for (const { source, name } of references(job.outputs, /\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expectOutput(job.steps, source, name)
    }
    for (const { source, name } of references(job, /\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expect(job.needs).toContain(source)
      expect(Object.keys(jobs[source]?.outputs ?? {})).toContain(name)
    }
  })

  it.each(eachJob(WORKFLOWS))("pins other people's actions to a commit and keeps no credentials: $place", ({ job }) => {
    for (const step of job.steps.filter(({ uses }) => uses !== undefined)) {
      if (!isOurs(step)) expect(step.uses).toMatch(/^[\w.-]+(?:\/[\w.-]+){1,2}@[0-9a-f]{40}$/)
      if (step.uses?.startsWith('actions/checkout@'))
        expect(step.with).toMatchObject({ 'persist-credentials': 'false' })
    }
  })

  it('says beside each commit which version it is', () => {
    const pins = WORKFLOWS.flatMap(({ text }) => text.match(/^.*@[0-9a-f]{40}.*$/gm) ?? [])
    expect(pins.length).toBeGreaterThan(0)
    for (const pin of pins) expect(pin).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('pins one version of each action throughout', () => {
    const pins = WORKFLOWS.flatMap(({ text }) => text.match(/[\w-]+\/[\w-]+@[0-9a-f]{40}.*$/gm) ?? [])
    const actions = new Set(pins.map((pin) => pin.split('@')[0]))
    expect(new Set(pins).size).toBe(actions.size)
  })
})

function expectOutput(steps: readonly Step[], id: string, output: string): void {
  const step = steps.find((one) => one.id === id)
  expect(step, `a step with the id ${id}`).toBeDefined()
  if (step && isOurs(step)) expect(Object.keys(ACTION.outputs)).toContain(output)
}

describe('the steps that the documents show', () => {
  const shown = eachJob(WORKFLOWS.filter((workflow) => !OF_THIS_REPOSITORY.includes(workflow))).flatMap(
    ({ place, job }) => job.steps.filter(isOurs).map((step) => ({ place, operation: step.with['operation'], step })),
  )

  const workspace = mkdtempSync(path.join(tmpdir(), 'documents-'))
  // A file that a recipe expects in the repository.
  writeFileSync(path.join(workspace, 'classes.txt'), 'cat\ndog\n')
  afterAll(() => rmSync(workspace, { recursive: true }))

  it.each(shown)('are accepted as they stand, without a warning: $operation, $place', ({ step }) => {
    const { request, warnings } = readRequest(asEnvironment(step), { workspace })
    expect(request.operation).toBe(step.with['operation'])
    expect(warnings).toEqual([])
  })
})

/** What jobs may do beyond reading the code, by the place and the name of the job. */
const PERMISSIONS: Record<string, Record<string, string>> = {
  // It reads the results of the others.
  '.github/workflows/ci.yml, job passed': {},
  '.github/workflows/codeql.yml, job analyze': { contents: 'read', 'security-events': 'write' },
  '.github/workflows/release.yml, job draft': { contents: 'write' },
  '.github/workflows/release.yml, job attest': { 'id-token': 'write', attestations: 'write' },
  '.github/workflows/release.yml, job publish': { contents: 'write' },
}

describe('the workflows of this repository', () => {
  const jobs = eachJob(OF_THIS_REPOSITORY)

  it.each(OF_THIS_REPOSITORY)('permit nothing but by job: $place', ({ permissions }) => {
    expect(permissions).toEqual({})
  })

  it.each(jobs)('permit a job no more than it needs: $place', ({ place, job }) => {
    expect(job.permissions).toEqual(PERMISSIONS[place] ?? { contents: 'read' })
  })

  it('name no job above that is gone', () => {
    expect(jobs.map(({ place }) => place)).toEqual(expect.arrayContaining(Object.keys(PERMISSIONS)))
  })

  it.each(jobs)("run other people's code in no job that may write: $place", ({ job }) => {
    if (!Object.values(job.permissions ?? {}).includes('write')) return
    for (const { run = '' } of job.steps) expect(run).not.toMatch(/\bnp[mx]\b/)
  })

  it.each(jobs)('end a job that hangs: $place', ({ job }) => {
    // A called workflow sets the times of its own jobs.
    if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(30)
    else expect(fileText(job.uses)).toContain('workflow_call:')
  })

  it.each(jobs)('stop at the first command that fails: $place', ({ job }) => {
    for (const { run = '' } of job.steps.filter((step) => step.run?.includes('\n'))) {
      expect(run).toMatch(/^set -eux?o pipefail\n/)
    }
  })

  it.each(OF_THIS_REPOSITORY)('say what happens to runs at the same time: $place', ({ text }) => {
    // A workflow that is only called is part of its caller's run.
    if (/^on:\n {2}workflow_call:\n\n/m.test(text)) return
    expect(text).toMatch(/^concurrency:\n(?: {2}#.*\n)* {2}group: \S.*\n {2}cancel-in-progress: (?:true|false)$/m)
  })

  it('ask all jobs of CI before "All of CI" is green', () => {
    const { passed, ...others } = OF_THIS_REPOSITORY.find(({ place }) => place.endsWith('/ci.yml'))?.jobs ?? {}
    expect(passed?.needs).toEqual(Object.keys(others))
  })
})

describe('the findings above', () => {
  const faulty =
    'on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ steps.none.outputs.x }}\n'

  it('are there where a workflow is wrong', async () => {
    expect(await languageServiceFindings('faulty.yml', faulty)).toEqual([expect.stringContaining('none')])
    const workflow = { place: 'faulty.yml', text: faulty, jobs: {}, permissions: {} }
    expect(await actionlintFindings(workflow)).toEqual([expect.stringContaining('"none" is not defined')])
  })

  it('are none for action.yml', async () => {
    expect(await languageServiceFindings('action.yml', fileText('action.yml'))).toEqual([])
    const broken = fileText('action.yml').replace('using: node24', 'using: node99')
    expect(await languageServiceFindings('broken/action.yml', broken)).not.toEqual([])
  })
})
