import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** The end of an archive, with its directory, which is never held back, in bytes. */
const TAIL = 1024 * 1024

/** A storage host with ranges that holds back the bytes of the object from `gate` on, but for its end, until it is told to send them. */
export class GatedHost {
  object: Buffer
  etag = '"v1"'
  gate = Infinity
  readonly #server: Server
  #opened = Promise.withResolvers<void>()

  private constructor(object: Buffer) {
    this.object = object
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(object: Buffer): Promise<GatedHost> {
    const host = new GatedHost(object)
    host.#server.listen(0, '127.0.0.1')
    await once(host.#server, 'listening')
    return host
  }

  link(): URL {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the storage host has no port')
    return new URL(`http://127.0.0.1:${address.port}/export.zip`)
  }

  /** Sends what was held back. */
  open(): void {
    this.#opened.resolve()
  }

  /** From now on another object is served; replies under way break off. */
  replace(object: Buffer): void {
    this.object = object
    this.etag = '"v2"'
    this.gate = Infinity
    this.#server.closeAllConnections()
  }

  async stop(): Promise<void> {
    this.open()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { object, etag, gate } = this
    const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const condition = request.headers['if-range']
    const range = condition === undefined || condition === etag ? asked : null
    const start = Number(range?.[1] ?? 0)
    const end = Math.min(object.length, range?.[2] ? Number(range[2]) + 1 : object.length)
    response.writeHead(range ? 206 : 200, {
      etag,
      'accept-ranges': 'bytes',
      'content-length': end - start,
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${object.length}` } : {}),
    })
    if (start < object.length - TAIL && end > gate) {
      if (start < gate) response.write(object.subarray(start, gate))
      await this.#opened.promise
      response.end(object.subarray(Math.max(start, gate), end))
    } else {
      response.end(object.subarray(start, end))
    }
  }
}
