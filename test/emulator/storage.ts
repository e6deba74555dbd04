import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import type { Call, Reply } from './http/reply.ts'
import { text } from './http/reply.ts'

/** An object's content: bytes, or a file on disk that a benchmark does not want in memory. */
export type Content = Buffer | { path: string }

interface StoredObject {
  size: number
  etag: string
  contentType: string
  content: Content
}

/** The objects of the storage host and its signed links. A link is a path and a query: the host is the server's to add. */
export class Storage {
  private readonly objects = new Map<string, StoredObject>()
  private readonly secret = randomBytes(32)
  private readonly lifetimeMs: () => number
  private readonly ranges: () => boolean
  private linksGiven = 0
  private linksRevoked = 0

  constructor(options: { lifetimeMs: () => number; ranges: () => boolean }) {
    this.lifetimeMs = options.lifetimeMs
    this.ranges = options.ranges
  }

  put(key: string, content: Content, contentType = 'application/zip'): void {
    const file = Buffer.isBuffer(content) ? undefined : statSync(content.path)
    const md5 = createHash('md5')
    if (Buffer.isBuffer(content)) md5.update(content)
    else md5.update(`${content.path} ${file?.size} ${file?.mtimeMs}`)
    const size = Buffer.isBuffer(content) ? content.length : (file?.size ?? 0)
    this.objects.set(key, { size, etag: `"${md5.digest('hex')}"`, contentType, content })
  }

  /** The stored bytes, for a test to compare with. @throws Error where there is no such object */
  bytes(key: string): Buffer {
    const object = this.objects.get(key)
    if (!object) throw new Error(`the storage holds no ${key}`)
    return Buffer.isBuffer(object.content) ? object.content : readFileSync(object.content.path)
  }

  /** A link that differs at each call, as presigned ones do. */
  sign(key: string): string {
    this.linksGiven += 1
    const now = Date.now()
    const grant = Buffer.from(`${this.linksGiven} ${now + this.lifetimeMs()}`).toString('base64url')
    const date = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `ASIAEMULATOR/${date.slice(0, 8)}/us-east-2/s3/aws4_request`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(Math.max(1, Math.ceil(this.lifetimeMs() / 1000))),
      'X-Amz-Security-Token': grant,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': this.signature(`/${key}`, grant),
    })
    return `/${key.split('/').map(encodeURIComponent).join('/')}?${query.toString()}`
  }

  /** Every link given so far stops working. */
  expireLinks(): void {
    this.linksRevoked = this.linksGiven
  }

  /** What the storage host answers: S3's rules for a presigned GET. */
  answer(call: Call): Reply {
    if (call.headers.authorization !== undefined) {
      return failure(
        400,
        'InvalidArgument',
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      )
    }
    const key = decodeURIComponent(call.path).slice(1)
    const grant = call.query.get('X-Amz-Security-Token') ?? ''
    if (!call.query.has('X-Amz-Signature')) return failure(403, 'AccessDenied', 'Access Denied')
    // The link is signed for GET alone: another method, HEAD among them, fails its signature.
    if (call.method !== 'GET' || call.query.get('X-Amz-Signature') !== this.signature(`/${key}`, grant)) {
      return failure(
        403,
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      )
    }
    const { link, until } = readGrant(grant)
    if (Date.now() >= until || link <= this.linksRevoked) return failure(403, 'AccessDenied', 'Request has expired')
    return this.serve(key, call)
  }

  /** The object under `key`, or the part of it that the call's Range asks for. */
  serve(key: string, call: Call): Reply {
    const object = this.objects.get(key)
    if (!object) return failure(404, 'NoSuchKey', 'The specified key does not exist.')
    const { 'if-match': ifMatch, 'if-range': ifRange, range } = call.headers
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== object.etag) {
      return failure(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
    }
    const headers: Record<string, string> = { etag: object.etag, 'content-type': object.contentType }
    if (!this.ranges()) return { status: 200, headers, body: slice(object, 0, object.size) }
    headers['accept-ranges'] = 'bytes'
    const honoured = range !== undefined && (ifRange === undefined || ifRange === object.etag)
    const wanted = honoured ? parseRange(range, object.size) : undefined
    if (wanted === undefined) return { status: 200, headers, body: slice(object, 0, object.size) }
    if (wanted === 'unsatisfiable') {
      const rejection = failure(416, 'InvalidRange', 'The requested range is not satisfiable')
      return { ...rejection, headers: { ...rejection.headers, 'content-range': `bytes */${object.size}` } }
    }
    headers['content-range'] = `bytes ${wanted.start}-${wanted.end - 1}/${object.size}`
    return { status: 206, headers, body: slice(object, wanted.start, wanted.end) }
  }

  private signature(path: string, grant: string): string {
    return createHmac('sha256', this.secret).update(`${path}\n${grant}`).digest('hex')
  }
}

function readGrant(grant: string): { link: number; until: number } {
  const [link = 0, until = 0] = Buffer.from(grant, 'base64url').toString('utf8').split(' ').map(Number)
  return { link, until }
}

function slice(object: StoredObject, start: number, end: number): NonNullable<Reply['body']> {
  const { content } = object
  if (Buffer.isBuffer(content)) return content.subarray(start, end)
  if (end === start) return Buffer.alloc(0)
  return { size: end - start, open: () => createReadStream(content.path, { start, end: end - 1 }) }
}

/** One range, its end exclusive; several, or what is no range at all, are ignored, as S3 does. */
function parseRange(header: string, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (!match) return undefined
  const [, from = '', to = ''] = match
  if (from === '') {
    if (to === '') return undefined
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size }
  }
  const start = Number(from)
  if (to !== '' && Number(to) < start) return undefined
  if (start >= size) return 'unsatisfiable'
  return { start, end: to === '' ? size : Math.min(Number(to) + 1, size) }
}

function failure(status: number, code: string, message: string): Reply {
  const id = randomBytes(8).toString('hex').toUpperCase()
  return text(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${id}</RequestId></Error>`,
    'application/xml',
    status,
  )
}
