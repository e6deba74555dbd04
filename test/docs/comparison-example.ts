import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBaseline } from '../../src/export/comparison/baseline.ts'
import { Comparing } from '../../src/export/comparison/compare.ts'
import { writeComparison } from '../../src/export/comparison/comparison-file.ts'
import { readExport } from '../../src/export/records/metadata-files.ts'

/** Two small exports: one item is gone, one is new, one has another label, and one a score that moved by less than counts. */
const BEFORE = [
  record(1, { labels: ['car'], issues: ['blur'], uniqueness: 0.5 }),
  record(2, { labels: ['car', 'bicycle'], uniqueness: 0.75 }),
  record(3, { labels: ['bus'], issues: ['dark'], uniqueness: 0.25 }),
]
const AFTER = [
  record(1, { labels: ['car'], issues: ['blur'], uniqueness: 0.504 }),
  record(2, { labels: ['car', 'scooter'], uniqueness: 0.75 }),
  record(4, { labels: ['car'], issues: ['blur'], uniqueness: 0.996 }),
]

/** What stands on one line in the example, in characters. */
const LONGEST_LINE = 118

interface Told {
  labels: readonly string[]
  issues?: readonly string[]
  uniqueness: number
}

function record(number: number, { labels, issues = [], uniqueness }: Told): object {
  return {
    media_id: `00000000-0000-4000-8000-00000000000${number}`,
    media_type: 'image',
    file_name: `street-${number}.jpg`,
    file_path: `street/street-${number}.jpg`,
    file_size: '48.27KB',
    uniqueness_score: uniqueness,
    height: 720,
    width: 1280,
    cluster_id: 'c0000000-0000-4000-8000-000000000000',
    metadata_items: [
      ...labels.map((category_name) => ({ type: 'image_label', properties: { category_name, source: 'VL' } })),
      ...issues.map((issue_type) => ({ type: 'issue', properties: { issue_type, confidence: 0.9 } })),
    ],
  }
}

/** The `comparison.json` of two small exports, as the action writes it. */
async function exampleComparison(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'comparison-'))
  const [before, after, written] = ['before.json', 'after.json', 'comparison.json'].map((name) => join(folder, name))
  if (before === undefined || after === undefined || written === undefined) throw new Error('no places')
  try {
    const { signal } = new AbortController()
    await writeFile(before, JSON.stringify({ info: {}, media_items: BEFORE }))
    await writeFile(after, JSON.stringify({ info: {}, media_items: AFTER }))
    const comparing = new Comparing(await readBaseline({ path: before, given: 'previous-run' }, { signal }))
    const { wanted } = comparing
    const take = comparing.take.bind(comparing)
    const records = await readExport({ file: after, format: 'json' }, { signal, wanted, take })
    const comparison = comparing.end(records)
    await writeComparison(written, comparison, {
      run_id: '4242',
      run_url: 'https://github.com/octo/cats/actions/runs/4242',
      artifact_id: 77,
      created_at: '2026-11-21T02:19:04Z',
    })
    return JSON.parse(await readFile(written, 'utf8'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The example as comparing.md shows it. */
export async function comparisonBlock(): Promise<string> {
  return `\`\`\`json\n${compact(await exampleComparison(), '')}\n\`\`\``
}

/** JSON with each array and object on one line where it is short enough. */
function compact(value: unknown, indent: string): string {
  const line = oneLine(value)
  if (line.length + indent.length <= LONGEST_LINE || typeof value !== 'object' || value === null) return line
  const inner = `${indent}  `
  const entries = Array.isArray(value)
    ? value.map((element) => compact(element, inner))
    : Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${compact(member, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${entries.map((entry) => inner + entry).join(',\n')}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
