import { hash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { peakOf, run } from './processes.ts'
import { binary, type Claim, type Measurement } from './report.ts'

const TASK = fileURLToPath(new URL('compare-task.ts', import.meta.url))
export const ITEMS = 1_000_000
const ITEMS_AT_ONCE = 10_000
/** Of so many items one has another label in the later export, and one is not there any more. */
const EDITED = 50
const MOST_MS = 40_000
const MOST_MEMORY = 1024 ** 3
const LABELS = ['cat', 'dog', 'bird', 'car', 'truck', 'person', 'bus', 'tree']

/** Two exports of a million items each, the second in another order and with other links, in one process. */
export async function compare(): Promise<Measurement> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vl-bench-'))
  try {
    const [before, after] = [path.join(folder, 'before.json'), path.join(folder, 'after.json')]
    writeExport(before, 'before')
    writeExport(after, 'after')
    const { stdout } = await run(process.execPath, [TASK, before, after])
    const [first = '', ...status] = stdout.split('\n')
    const { ms, counts }: { ms: number; counts: unknown } = JSON.parse(first)
    const edited = ITEMS / EDITED
    const expected = { added: 0, removed: edited, modified: edited, unchanged: ITEMS - 2 * edited }
    if (JSON.stringify(counts) !== JSON.stringify(expected)) throw new Error(`the comparison found ${first}`)
    const peakBytes = peakOf(status.join('\n'))
    const claims: Claim[] = [
      { words: `at most ${MOST_MS / 1000} s`, kept: ms <= MOST_MS },
      { words: `at most ${binary(MOST_MEMORY)}`, kept: peakBytes <= MOST_MEMORY },
    ]
    return {
      what: `comparison of two exports of ${ITEMS.toLocaleString('en-US')} items`,
      sizeBytes: statSync(before).size + statSync(after).size,
      oursMs: [ms],
      peakBytes,
      claims,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function writeExport(file: string, edition: 'before' | 'after'): void {
  const written = openSync(file, 'w')
  writeSync(written, '{"info":{"schema_version":"1.1"},"media_items":[')
  for (let start = 0; start < ITEMS; start += ITEMS_AT_ONCE) {
    const numbers = Array.from({ length: ITEMS_AT_ONCE }, (_, index) => start + index)
    const there = edition === 'before' ? numbers : numbers.filter((number) => number % EDITED !== 1)
    const records = there.map((number) => record(edition === 'before' ? number : ITEMS - 1 - number, edition))
    writeSync(written, (start === 0 ? '' : ',') + records.join(','))
  }
  writeSync(written, ']}')
  closeSync(written)
}

/** A record as exports have it, with two issues, a label and an object. */
function record(number: number, edition: 'before' | 'after'): string {
  const [id, random] = [hash('md5', `item ${number}`), hash('md5', `content ${number}`)]
  const digits = (from: number, length: number) => Number.parseInt(random.slice(from, from + length), 16)
  const name = `image_${String(number).padStart(7, '0')}.jpg`
  const link = `https://cdn.example.org/images/${id}/${name}?X-Amz-Signature=${edition}${random}${id}`
  const label = edition === 'after' && number % EDITED === 2 ? 'relabelled' : LABELS[digits(0, 1) % LABELS.length]
  const about = { source: 'VL', original_id: -1 }
  const issue = (issue_type: string, confidence: number, more: object = {}) => ({
    type: 'issue',
    properties: { issue_type, confidence, ...more },
  })
  return JSON.stringify({
    media_id: uuid(id),
    media_type: 'image',
    file_name: name,
    file_path: `/data/bench/${digits(0, 2)}/${name}`,
    file_size: `${(digits(1, 4) / 100).toFixed(2)}KB`,
    uniqueness_score: digits(5, 4) / 0x10000,
    height: 480,
    width: 640,
    url: link,
    cluster_id: uuid(hash('md5', random.slice(9, 12))),
    metadata_items: [
      { type: 'image_label', properties: { category_name: label, ...about } },
      issue('blur', digits(12, 4) / 0x10000),
      issue('duplicates', digits(16, 4) / 0x10000, { duplicate_group_id: uuid(random), duplicate_threshold: 0.96 }),
      {
        type: 'object_label',
        properties: {
          category_name: LABELS[digits(20, 1) % LABELS.length],
          ...about,
          bbox: [digits(21, 2), digits(23, 2), digits(25, 2), digits(27, 2)],
          uniqueness_score: digits(5, 4) / 0x10000,
          url: link,
          metadata_items: [],
        },
      },
    ],
  })
}

function uuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
