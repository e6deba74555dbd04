import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createPlainServer, request } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'

const run = promisify(execFile)

export interface TlsFront extends AsyncDisposable {
  /** `https://localhost:PORT` */
  url: string
  /** The authority that signed its certificate, as a PEM file. */
  authority: string
}

/**
 * An https server in front of a plain one, with a certificate that only its own authority vouches for. Needs openssl.
 *
 * @param altNames the names that the certificate is for
 */
export async function startTlsFront(upstream: string, altNames = 'DNS:localhost,IP:127.0.0.1'): Promise<TlsFront> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'vl-tls-'))
  const file = (name: string) => path.join(folder, name)
  const fresh = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  const authority = ['-subj', '/CN=Acme Test Authority', '-keyout', file('ca.key'), '-out', file('ca.pem')]
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE']
  const names = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${altNames}`]
  await run('openssl', [...fresh, ...authority])
  await run('openssl', [...fresh, ...signed, ...names, '-keyout', file('server.key'), '-out', file('server.pem')])
  const credentials = { key: await readFile(file('server.key')), cert: await readFile(file('server.pem')) }
  const sockets = new Set<Socket>()
  const server = createServer(credentials, (incoming, response) => {
    const { method, headers } = incoming
    const passed = request(new URL(incoming.url ?? '/', upstream), { method: method ?? 'GET', headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    })
    passed.on('error', () => response.destroy())
    incoming.pipe(passed)
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `https://localhost:${address.port}`,
    authority: file('ca.pem'),
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A gateway on 127.0.0.1 that passes everything on and sends each body back with `content-encoding: gzip`. */
export async function startCompressing(
  upstream: string,
): Promise<AsyncDisposable & { url: string; compressed: () => number }> {
  let compressed = 0
  const server = createPlainServer((incoming, response) => {
    const { method, headers } = incoming
    const passed = request(new URL(incoming.url ?? '/', upstream), { method: method ?? 'GET', headers }, (reply) => {
      compressed += 1
      const { 'content-length': _length, ...rest } = reply.headers
      response.writeHead(reply.statusCode ?? 502, { ...rest, 'content-encoding': 'gzip' })
      reply.pipe(createGzip()).pipe(response)
    })
    passed.on('error', () => response.destroy())
    incoming.pipe(passed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    compressed: () => compressed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
