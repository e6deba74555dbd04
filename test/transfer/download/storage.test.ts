import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/transfer/download/source.ts'
import { differs, isSame, readReply } from '../../../src/transfer/download/storage.ts'
import { TransferFailure } from '../../../src/transfer/download/transfer-failure.ts'

const wanted = { start: 100, end: undefined, ranged: true, identity: { etag: '"a"', size: 1000 } }

/** What a response that brings no wanted bytes asks for. */
function kindOf(...response: Parameters<typeof readReply>): string {
  try {
    readReply(...response)
  } catch (error) {
    if (error instanceof TransferFailure) return error.kind
  }
  return 'none'
}

describe('a reply to a ranged request', () => {
  it('is a part when Content-Range says the part that was asked for', () => {
    expect(readReply(206, { 'content-range': 'bytes 100-999/1000', etag: '"a"' }, wanted)).toEqual({
      start: 100,
      end: 1000,
      part: true,
      identity: { etag: '"a"', size: 1000 },
    })
  })

  it('may leave the size of the whole open', () => {
    expect(readReply(206, { 'content-range': 'bytes 100-199/*' }, wanted)).toMatchObject({
      end: 200,
      identity: wanted.identity,
    })
  })

  it.each([
    ['another tag', { 'content-range': 'bytes 100-999/1000', etag: '"b"' }, 'changed'],
    ['another size', { 'content-range': 'bytes 100-999/2000', etag: '"a"' }, 'changed'],
    ['another beginning', { 'content-range': 'bytes 0-999/1000', etag: '"a"' }, 'transient'],
    ['an end before its beginning', { 'content-range': 'bytes 100-50/1000' }, 'transient'],
    ['an end behind the object', { 'content-range': 'bytes 100-1000/1000' }, 'transient'],
    ['no range', {}, 'transient'],
    ['several ranges', { 'content-type': 'multipart/byteranges; boundary=x' }, 'transient'],
    ['a range of something else', { 'content-range': 'items 1-2/3' }, 'transient'],
  ])('brings nothing with %s', (_, headers, kind) => {
    expect(kindOf(206, headers, wanted)).toBe(kind)
  })

  it('goes no further than the requested end', () => {
    expect(kindOf(206, { 'content-range': 'bytes 100-300/1000' }, { ...wanted, end: 300 })).toBe('transient')
  })

  it('is the end with a 416 at the size of the object', () => {
    expect(readReply(416, { 'content-range': 'bytes */100' }, { ...wanted, identity: undefined })).toBeUndefined()
    expect(kindOf(416, { 'content-range': 'bytes */100' }, wanted)).toBe('changed')
    expect(kindOf(416, {}, wanted)).toBe('changed')
  })

  it('is never taken for bytes that it is not, whatever its status', () => {
    const kinds = new Map<number, string>()
    for (let status = 100; status < 600; status += 1)
      kinds.set(status, kindOf(status, { 'content-length': '1000' }, wanted))
    const of = (kind: string) => [...kinds].filter(([, one]) => one === kind).map(([status]) => status)
    expect(of('none')).toEqual([200])
    expect(of('expired')).toEqual([400, 401, 403, 404, 410])
    expect(of('changed')).toEqual([412, 416])
    expect(of('transient').filter((status) => status < 500)).toEqual([206, 408, 425, 429])
    expect(of('final')).toContain(501)
  })
})

describe('two responses', () => {
  it('show the same object by a strong tag, even with other dates', () => {
    expect(differs({ etag: '"a"', lastModified: 'x' }, { etag: '"a"', lastModified: 'y' })).toBe(false)
    expect(differs({ etag: '"a"', lastModified: 'x' }, { etag: '"b"', lastModified: 'x' })).toBe(true)
  })

  it('differ by date or size where there is no tag', () => {
    expect(differs({ lastModified: 'x' }, { lastModified: 'y' })).toBe(true)
    expect(differs({ size: 1 }, { size: 2 })).toBe(true)
    expect(differs({ size: 1 }, { lastModified: 'y' })).toBe(false)
    expect(differs(undefined, { size: 1 })).toBe(false)
  })

  it('surely show the same object only by a strong tag, or by date and size', () => {
    expect(isSame({ etag: '"a"' }, { etag: '"a"' })).toBe(true)
    expect(isSame({ lastModified: 'x', size: 1 }, { lastModified: 'x', size: 1 })).toBe(true)
    expect(isSame({ lastModified: 'x', size: 1 }, { lastModified: 'x' })).toBe(false)
    expect(isSame({ size: 1 }, { size: 1 })).toBe(false)
    expect(isSame({ etag: '"a"' }, { etag: '"b"' })).toBe(false)
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
