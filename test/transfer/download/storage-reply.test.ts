import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differs, readReply } from '../../../src/transfer/download/storage-reply.ts'
import { placeOf } from '../../../src/transfer/download/source.ts'
import { TransferFailure } from '../../../src/transfer/download/transfer-failure.ts'

const asked = { offset: 100, end: undefined, ranged: true, identity: { etag: '"a"', totalBytes: 1000 } }

describe('a reply to a ranged request', () => {
  it('is a part when Content-Range says the part that was asked for', () => {
    expect(readReply(206, { 'content-range': 'bytes 100-999/1000', etag: '"a"' }, asked)).toEqual({
      kind: 'bytes',
      offset: 100,
      end: 1000,
      identity: { etag: '"a"', totalBytes: 1000 },
    })
  })

  it('may leave the size of the whole open', () => {
    expect(readReply(206, { 'content-range': 'bytes 100-199/*' }, asked)).toMatchObject({
      kind: 'bytes',
      end: 200,
      identity: asked.identity,
    })
  })

  it.each([
    ['another tag', { 'content-range': 'bytes 100-999/1000', etag: '"b"' }],
    ['another size', { 'content-range': 'bytes 100-999/2000', etag: '"a"' }],
    ['another beginning', { 'content-range': 'bytes 0-999/1000', etag: '"a"' }],
    ['an end before its beginning', { 'content-range': 'bytes 100-50/1000' }],
    ['an end behind the object', { 'content-range': 'bytes 100-1000/1000' }],
  ])('means to start over with %s', (_, headers) => {
    expect(readReply(206, headers, asked).kind).toBe('start over')
  })

  it.each([{}, { 'content-type': 'multipart/byteranges; boundary=x' }, { 'content-range': 'items 1-2/3' }])(
    'is a failure without a range: %j',
    (headers) => {
      expect(() => readReply(206, headers, asked)).toThrow(TransferFailure)
    },
  )

  it('goes no further than the end that was asked for', () => {
    expect(readReply(206, { 'content-range': 'bytes 100-300/1000' }, { ...asked, end: 300 }).kind).toBe('start over')
  })

  it('is the end with a 416 at the size of the object', () => {
    expect(readReply(416, { 'content-range': 'bytes */100' }, { ...asked, identity: undefined }).kind).toBe('complete')
    expect(readReply(416, { 'content-range': 'bytes */100' }, asked).kind).toBe('start over')
    expect(readReply(416, {}, asked).kind).toBe('start over')
  })

  it('never takes a status for bytes that it is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        let kind: string
        try {
          kind = readReply(status, { 'content-length': '5' }, asked).kind
        } catch (error) {
          expect(error).toBeInstanceOf(TransferFailure)
          return
        }
        expect(kind === 'bytes').toBe(status === 200)
      }),
    )
  })
})

describe('two looks at an object', () => {
  it('agree by a strong tag, even with other dates', () => {
    expect(differs({ etag: '"a"', lastModified: 'x' }, { etag: '"a"', lastModified: 'y' })).toBe(false)
    expect(differs({ etag: '"a"', lastModified: 'x' }, { etag: '"b"', lastModified: 'x' })).toBe(true)
  })

  it('differ by date or size where there is no tag', () => {
    expect(differs({ lastModified: 'x' }, { lastModified: 'y' })).toBe(true)
    expect(differs({ totalBytes: 1 }, { totalBytes: 2 })).toBe(true)
    expect(differs({ totalBytes: 1 }, { lastModified: 'y' })).toBe(false)
    expect(differs(undefined, { totalBytes: 1 })).toBe(false)
  })
})

describe('what may be shown of a link', () => {
  it.each([
    ['https://bucket.s3.amazonaws.com/a/b/night%20ly.zip?X-Amz-Signature=s', 'night ly.zip at bucket.s3.amazonaws.com'],
    ['https://user:pass@host.example:8443/?token=s', 'host.example:8443'],
    ['http://host/%E0%A4%A', '%E0%A4%A at host'],
  ])('%s', (link, shown) => {
    expect(placeOf(new URL(link))).toBe(shown)
  })
})
