import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { HASH_BYTES } from '../../../src/export/records/digest.ts'
import { readJson } from '../../../src/export/records/read-records.ts'
import { RecordReader } from '../../../src/export/records/record-reader.ts'
import { failureOf } from '../../failure-of.ts'

/** The bytes of a text, cut at the given places. */
async function* cut(text: string | Buffer, places: readonly number[] = []): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  let start = 0
  for (const place of [...places].sort((one, other) => one - other)) {
    yield bytes.subarray(start, Math.min(place, bytes.length))
    start = Math.min(place, bytes.length)
  }
  yield bytes.subarray(start)
}

/** The texts of all records. */
async function textsOf(reader: RecordReader): Promise<string[]> {
  const texts: string[] = []
  const { signal } = new AbortController()
  await readJson(reader, 0, {
    wanted: {},
    signal,
    take({ json, result }) {
      if (!json) throw new Error('no bytes')
      const { bytes, starts, ends } = json
      const count = result.hashes.length / HASH_BYTES
      for (let index = 0; index < count; index += 1) texts.push(bytes.toString('utf8', starts[index], ends[index]))
    },
  })
  return texts
}

async function read(text: string | Buffer, places: readonly number[] = [], bareArrays = true) {
  const reader = new RecordReader(cut(text, places), 'metadata.json', { bareArrays })
  const records = (await textsOf(reader)).map((record): unknown => JSON.parse(record))
  return { records, info: reader.info, found: reader.found }
}

async function failure(text: string | Buffer): Promise<ActionError> {
  const error = await failureOf(read(text))
  expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining('metadata.json') })
  return error
}

