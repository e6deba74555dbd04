import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, Deadline, systemClock } from '../../src/clock.ts'
import { Loopback, portOf, rejection } from './loopback.ts'
import { id, SOURCE } from './samples.ts'

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

describe('the media ids of a dataset', () => {
  const mediaIds = async (body: string, status = 200) => {
    loopback.answers({ body, status, headers: { 'content-type': 'text/csv' } })
    return loopback.client({ retryLimit: 1 }).explore.mediaIds(SOURCE)
  }

  it('are the last column of the table', async () => {
    expect(await mediaIds(`filename,media_id\na.png,${id(1)}\nb.png,${id(2)}\na.png,${id(1)}\n`)).toEqual([
      id(1),
      id(2),
    ])
    const [request] = loopback.received
    expect(new URL(request?.url ?? '', loopback.origin).pathname).toBe(`/api/v1/dataset/${SOURCE}/export_media_id`)
    expect(request?.headers.accept).toContain('text/csv')
  })

  it.each([
    ['without a heading', `a.png,${id(1)}\nb.png,${id(2)}`],
    ['with CRLF and empty rows', `filename,media_id\r\n\r\na.png,${id(1)}\r\nb.png,${id(2)}\r\n\r\n`],
    ['with quotes', `"filename","media_id"\n"a, 1.png","${id(1)}"\n"say ""hi"", b.png",${id(2)}`],
    ['with a line break in a name', `filename,media_id\na.png,${id(1)}\n"b\nc, d.png",${id(2)}\n`],
    ['with a comma that is not quoted', `filename,media_id\na,1.png,${id(1)}\nb.png,${id(2)}\n`],
    ['with another order', `media_id,filename\n${id(1)},a.png\n${id(2)},b.png\n`],
    ['with more columns before it', `n,filename,media_id\n1,a.png,${id(1)}\n2,b.png,${id(2)}\n`],
    ['as JSON text', JSON.stringify(`filename,media_id\na.png,${id(1)}\nb.png,${id(2)}\n`)],
  ])('are read from a table %s', async (_, table) => {
    expect(await mediaIds(table)).toEqual([id(1), id(2)])
  })

  it('need not be UUIDs, and can be none', async () => {
    expect(await mediaIds('filename,media_id\na.png,x1\nb.png,x2\n')).toEqual(['x1', 'x2'])
    expect(await mediaIds('filename,media_id\n')).toEqual([])
  })

  it.each([
    ['a cut-off id', `a.png,${id(1)}\nb.png,${id(2).slice(0, 20)}`, 'row 2'],
    ['a cut-off name', `a.png,${id(1)}\nb.p`, 'row 2'],
    ['a cut-off quoted name', `a.png,${id(1)}\n"b.p`, 'not CSV'],
    ['an empty id', `a.png,${id(1)}\nb.png,\n`, 'row 2'],
    ['a stray quote', `a.png,${id(1)}\nb"c.png,${id(2)}\n`, 'not CSV'],
    ['a sentence', 'Sorry, not today.', 'row 1'],
    ['a value in JSON', '{"items": []}', 'its format is not the documented one'],
  ])('are not read from a table with %s', async (_, table, place) => {
    expect(await rejection(mediaIds(table))).toMatchObject({
      code: 'unexpected_reply',
      message: expect.stringContaining(place),
    })
    expect(loopback.received).toHaveLength(2)
  })

  it.each([
    ['404', '{"detail":"Not Found"}', 404],
    ['405', '', 405],
    ['a web page', '<!doctype html><title>Visual Layer</title>', 200],
    ['nothing', '', 200],
  ])('are not to be had where the reply is %s', async (_, body, status) => {
    expect(await mediaIds(body, status)).toBeUndefined()
  })

  it('are missed loudly for any other reason', async () => {
    expect(await rejection(mediaIds('', 500))).toMatchObject({ code: 'server_error' })
    expect(await rejection(mediaIds('{"error":"not for you"}'))).toMatchObject({ code: 'rejected' })
  })

  it('are many in one table', async () => {
    const table = Array.from({ length: 100_000 }, (_, number) => `"image, ${number}.png",${id(number)}`).join('\n')
    const ids = await mediaIds(`filename,media_id\n${table}\n`)
    expect(ids).toHaveLength(100_000)
    expect(ids?.at(-1)).toBe(id(99_999))
  })
})

/** A server of one table, which comes in pieces. */
async function withTable(pieces: (piece: number) => string | undefined, body: (origin: string) => Promise<void>) {
  const server = createServer((_request, response) => {
    let next = 0
    const send = () => {
      const piece = pieces(next)
      next += 1
      if (piece === undefined) response.end()
      else if (!response.destroyed) response.write(piece, () => setImmediate(send))
    }
    send()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await body(`http://127.0.0.1:${portOf(server)}`)
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}

describe('a large table of media ids', () => {
  /** Of each pause of the clock, that is of the watch on an attempt. */
  let watched: number[]
  const clock: Clock = {
    ...systemClock,
    sleep(ms, signal) {
      watched.push(ms)
      return systemClock.sleep(ms, signal)
    },
  }
  const mediaIds = async (origin: string, requestTimeoutMs: number) =>
    loopback
      .client({
        apiRoot: new URL('/api/v1/', origin),
        clock,
        deadline: new Deadline(clock, 600_000),
        requestTimeoutMs,
        retryLimit: 0,
      })
      .explore.mediaIds(SOURCE)

  beforeEach(() => {
    watched = []
  })

  it('may take longer than a request, while its bytes come', async () => {
    let rows = 0
    // The second pause begins when the time of a request is over.
    const pieces = () => (watched.length < 2 ? `a.png,${id((rows += 1))}\n` : undefined)
    await withTable(pieces, async (origin) => {
      expect(await mediaIds(origin, 200)).toHaveLength(rows)
    })
  })

  it('is rejected where it is larger than a step can hold, once', { timeout: 60_000 }, async () => {
    const row = `a.png,${id(1)}\n`.repeat(25_000)
    await withTable(
      () => row,
      async (origin) => {
        expect(await rejection(mediaIds(origin, 60_000))).toMatchObject({
          code: 'unexpected_reply',
          message: expect.stringContaining('over 256 MiB'),
          outcome: { transient: false },
        })
      },
    )
  })
})
