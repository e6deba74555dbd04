import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'

const SLICE = 64 * 1024

/** How one request is answered, in place of a whole and correct answer. */
export interface Fault {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** The socket is destroyed after this many bytes of the body, whether or not they have arrived. */
  cutAfter?: number
  /** The socket is destroyed once the test has said, by {@link StorageHost.arrived}, that this many bytes of the body are there. */
  breakAfter?: number
  /** Nothing more is sent after this many bytes of the body. */
  stallAfter?: number
  /** The body has no announced length and ends, in good order, after this many bytes. */
  endAfter?: number
  /** Nothing is answered, ever. */
  silent?: boolean
  /** Ranges are ignored: the whole object with status 200. */
  whole?: boolean
  /** The answer to a range covers only this many bytes of it. */
  partOf?: number
  /** Overrides `Content-Range`. */
  contentRange?: string
  /** The length of the body is not announced. */
  unannounced?: boolean
}

/** A storage host in the manner of S3: ranges, `If-Range`, strong tags; it rejects requests that carry credentials. */
export class StorageHost {
  object: Buffer
  etag: string | undefined = '"v1"'
  lastModified: string | undefined
  /** Links whose query lacks this word are expired. */
  requiredQuery: string | undefined
  /** Taken one a request; once they are used up, answers are correct. */
  readonly faults: Fault[] = []
  /** Called before each answer. */
  onRequest: ((count: number) => void) | undefined
  readonly requests: { url: string; headers: IncomingHttpHeaders }[] = []
  /** Bodies are sent bit by bit and in turn, so that one is open for as long as it is fetched. */
  paced = false
  /** Requests beyond so many open bodies are rejected. */
  mostAtOnce = Infinity
  /** The bodies that are being sent. */
  readonly open = new Set<ServerResponse>()
  /** The most bodies that were sent at once. */
  mostOpen = 0
  readonly #server: Server
  #held: { response: ServerResponse; until: number } | undefined

  private constructor(object: Buffer) {
    this.object = object
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async start(object: Buffer): Promise<StorageHost> {
    const host = new StorageHost(object)
    host.#server.listen(0, '127.0.0.1')
    await once(host.#server, 'listening')
    return host
  }

  link(path = '/exports/nightly.zip?X-Amz-Signature=secret'): URL {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the storage host has no port')
    return new URL(path, `http://127.0.0.1:${address.port}`)
  }

  /** Tells how far into the object the bytes have come. */
  arrived(position: number): void {
    if (!this.#held || position < this.#held.until) return
    this.#held.response.destroy()
    this.#held = undefined
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push({ url: request.url ?? '', headers: request.headers })
    this.onRequest?.(this.requests.length)
    const fault = this.faults.shift() ?? {}
    if (fault.silent) return
    if (request.headers.authorization !== undefined)
      return reject(response, 400, 'InvalidArgument', 'Only one auth mechanism allowed')
    if (this.requiredQuery && !request.url?.includes(this.requiredQuery)) {
      return reject(response, 403, 'AccessDenied', 'Request has expired')
    }
    if (this.open.size >= this.mostAtOnce) return reject(response, 503, 'SlowDown', 'Please reduce your request rate')
    if (fault.status !== undefined) {
      response.writeHead(fault.status, fault.headers)
      response.end(fault.body ?? '')
      return
    }
    this.#send(request, response, fault)
  }

  #send(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
    const total = this.object.length
    const headers: Record<string, string> = { ...fault.headers }
    if (this.etag) headers['etag'] = this.etag
    if (this.lastModified) headers['last-modified'] = this.lastModified
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const condition = request.headers['if-range']
    const valid = condition === undefined || condition === this.etag || condition === this.lastModified
    if (!range || fault.whole || !valid) return this.#body(response, 200, headers, 0, this.object, fault)
    const start = Number(range[1])
    if (start >= total) {
      response.writeHead(416, { 'content-range': `bytes */${total}` })
      response.end()
      return
    }
    const end = Math.min(total, range[2] ? Number(range[2]) + 1 : total, start + (fault.partOf ?? total))
    headers['content-range'] = fault.contentRange ?? `bytes ${start}-${end - 1}/${total}`
    this.#body(response, 206, headers, start, this.object.subarray(start, end), fault)
  }

  #body(
    response: ServerResponse,
    status: number,
    headers: Record<string, string>,
    start: number,
    body: Buffer,
    fault: Fault,
  ): void {
    const sent = body.subarray(
      0,
      fault.cutAfter ?? fault.breakAfter ?? fault.stallAfter ?? fault.endAfter ?? body.length,
    )
    if (fault.endAfter === undefined && !fault.unannounced) headers['content-length'] ??= String(body.length)
    this.open.add(response)
    this.mostOpen = Math.max(this.mostOpen, this.open.size)
    response.on('close', () => this.open.delete(response))
    response.writeHead(status, headers)
    if (fault.breakAfter !== undefined) this.#held = { response, until: start + fault.breakAfter }
    if (fault.cutAfter !== undefined) response.write(sent, () => response.destroy())
    else if (fault.stallAfter !== undefined || fault.breakAfter !== undefined) response.write(sent)
    else if (this.paced) pipeline(inTurn(sent), response, () => undefined)
    else response.end(sent)
  }
}

async function* inTurn(body: Buffer): AsyncGenerator<Buffer, void> {
  for (let start = 0; start < body.length; start += SLICE) {
    yield body.subarray(start, start + SLICE)
    await turn()
  }
}

function reject(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(
    `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message}</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>`,
  )
}
