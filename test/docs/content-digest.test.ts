import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readExport } from '../../src/export/records/metadata-files.ts'
import { codeBlocks, fileText } from './documents.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
const { signal } = new AbortController()

let scratch: string

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'digest-'))
  const program = codeBlocks(fileText('.github/docs/comparing.md')).find(({ language }) => language === 'python')
  writeFileSync(join(scratch, 'digest.py'), program?.text ?? '')
})

afterAll(() => {
  rmSync(scratch, { recursive: true })
})

/** What the program of the documents and what the action computes of records, given as JSON. */
async function digests(records: readonly string[]): Promise<{ documented: string; ours: string }> {
  const file = join(scratch, 'metadata.json')
  writeFileSync(file, `{"info":{"export_time":"now"},"media_items":[${records.join(',')}]}`)
  const ended = spawnSync('python3', ['digest.py', file], { cwd: scratch, encoding: 'utf8' })
  expect(ended.stderr).toBe('')
  const { contentDigest } = await readExport({ file, format: 'json' }, { signal })
  return { documented: ended.stdout.trim(), ours: contentDigest }
}

const AZURE = 'sig se sp sv st sr ss srt spr sip si skoid sktid skt ske sks skv'.split(' ')
const KEYED =
  'AWSAccessKeyId GoogleAccessId X-Goog-Date X-Amz-Date Signature Expires Key-Pair-Id Policy token access_token'.split(
    ' ',
  )
const LINKS = [
  'https://b.example/a.jpg?v=2&X-Amz-Signature=0f&X-Amz-Date=1#top',
  `https://c.example/i?n=3&${AZURE.map((name) => `${name}=1`).join('&')}`,
  'https://d.example/?sp=4',
  ...KEYED.map((name) => `https://g.example/?n=1&${name}=1`),
  ...KEYED.map((name) => `HTTP://g.example/?${name.toUpperCase()}=1&n=1`),
  'Https://h.example/?token=1#a?token=2',
  'http://e.example/?token=1',
  'http://e.example/?&&token=1#?',
  'http://e.example/?\u017figNature=1&to\u212aen=1',
  'not https://f.example/?token=1',
  'https://f.example/?token=1 and more',
  'https://f.example/?token=1\n',
  'https://f.example/?token=1\u2028',
]

describe.skipIf(!hasPython)('the program in comparing.md', () => {
  it.each([
    ['links', LINKS.map((link) => JSON.stringify({ source: link, url: link }))],
    [
      'metadata that is a set at any depth',
      [
        '{"metadata_items":[{"b":1},{"a":[2,1]},"\u{1F600}","\uFFFD",{"metadata_items":[2,10,1]}]}',
        '{"x":[[2,1]],"metadata_items":"[2,1]"}',
      ],
    ],
    ['names', ['{"\u{1F600}":1,"\uFFFD":2,"":3,"10":4,"9":5,"__proto__":6,"\\ud800":7,"a\\u0000":8,"url":9}']],
    ['a name that is there twice', ['{"a":1,"b":2,"a":3}']],
    ['strings', ['"\\u0000\\b\\t\\n\\f\\r\\u001f\\u007f\\u2028\\"\\\\\\/\\ud83d\\ude00\\ud83d é😀"']],
    [
      'numbers',
      [
        '[0,-0,-0.0,1.0,1e0,1.50,100,1e20,1e21,123456789012345678901.5,1.5e21,1e-6,1e-7,1.25e-7,9.999e-7,5e-324]',
        '[1.7976931348623157e308,1e400,-1e400,0.1,0.30000000000000004,4.35,2.2250738585072014e-308,1e15,1e16,1e17]',
        '[9007199254740991,9007199254740993,-9007199254740993,12345678901234567890123456789,1e23,1E+2,-1.0e-10]',
      ],
    ],
    ['what is not JSON', ['{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN"}', '{"n":12345678901234567891,"a":NaN}']],
    ['words', ['true', 'false', 'null', '{}', '[]', '[[]]', '""', '7']],
    ['the same record twice', ['{"a":1}', '{ "a" : 1.0 }']],
    ['no records', []],
  ])('computes what the action does: %s', async (_, records) => {
    const { documented, ours } = await digests(records)
    expect(documented).toBe(ours)
  })

  it('computes what the action does of any records', async () => {
    const anything = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.constantFrom(true, false, null, ...LINKS),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          // V8 of Node 24 takes the key "\"" for an earlier key "\\", so that parsing twice may differ.
          fc.oneof(
            fc.string({ unit: 'grapheme' }).map((key) => key.replaceAll(/["\\]/g, '')),
            fc.constantFrom('url', 'metadata_items'),
          ),
          tie('value'),
          { maxKeys: 5, noNullPrototype: true },
        ),
      ),
    })).value
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 20, maxLength: 200 }), async (records) => {
        const { documented, ours } = await digests(records.map((record) => JSON.stringify(record)))
        expect(documented).toBe(ours)
      }),
      { numRuns: 8 },
    )
  })
})
