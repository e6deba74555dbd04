import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TlsFront extends AsyncDisposable {
  /** `https://localhost:PORT` */
  url: string
  /** The authority that signed its certificate, as a PEM file. */
  authority: string
}

/** An https server in front of a plain one, with a certificate that only its own authority vouches for. Needs openssl. */
export async function startTlsFront(upstream: string): Promise<TlsFront> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'vl-tls-'))
  const file = (name: string) => path.join(folder, name)
  const fresh = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  const authority = ['-subj', '/CN=Acme Test Authority', '-keyout', file('ca.key'), '-out', file('ca.pem')]
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
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
