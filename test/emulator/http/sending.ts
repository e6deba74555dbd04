import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import type { Reply } from './reply.ts'

/** How often a slowed reply gets its next piece, in milliseconds. */
const slowStepMs = 20

/** Sends `reply`, cut, slowed or broken off as `fault` says. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
  stopping: AbortSignal,
): Promise<void> {
  const { body } = reply
  const headers: Record<string, string> = { ...reply.headers }
  if (fault?.kind === 'truncate' || fault?.kind === 'resetMid' || fault?.kind === 'slow') {
    const whole = body === undefined || Buffer.isBuffer(body) ? (body ?? Buffer.alloc(0)) : await buffer(body.open())
    const bytes = fault.kind === 'truncate' ? whole.subarray(0, Math.floor(whole.length / 2)) : whole
    headers['content-length'] = String(bytes.length)
    response.writeHead(reply.status, headers)
    if (fault.kind === 'slow') return await sendSlowly(response, bytes, fault.bytesPerSecond, stopping)
    if (fault.kind === 'truncate') {
      response.end(bytes)
      return
    }
    response.flushHeaders()
    // The bytes have to leave before the connection goes, else the reader sees fewer than the rule says.
    response.write(bytes.subarray(0, fault.afterBytes), () => response.socket?.destroySoon())
    return
  }
  if (body === undefined || Buffer.isBuffer(body)) {
    // 204 and 304 carry no length; a HEAD keeps the one its handler gave.
    if (reply.status !== 204 && headers['content-length'] === undefined) {
      headers['content-length'] = String(body?.length ?? 0)
    }
    response.writeHead(reply.status, headers)
    response.end(body)
    return
  }
  headers['content-length'] = String(body.size)
  response.writeHead(reply.status, headers)
  await pipeline(body.open(), response)
}

async function sendSlowly(
  response: ServerResponse,
  bytes: Buffer,
  perSecond: number,
  stopping: AbortSignal,
): Promise<void> {
  const step = Math.max(1, Math.round((perSecond * slowStepMs) / 1000))
  await pipeline(
    Readable.from(
      (async function* pieces() {
        for (let offset = 0; offset < bytes.length; offset += step) {
          yield bytes.subarray(offset, offset + step)
          await sleep(slowStepMs, undefined, { signal: stopping })
        }
      })(),
    ),
    response,
  )
}
