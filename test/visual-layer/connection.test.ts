import { once } from 'node:events'
import { createServer, request as send, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer as createRawServer, type Server as RawServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openConnection } from '../../src/visual-layer/connection.ts'
import type { ApiRequest } from '../../src/visual-layer/http.ts'
import { Loopback, portOf, rejection } from './loopback.ts'
import { selfSigned } from './self-signed.ts'

const READ: ApiRequest = { what: 'read it', method: 'GET', path: 'thing' }
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

let loopback: Loopback
const opened: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  loopback = await Loopback.start()
  loopback.answers({ json: { value: 7 } })
  for (const name of PROXIES) vi.stubEnv(name, undefined)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await loopback.stop()
  for (const one of opened.splice(0)) await one.stop()
})

async function listen(server: RawServer | Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push({
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
  return portOf(server)
}

/** Our own connection, as the environment makes it at this moment. */
async function connection() {
  const dispatcher = await openConnection()
  opened.unshift({ stop: () => dispatcher.destroy() })
  return () => Promise.resolve(dispatcher)
}

async function failureAt(origin: string) {
  return rejection(loopback.http({ apiRoot: new URL('/api/v1/', origin), connection: await connection() }).send(READ))
}

/** A proxy that passes everything on, or answers with this status line; it tells what it was asked for. */
async function proxy(instead?: string): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const onward = send(request.url ?? '', { method: request.method, headers: request.headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers)
      reply.pipe(response)
    })
    request.pipe(onward.on('error', () => response.destroy()))
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    if (instead !== undefined) {
      socket.end(`HTTP/1.1 ${instead}\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const { hostname, port } = new URL(`http://${request.url}`)
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy())
  })
  return { port: await listen(server), asked }
}

describe('a connection', () => {
  it('that is rejected has never reached the API', async () => {
    const gone = createRawServer()
    const port = await listen(gone)
    await opened.pop()?.stop()
    expect(await failureAt(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'network',
      outcome: { transient: true, effect: 'none' },
    })
  })

  it('that is cut off before the reply may have reached it', async () => {
    const port = await listen(createRawServer((socket) => socket.once('data', () => socket.resetAndDestroy())))
    expect(await failureAt(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'network',
      outcome: { transient: true, effect: 'unknown' },
    })
  })

  it('that is closed in the middle of a reply may have reached it', async () => {
    const half = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"half":'
    const port = await listen(createRawServer((socket) => socket.once('data', () => socket.end(half))))
    expect(await failureAt(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'network',
      outcome: { effect: 'unknown' },
    })
  })

  it('to something that does not speak HTTP fails as network', async () => {
    const port = await listen(createRawServer((socket) => socket.once('data', () => socket.end('220 smtp ready\r\n'))))
    expect(await failureAt(`http://127.0.0.1:${port}`)).toMatchObject({ code: 'network', outcome: { transient: true } })
  })

  it('with a certificate that nobody vouches for is not trusted, and carries nothing', async () => {
    let requests = 0
    const port = await listen(
      createTlsServer(selfSigned('localhost'), (_, response) => {
        requests += 1
        response.end('{}')
      }),
    )
    const error = await failureAt(`https://localhost:${port}`)
    expect(error).toMatchObject({ code: 'network', outcome: { effect: 'none' } })
    expect(error).toMatchObject({ todo: expect.stringContaining('NODE_EXTRA_CA_CERTS') })
    expect(error).toMatchObject({ message: expect.stringMatching(/authority.*SELF_SIGNED/) })
    expect(requests).toBe(0)
  })

  it.each(['directly', 'through a proxy'])(
    'is verified %s although NODE_TLS_REJECT_UNAUTHORIZED=0 is set for some other step',
    async (way) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
      if (way !== 'directly') vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(await proxy()).port}`)
      let requests = 0
      const port = await listen(
        createTlsServer(selfSigned('localhost'), (_, response) => {
          requests += 1
          response.end('{}')
        }),
      )
      expect(await failureAt(`https://localhost:${port}`)).toMatchObject({
        code: 'network',
        message: expect.stringMatching(/authority.*SELF_SIGNED/),
      })
      expect(requests).toBe(0)
    },
  )

  it('over TLS to a server that speaks plain HTTP fails as network', async () => {
    const port = await listen(createServer())
    expect(await failureAt(`https://127.0.0.1:${port}`)).toMatchObject({
      code: 'network',
      message: expect.stringMatching(/: TLS failed \(ERR_SSL_[A-Z_]+\)\.$/),
      todo: expect.stringContaining('http://'),
      outcome: { transient: false, effect: 'none' },
    })
  })
})

describe('a proxy', () => {
  it('from HTTP_PROXY carries requests over http', async () => {
    const { port, asked } = await proxy()
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${port}`)
    const body = await loopback.http({ connection: await connection() }).send(READ)
    expect(body).toEqual({ kind: 'json', json: { value: 7 } })
    expect(asked).toEqual([`GET ${loopback.origin}/api/v1/thing`])
  })

  it('from HTTPS_PROXY carries requests over https, end to end', async () => {
    const { port, asked } = await proxy()
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`)
    const server = await listen(createTlsServer(selfSigned('localhost'), (_, response) => response.end('{}')))
    const error = await failureAt(`https://localhost:${server}`)
    expect(asked).toEqual([`CONNECT localhost:${server}`])
    expect(error).toMatchObject({ message: expect.stringMatching(/authority/) })
  })

  it('is passed by where NO_PROXY names the host', async () => {
    const { port, asked } = await proxy()
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${port}`)
    vi.stubEnv('NO_PROXY', 'example.org,127.0.0.1')
    await loopback.http({ connection: await connection() }).send(READ)
    expect(asked).toEqual([])
    expect(loopback.received).toHaveLength(1)
  })

  it.each([
    ['407 Proxy Authentication Required', false],
    ['403 Forbidden', true],
    ['502 Bad Gateway', true],
  ])('that answers %s has let nothing reach the API, and may answer otherwise later: %s', async (status, transient) => {
    const { port, asked } = await proxy(status)
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`)
    const error = await failureAt('https://vl.example.org')
    expect(asked).toEqual(['CONNECT vl.example.org:443'])
    expect(error).toMatchObject({ code: 'network', outcome: { transient, effect: 'none' } })
    expect(error).toMatchObject({ todo: expect.stringContaining('HTTPS_PROXY') })
  })
})
