import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { readJson, RecordSummary } from '../../../src/export/records/read-records.ts'
import { RecordReader } from '../../../src/export/records/record-reader.ts'
import { failureOf } from '../../failure-of.ts'
import { digestOf, mediaItem, metadataJson } from '../export-bytes.ts'

const LIVE = new AbortController().signal
const CHUNK = 64 * 1024
const MIB = 1024 * 1024

/** The bytes of a text, each chunk lent in the same memory as the one before. */
async function* lent(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  const memory = Buffer.alloc(CHUNK)
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const length = bytes.copy(memory, 0, at, at + CHUNK)
    yield memory.subarray(0, length)
    memory.fill('x')
  }
}

/** @param sizeBytes as the file claims: it decides how many threads read */
async function summaryOf(bytes: AsyncIterable<Buffer>, sizeBytes: number, signal = LIVE) {
  const summary = new RecordSummary()
  const reader = new RecordReader(bytes, 'metadata.json')
  await readJson(reader, sizeBytes, { wanted: {}, signal, take: ({ result }) => summary.add(result) })
  return { count: summary.mediaCount, hex: summary.contentDigest(), items: summary.statistics().items }
}

function expected(records: readonly unknown[]) {
  return { count: records.length, hex: digestOf(records), items: records.length }
}

describe.each([
  ['this thread', 0],
  ['one more thread', 5 * MIB],
  ['two more threads', 100 * MIB],
])('records that are read in %s', (_, sizeBytes) => {
  it('give the digest of all of them, of several batches', async () => {
    const records = Array.from({ length: 20_000 }, (__, n) =>
      mediaItem(`item-${n}`, n % 100 === 0 ? { caption: `日本 "${n}"\n` } : { uniqueness_score: n / 7 }),
    )
    expect(await summaryOf(lent(metadataJson(records)), sizeBytes)).toEqual(expected(records))
  })

  it('may have every size', async () => {
    const records = [
      { a: 'x'.repeat(2_000_000) },
      1,
      { b: 'y'.repeat(300_000) },
      { c: 'z'.repeat(600_000) },
      [],
      { a: 1 },
    ]
    expect(await summaryOf(lent(JSON.stringify(records)), sizeBytes)).toEqual(expected(records))
  })

  it('may be none', async () => {
    expect(await summaryOf(lent('[]'), sizeBytes)).toEqual(expected([]))
  })

  it.each([
    ['a record that is not JSON', 3_000],
    ['one that is large', 3_001],
  ])('fail at the first fault, be it %s, whatever comes after it', async (__, place) => {
    const texts = Array.from({ length: 9_000 }, (___, n) => `{"n":${n}}`)
    texts[place] = place % 2 === 0 ? '{"n":tru}' : `{"n":"${'x'.repeat(600_000)}",}`
    texts[4_500] = '{"n":fals}'
    texts[8_999] = '{"n":1}]'
    const text = `{"media_items":[${texts.join(',')}`
    const error = await failureOf(summaryOf(lent(text), sizeBytes))
    expect(error).toBeInstanceOf(ActionError)
    expect(error).toMatchObject({ code: 'corrupt_download' })
    expect(error.message).toContain(`its record ${place + 1} is not JSON (`)
  })

  it('fail if the file breaks off', async () => {
    const text = metadataJson(Array.from({ length: 2_000 }, (__, n) => ({ n })))
    const error = await failureOf(summaryOf(lent(text.slice(0, -3)), sizeBytes))
    expect(error.message).toContain('in the middle of its data')
  })

  it('fail for a record that is nested deeper than any stack', async () => {
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const error = await failureOf(summaryOf(lent(`{"media_items":[{},${deep}]}`), sizeBytes))
    expect(error).toMatchObject({ code: 'corrupt_download' })
  })

  it('stop for their signal', async () => {
    const stop = new AbortController()
    const reason = new Error('cancelled')
    async function* endless() {
      yield Buffer.from('[0')
      for (let n = 1; ; n += 1) {
        if (n === 50) stop.abort(reason)
        stop.signal.throwIfAborted()
        yield Buffer.from(`,{"n":${n}}`.repeat(1_000))
      }
    }
    await expect(summaryOf(endless(), sizeBytes, stop.signal)).rejects.toBe(reason)
  })
})

describe('records of any kind', () => {
  it('give the same in other threads', async () => {
    const records = fc.array(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())), { maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(records, async (values) => {
        // V8 of Node 24 takes the key "\"" for an earlier key "\\", so that parsing twice may differ.
        const text = JSON.stringify(values).replaceAll('\\\\', '/')
        expect(await summaryOf(lent(text), 5 * MIB)).toEqual(await summaryOf(lent(text), 0))
      }),
      { numRuns: 6 },
    )
  })

  it('may contain NaN and the infinities, as Python writes them, which count as their names', async () => {
    const text = '{"media_items":[{"media_id":"NaN","a":NaN,"b":[Infinity,-Infinity,1]}]}'
    const records = [{ media_id: 'NaN', a: 'NaN', b: ['Infinity', '-Infinity', 1] }]
    expect(await summaryOf(lent(text), 0)).toEqual(expected(records))
    const error = await failureOf(summaryOf(lent('{"media_items":[{"a":NaNa}]}'), 0))
    expect(error).toMatchObject({ code: 'corrupt_download' })
  })

  it('differ if whole numbers differ that a JavaScript number cannot tell apart', async () => {
    const [one, other] = ['12345678901234567890', '12345678901234567891'].map((n) => `[{"n":${n},"x":NaN}]`)
    const [first, second] = [await summaryOf(lent(one ?? ''), 0), await summaryOf(lent(other ?? ''), 0)]
    expect(first).toEqual(expected([{ n: 12345678901234567890n, x: 'NaN' }]))
    expect(second.hex).not.toBe(first.hex)
  })
})
