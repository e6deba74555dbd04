import { once } from 'node:events'
import { openSync, fstatSync, readSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A storage host as a process of its own: `node transfer-server.ts <folder> <bytes a second>` serves the files of the folder,
 * at `/<name>` as fast as it can and at `/limited/<name>` with so many bytes a second on each connection. It writes its port
 * to standard output, and ends with standard input.
 */
const [folder = '.', rateText = ''] = process.argv.slice(2)
const bytesPerMs = Number(rateText) / 1_000

const CHUNK = 1024 ** 2
const LIMITED_CHUNK = 128 * 1024
/** What an idle connection may catch up on, in ms. */
const BURST_MS = 50

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    if (!response.destroyed) throw error
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('the server has no port')
process.stdout.write(`${address.port}\n`)
process.stdin.resume().once('end', () => {
  server.closeAllConnections()
  server.close()
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const file = path.join(folder, path.basename(pathname))
  if (!statSync(file, { throwIfNoEntry: false })) {
    response.writeHead(404).end()
    return
  }
  const fd = openFiles.get(file) ?? openSync(file, 'r')
  openFiles.set(file, fd)
  const { size, ino, mtimeMs } = fstatSync(fd)
  const etag = `"${ino.toString(16)}-${Math.round(mtimeMs).toString(16)}"`
  response.setHeader('etag', etag)
  response.setHeader('accept-ranges', 'bytes')
  response.setHeader('content-type', 'application/zip')
  const ifRange = request.headers['if-range']
  const range = ifRange === undefined || ifRange === etag ? rangeOf(request.headers.range, size) : undefined
  if (range && range.start >= range.end) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    return
  }
  const { start, end } = range ?? { start: 0, end: size }
  if (range) response.setHeader('content-range', `bytes ${start}-${end - 1}/${size}`)
  response.writeHead(range ? 206 : 200, { 'content-length': end - start })
  await send(response, { fd, start, end, limited: pathname.startsWith('/limited/') })
  response.end()
}

/** Each file is opened once. */
const openFiles = new Map<string, number>()

function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === '') return to === '' ? undefined : { start: Math.max(0, size - Number(to)), end: size }
  return { start: Number(from), end: to === '' ? size : Math.min(size, Number(to) + 1) }
}

interface Sent {
  fd: number
  start: number
  end: number
  limited: boolean
}

async function send(response: ServerResponse, { fd, start, end, limited }: Sent): Promise<void> {
  const { socket } = response
  if (!socket) return
  const chunk = Buffer.allocUnsafe(limited ? LIMITED_CHUNK : CHUNK)
  for (let position = start; position < end && !response.destroyed; ) {
    const bytes = readSync(fd, chunk, 0, Math.min(chunk.length, end - position), position)
    if (bytes === 0) throw new Error('the file got shorter')
    if (limited) await turn(socket, bytes)
    // Until it is written the chunk cannot be used again.
    await new Promise<void>((resolve) => {
      response.once('close', resolve)
      response.write(chunk.subarray(0, bytes), () => {
        response.off('close', resolve)
        resolve()
      })
    })
    position += bytes
  }
}

/** When each connection may send again. */
const turns = new WeakMap<Socket, number>()

async function turn(socket: Socket, bytes: number): Promise<void> {
  const now = performance.now()
  const at = Math.max(turns.get(socket) ?? now, now - BURST_MS)
  turns.set(socket, at + bytes / bytesPerMs)
  if (at > now) await sleep(at - now)
}
