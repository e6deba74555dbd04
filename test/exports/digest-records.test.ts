import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { RecordDigest } from '../../src/exports/digest.ts'
import { digestRecords } from '../../src/exports/digest-records.ts'
import { RecordReader } from '../../src/exports/records.ts'
import { failureOf } from '../failure-of.ts'
import { mediaItem, metadataJson } from './export-bytes.ts'

const LIVE = new AbortController().signal
const CHUNK = 64 * 1024

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

async function digested(bytes: AsyncIterable<Buffer>, workers: number, signal = LIVE) {
  const digest = new RecordDigest()
  await digestRecords(new RecordReader(bytes, 'metadata.json'), { digest, sizeBytes: 0, signal, workers })
  return { count: digest.count, hex: digest.hex() }
}

function expected(records: readonly unknown[]) {
  const digest = new RecordDigest()
  for (const record of records) digest.add(record)
  return { count: records.length, hex: digest.hex() }
}

describe.each([0, 1, 2])('records that are digested with %i worker threads', (workers) => {
  it('give the digest of all of them, of several batches', async () => {
    const records = Array.from({ length: 20_000 }, (_, n) =>
      mediaItem(`item-${n}`, n % 100 === 0 ? { caption: `日本 "${n}"\n` } : { uniqueness_score: n / 7 }),
    )
    expect(await digested(lent(metadataJson(records)), workers)).toEqual(expected(records))
  })

  it('may be as long as they like, and have every size', async () => {
    const records = [
      { a: 'x'.repeat(2_000_000) },
      1,
      { b: 'y'.repeat(300_000) },
      { c: 'z'.repeat(600_000) },
      [],
      { a: 1 },
    ]
    expect(await digested(lent(JSON.stringify(records)), workers)).toEqual(expected(records))
  })

  it('may be none', async () => {
    expect(await digested(lent('[]'), workers)).toEqual(expected([]))
  })

  it.each([
    ['a record that is no JSON', 3_000],
    ['one that is too large for a batch', 3_001],
  ])('are refused for the first fault, be it %s, whatever comes after it', async (_, place) => {
    const texts = Array.from({ length: 9_000 }, (__, n) => `{"n":${n}}`)
    texts[place] = place % 2 === 0 ? '{"n":tru}' : `{"n":"${'x'.repeat(600_000)}",}`
    texts[4_500] = '{"n":fals}'
    texts[8_999] = '{"n":1}]'
    const text = `{"media_items":[${texts.join(',')}`
    const error = await failureOf(digested(lent(text), workers))
    expect(error).toBeInstanceOf(ActionError)
    expect(error).toMatchObject({ code: 'corrupt_download', cause: expect.any(SyntaxError) })
    expect(error.message).toContain(`its record ${place + 1} is no JSON (`)
  })

  it('are refused where the file breaks off', async () => {
    const text = metadataJson(Array.from({ length: 2_000 }, (_, n) => ({ n })))
    const error = await failureOf(digested(lent(text.slice(0, -3)), workers))
    expect(error.message).toContain('in the middle of its data')
  })

  it('are given up when it is aborted', async () => {
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
    await expect(digested(endless(), workers, stop.signal)).rejects.toBe(reason)
  })
})

describe('records that are digested in threads', () => {
  it('give the same as without threads, whatever they are', async () => {
    const records = fc.array(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())), { maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(records, async (values) => {
        // V8 of Node 24 takes the key "\"" for an earlier key "\\", so that parsing twice may differ.
        const text = JSON.stringify(values).replaceAll('\\\\', '/')
        expect(await digested(lent(text), 1)).toEqual(await digested(lent(text), 0))
      }),
      { numRuns: 15 },
    )
  })

  it('are all told of, in order, where that is asked for', async () => {
    const records = Array.from({ length: 5_000 }, (_, n) => mediaItem(`item-${n}`))
    const digest = new RecordDigest()
    const told: unknown[] = []
    const onRecord = (record: unknown) => void told.push(record)
    const reader = new RecordReader(lent(metadataJson(records)), 'metadata.json')
    await digestRecords(reader, { digest, sizeBytes: 1e9, signal: LIVE, onRecord })
    expect(told).toEqual(JSON.parse(JSON.stringify(records)))
    expect({ count: digest.count, hex: digest.hex() }).toEqual(expected(records))
  })
})
