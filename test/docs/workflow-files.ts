import { readdirSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { parse } from 'yaml'
import { z } from 'zod'
import { codeBlocks, fileText } from './documents.ts'

// GitHub's own parser is written for bundlers: it imports JSON without saying so, which Node refuses.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return specifier.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found
  },
})
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser')

const step = z.object({
  id: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
})
const job = z.looseObject({
  permissions: z.record(z.string(), z.string()).optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  needs: z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]),
  steps: z.array(step.loose()),
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

const DOCUMENTS = ['README.md', '.github/CONTRIBUTING.md', '.github/SECURITY.md']
const FOLDER = '.github/workflows/'

/** The workflows of this repository, and those in its documents; steps shown alone stand in a job made up for them. */
export function allWorkflows(): Workflow[] {
  const files = readdirSync(new URL(`../../${FOLDER}`, import.meta.url)).map((name) => FOLDER + name)
  const shown = DOCUMENTS.flatMap((path) =>
    codeBlocks(fileText(path))
      .filter(({ language }) => language === 'yaml')
      .map(({ text, line }) => ({ place: `${path}:${line}`, text: /^jobs:/m.test(text) ? text : inWorkflow(text) })),
  )
  return [...files.map((path) => ({ place: path, text: fileText(path) })), ...shown].map(({ place, text }) => ({
    place,
    text,
    ...workflow.parse(parse(text)),
  }))
}

function inWorkflow(steps: string): string {
  const indented = steps.replace(/^(?=.)/gm, '      ')
  return `on: workflow_dispatch\npermissions: {}\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n${indented}`
}

/** What GitHub's own parser finds wrong with a workflow. */
export async function parserErrors({ place, text }: Workflow): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: place, content: text }, new NoOperationTraceWriter())
  if (value) await convertWorkflowTemplate(context, value)
  return context.errors.getErrors().map(({ message }) => message)
}

/** Whether a step runs the action of this repository. */
export function isOurs({ uses }: Step): boolean {
  return uses === './' || uses === 'OWNER/visual-layer-dataset-action@v1'
}
