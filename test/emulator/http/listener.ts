import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Faults, ServerName } from './faults.ts'
import { type Answer, bodyTooLarge, type Call, json, type Reply, Rejection, text, webApp } from './reply.ts'
import { sendReply } from './sending.ts'

export interface RecordedRequest {
  server: ServerName
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  /** As text, at most 64 KiB of it. */
  body: string
  /** 0 until answered, and for ever where the connection was dropped or left hanging. */
  status: number
  /** Milliseconds since the epoch at which it came in. */
  at: number
}

export interface Listener {
  /** Without a slash at the end. */
  url: string
  /** Drops every connection; a second call waits for the first. */
  stop(): Promise<void>
}

export interface ListenerOptions {
  server: ServerName
  port: number
  answer: Answer
  faults: Faults
  requests: RecordedRequest[]
  /** Bodies over this are answered 413 as a proxy would. */
  bodyLimitBytes: () => number
}

const recordedBodyBytes = 64 * 1024

/** Starts an HTTP server on 127.0.0.1 that records each request, applies the faults and sends what `answer` gives. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const stopping = new AbortController()
  const server = createServer((request, response) => {
    serve(request, response, options, stopping.signal).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.requestTimeout = 0
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  let stopped: Promise<void> | undefined
  async function close(): Promise<void> {
    stopping.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop() {
      stopped ??= close()
      return stopped
    },
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
  stopping: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://emulator')
  const method = request.method ?? 'GET'
  const record: RecordedRequest = {
    server: options.server,
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: '',
    status: 0,
    at: Date.now(),
  }
  options.requests.push(record)
  const fault = options.faults.take(options.server, method, url)
  if (fault?.kind === 'resetBefore') {
    request.socket.destroy()
    return
  }
  const body = await buffer(request)
  record.body = body.subarray(0, recordedBodyBytes).toString('utf8')
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { signal: stopping })

  const call: Call = { method, path: url.pathname, query: url.searchParams, headers: request.headers, body }
  const instead = fault && replyWithoutEffect(fault)
  let reply = instead ?? (await answerSafely(call, options))
  if (fault?.kind === 'hangAfter') return
  if (fault?.kind === 'resetAfter') {
    request.socket.destroy()
    return
  }
  if (fault) reply = replyAfterEffect(fault) ?? reply
  if (method === 'HEAD' && reply.body) reply = { status: reply.status, headers: reply.headers ?? {} }
  record.status = reply.status
  await sendReply(response, reply, fault, stopping)
}

async function answerSafely(call: Call, options: ListenerOptions): Promise<Reply> {
  if (call.body.length > options.bodyLimitBytes()) {
    return bodyTooLarge()
  }
  try {
    return await options.answer(call)
  } catch (error) {
    if (error instanceof Rejection) return json({ detail: error.detail }, error.status)
    // A bug of the emulator's own: the words let the test that met it say which.
    return json(
      { detail: `The emulator broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` },
      500,
    )
  }
}

function replyWithoutEffect(fault: Fault): Reply | undefined {
  if (fault.kind === 'status') return faultReply(fault)
  if (fault.kind === 'html200' && !fault.effect) return text(webApp, 'text/html; charset=utf-8')
  if (fault.kind === 'body' && fault.effect !== true) return bodyReply(fault)
  return undefined
}

function replyAfterEffect(fault: Fault): Reply | undefined {
  if (fault.kind === 'statusAfter') return faultReply(fault)
  if (fault.kind === 'html200') return text(webApp, 'text/html; charset=utf-8')
  if (fault.kind === 'body') return bodyReply(fault)
  return undefined
}

function faultReply(fault: { status: number; body?: string; headers?: Record<string, string> }): Reply {
  const body = fault.body ?? JSON.stringify({ detail: `Emulated failure ${fault.status}` })
  return {
    status: fault.status,
    headers: { 'content-type': 'application/json', ...fault.headers },
    body: Buffer.from(body),
  }
}

function bodyReply(fault: { text: string; status?: number; contentType?: string }): Reply {
  return text(fault.text, fault.contentType ?? 'application/json', fault.status ?? 200)
}
