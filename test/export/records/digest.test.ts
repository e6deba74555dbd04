import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalText, recordHash, withoutSignature } from '../../../src/export/records/canonical.ts'
import { RecordDigest } from '../../../src/export/records/digest.ts'
import { digestOf as digest, mediaItem } from '../export-bytes.ts'

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest()

describe('the canonical text of a record', () => {
  it.each<[string, unknown, string]>([
    ['sorts members', { b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
    ['keeps the order of arrays', { bbox: [3, 1, 2] }, '{"bbox":[3,1,2]}'],
    [
      'sorts metadata_items at any depth',
      { metadata_items: [{ b: 1 }, { a: 1, metadata_items: [2, 1] }] },
      '{"metadata_items":[{"a":1,"metadata_items":[1,2]},{"b":1}]}',
    ],
    ['keeps metadata_items that are a string', { metadata_items: '[2, 1]' }, '{"metadata_items":"[2, 1]"}'],
    ['leaves out url', { url: 'x', a: { url: { b: 1 } } }, '{"a":{}}'],
    ['writes numbers as ECMAScript does', [1.0, -0, 1e21, 0.1], '[1,0,1e+21,0.1]'],
    ['writes 64-bit integers in full', { n: 12345678901234567890n }, '{"n":12345678901234567890}'],
    ['writes times in UTC', { at: new Date('2026-01-02T03:04:05.678+01:00') }, '{"at":"2026-01-02T02:04:05.678Z"}'],
    ['writes bytes in base64', { b: new Uint8Array([1, 2, 255]) }, '{"b":{"base64":"AQL/"}}'],
    ['writes typed arrays as arrays', { v: new Float32Array([1, 0.5]) }, '{"v":[1,0.5]}'],
    ['writes numbers that are none', [Number.NaN, Infinity, -Infinity], '["NaN","Infinity","-Infinity"]'],
    ['tells null from absent', { a: null }, '{"a":null}'],
    ['tells words from strings', [true, false, 'true', null, 'null'], '[true,false,"true",null,"null"]'],
    ['drops what signs a link', { uri: 'https://h/a?x=1&X-Amz-Date=2' }, '{"uri":"https://h/a?x=1"}'],
  ])('%s', (_, value, text) => {
    expect(canonicalText(value)).toBe(text)
  })
})

describe('a link without its signature', () => {
  it.each([
    [
      'https://b.s3.amazonaws.com/k.jpg?X-Amz-Algorithm=A&X-Amz-Signature=s&versionId=7',
      'https://b.s3.amazonaws.com/k.jpg?versionId=7',
    ],
    ['https://b.s3.amazonaws.com/k?AWSAccessKeyId=A&Signature=s&Expires=1', 'https://b.s3.amazonaws.com/k'],
    ['https://storage.googleapis.com/b/k?x-goog-signature=1&GoogleAccessId=2', 'https://storage.googleapis.com/b/k'],
    ['https://a.blob.core.windows.net/c/k?sv=1&se=2&sr=b&sp=r&sig=s#top', 'https://a.blob.core.windows.net/c/k#top'],
    ['https://cdn.example/k?Policy=p&Key-Pair-Id=k&size=2', 'https://cdn.example/k?size=2'],
    ['https://h/k?size=2&token=t', 'https://h/k?size=2'],
    ['https://h/k?st=street&sp=1', 'https://h/k?st=street&sp=1'],
    ['https://h/k?', 'https://h/k'],
    ['https://h/k?%zz=1', 'https://h/k?%zz=1'],
    ['see https://h/k?token=t', 'see https://h/k?token=t'],
    ['https://h/k?token=t and more', 'https://h/k?token=t and more'],
    ['s3://b/k?token=t', 's3://b/k?token=t'],
  ])('%s', (link, plain) => {
    expect(withoutSignature(link)).toBe(plain)
  })
})

describe('the content digest', () => {
  const items = [mediaItem('a'), mediaItem('b'), mediaItem('c', { height: 1 })]

  it('is what its description says', () => {
    const hashes = [{ a: 1 }, { a: 2 }]
      .map((record) => sha256(JSON.stringify(record)))
      .sort((one, other) => one.compare(other))
    expect(digest([{ a: 2 }, { a: 1 }])).toBe(sha256(Buffer.concat(hashes)).toString('hex'))
    expect(digest([])).toBe(sha256('').toString('hex'))
  })

  it('does not depend on order, links or the order of metadata', () => {
    const again = [mediaItem('c', { height: 1 }), mediaItem('b'), mediaItem('a')]
    for (const item of again) item['metadata_items'] = [item['metadata_items']].flat().toReversed()
    expect(digest(again)).toBe(digest(items))
  })

  it.each<[string, unknown[]]>([
    ['a value', [mediaItem('a'), mediaItem('b'), mediaItem('c', { height: 2 })]],
    ['one record less', items.slice(1)],
    ['one record twice', [...items, mediaItem('a')]],
    ['a new member', [mediaItem('a'), mediaItem('b', { tag: null }), mediaItem('c', { height: 1 })]],
  ])('changes with %s', (_, others) => {
    expect(digest(others)).not.toBe(digest(items))
  })

  it('is equal for the same records in any order and different for other records', () => {
    const record = fc.dictionary(
      fc.constantFrom('a', 'b', 'metadata_items'),
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.array(fc.nat(2), { maxLength: 2 })),
      { noNullPrototype: true },
    )
    const records = fc.array(record, { maxLength: 5 })
    const shuffled = records.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(digest(other)).toBe(digest(list))
      }),
    )
    fc.assert(
      fc.property(records, records, (one, other) => {
        const texts = (list: unknown[]) => JSON.stringify(list.map((each) => canonicalText(each)).sort())
        expect(digest(one) === digest(other)).toBe(texts(one) === texts(other))
      }),
    )
  })

  it('sorts hashes that begin alike', () => {
    const hash = fc.uint8Array({ minLength: 3, maxLength: 3, max: 1 }).map(([first = 0, middle = 0, last = 0]) => {
      const bytes = Buffer.alloc(32)
      bytes[0] = 0x80 * first
      bytes[4] = middle
      bytes[31] = last
      return bytes
    })
    fc.assert(
      fc.property(fc.array(hash, { maxLength: 12 }), (hashes) => {
        const counted = new RecordDigest()
        for (const each of hashes) counted.add(each)
        const sorted = hashes.toSorted((one, other) => one.compare(other))
        expect(counted.hex()).toBe(sha256(Buffer.concat(sorted)).toString('hex'))
      }),
    )
  })

  it('holds for more records than its first buffer', () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ index }))
    const counted = new RecordDigest()
    for (const record of many) counted.add(Buffer.from(recordHash(record, true), 'hex'))
    expect(counted.count).toBe(5000)
    const hashes = many.map((record) => sha256(JSON.stringify(record))).sort((one, other) => one.compare(other))
    expect(counted.hex()).toBe(sha256(Buffer.concat(hashes)).toString('hex'))
  })
})

it('takes no record that is nested deeper than any stack', () => {
  const depth = 50_000
  const deep: unknown = JSON.parse(`{"media_id":"a","extra":${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}}`)
  expect(() => recordHash(deep)).toThrow(expect.objectContaining({ code: 'corrupt_download' }))
})