describe('records', () => {
  it('come from media_items, whatever stands around it', async () => {
    expect(
      await read('{"a":{"media_items":[9]},"info":{"v":"1.1"},"media_items":[{"a":1},2,"x",null,[]],"z":[1]}'),
    ).toEqual({
      records: [{ a: 1 }, 2, 'x', null, []],
      info: { v: '1.1' },
      found: true,
    })
  })

  it('come from an array that is the whole file, unless that is not wanted', async () => {
    expect(await read(' [1, {"a": "]"}] \n')).toMatchObject({ records: [1, { a: ']' }], found: true })
    expect(await read('[1, {"a": "]"}]', [], false)).toMatchObject({ records: [], found: false })
  })

  it.each([
    '{}',
    '{"info": {}}',
    '{"media_items": {}}',
    '{"media_items": null}',
    '1',
    'true',
    '"media_items"',
    '{"x":{"media_items":[]}}',
  ])('are not found in %s', async (text) => {
    expect(await read(text)).toMatchObject({ records: [], found: false })
  })

  it('may come from several arrays, of which each reports its first one', async () => {
    const text = '{"b":[1,2],"media_items":[9],"c":[],"a":[{"b":[3]}]}'
    for (const places of [[], Array.from(text, (_, index) => index)]) {
      const reader = new RecordReader(cut(text, places), 'x.json', { arrays: ['a', 'b', 'c'], bareArrays: false })
      const records: unknown[] = []
      for await (const { bytes, starts, ends } of reader.batches()) {
        for (const [index, start] of starts.entries())
          records.push(JSON.parse(bytes.toString('utf8', start, ends[index])))
      }
      expect(records).toEqual([1, 2, { b: [3] }])
      expect(reader.opened).toEqual([
        { name: 'b', first: 1 },
        { name: 'c', first: 3 },
        { name: 'a', first: 3 },
      ])
    }
  })

  it('may be none', async () => {
    expect(await read('{"media_items": [ ]}')).toMatchObject({ records: [], found: true })
  })

  it('are found under a name written with escapes', async () => {
    expect(await read('{"media\\u005fitems":[1]}')).toMatchObject({ records: [1], found: true })
  })

  it('may come after a byte order mark, even one in pieces', async () => {
    expect((await read('\uFEFF{"media_items":[1]}')).records).toEqual([1])
    expect((await read('\uFEFF{"media_items":[1]}', [1, 2, 2])).records).toEqual([1])
  })

  it.each([
    '',
    '  ',
    '{',
    '{"media_items"',
    '{"media_items":',
    '{"media_items":[',
    '{"media_items":[1',
    '{"media_items":[1,',
    '{"media_items":[{"a":"',
    '{"media_items":[{"a":"\\',
    '{"media_items":[1]',
    '{"media_items":[1,]}',
    '{"media_items":[,1]}',
    '{"media_items":[1 2]}',
    '{"media_items":[1]]',
    '{"media_items":[1]},',
    '{"media_items":[1]}{}',
    '{"media_items":[nul]}',
    '{"media_items":[{"a":1]}]}',
    '{"media_items":[1],}',
    '{"media_items" [1]}',
    '{media_items:[1]}',
    '{"info":{"a":},"media_items":[1]}',
    '{"media_items":[1],"media_items":[2]}',
    '<html></html>',
  ])('are rejected in %j', async (text) => {
    await failure(text)
  })

  it('are named by their number when one is broken', async () => {
    expect((await failure('{"media_items":[{},{},{"a":tru}]}')).message).toContain('record 3')
  })

  const records = fc.array(
    fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('media_items', 'url', ']', '"', '}'), fc.jsonValue())),
  )
  const document = fc.record(
    { info: fc.jsonValue(), media_items: records, other: fc.jsonValue() },
    { requiredKeys: ['media_items'] },
  )
  const spelling = fc.constantFrom<(value: unknown) => string>(
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 2),
    (value) =>
      JSON.stringify(value, null, '\t').replace(
        /[\u0080-\uFFFF]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  )

  it('are what JSON.parse finds, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(document, spelling, fc.array(fc.nat(400)), async (value, spell, places) => {
        // V8 of Node 24 takes the key "\"" for an earlier key "\\" (a lone backslash), so that parsing twice may differ.
        const text = spell(value).replaceAll('\\\\', '/')
        const expected: { info?: unknown; media_items: unknown[] } = JSON.parse(text)
        expect(await read(text, places)).toEqual({ records: expected.media_items, info: expected.info, found: true })
      }),
      { numRuns: 300 },
    )
  })

  it('come with their bytes, as the file spells them', async () => {
    await fc.assert(
      fc.asyncProperty(document, spelling, fc.array(fc.nat(400)), async (value, spell, places) => {
        const texts = value.media_items.map(spell)
        const info = spell(value.info ?? null)
        const reader = new RecordReader(
          cut(`{"info": ${info}, "media_items": [\n${texts.join(' ,\t')} ]}`, places),
          'metadata.json',
        )
        expect(await textsOf(reader)).toEqual(texts)
      }),
      { numRuns: 300 },
    )
  })

  it('may leave what else is in the file, where it is asked for', async () => {
    const text = '{"a":[1],"media_items":[{"b":2}],"info":{},"c":null}'
    for (const keepOthers of [true, false]) {
      const reader = new RecordReader(cut(text), 'metadata.json', { keepOthers })
      expect(await textsOf(reader)).toEqual(['{"b":2}'])
      expect([...reader.others]).toEqual(
        keepOthers
          ? [
              ['a', [1]],
              ['c', null],
            ]
          : [],
      )
    }
  })

  it('are rejected exactly when JSON.parse rejects the text', async () => {
    const bytes = fc.constantFrom(...'{}[]",:\\ 1tn-.e\u0001'.split(''))
    await fc.assert(
      fc.asyncProperty(
        document,
        fc.nat(),
        bytes,
        fc.boolean(),
        fc.array(fc.nat(200)),
        async (value, seed, byte, insert, places) => {
          const whole = JSON.stringify(value)
          const at = seed % whole.length
          const text = whole.slice(0, at) + byte + whole.slice(insert ? at : at + 1)
          let parses = true
          try {
            JSON.parse(text)
          } catch {
            parses = false
          }
          const result = await read(text, places).catch((error: unknown) => error)
          expect(result instanceof ActionError).toBe(!parses)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('are read as they come: the first is there before the last was made', async () => {
    let made = 0
    async function* endless() {
      yield Buffer.from('{"media_items":[')
      for (;;) {
        made += 1
        yield Buffer.from(`{"n":${made}},`)
      }
    }
    for await (const { first, bytes, ends } of new RecordReader(endless(), 'metadata.json').batches()) {
      expect(JSON.parse(bytes.toString('utf8', 0, ends[0]))).toEqual({ n: first })
      if (made === 1000) break
    }
    expect(made).toBe(1000)
  })
})
