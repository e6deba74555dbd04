import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { type FilePart, type FormPart, MultipartForm } from '../../src/visual-layer/multipart.ts'
import { Loopback, portOf, rejection } from './loopback.ts'

let folder: string
let loopback: Loopback

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vl-multipart-'))
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
  await rm(folder, { recursive: true })
})

async function part(fileName: string, content: Buffer | string): Promise<FilePart> {
  const file = path.join(folder, fileName.replaceAll(/[^\w.]/g, '_'))
  await writeFile(file, content)
  return { path: file, fileName, contentType: 'image/jpeg', sizeBytes: Buffer.byteLength(content) }
}

async function bytesOf(form: MultipartForm): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of form) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const anyway = { signal: new AbortController().signal, onBytes: () => undefined }

describe('a multipart form', () => {
  it('is read back by a web standard parser as it was put in, and as long as it said', async () => {
    const names = ['a.jpg', 'two words.png', 'grün.jpg', 'quo"te.jpg', 'line\nbreak.jpg', 'semi;colon.jpg']
    const files = await Promise.all(names.map((name, index) => part(name, Buffer.alloc(index * 300_000, index))))
    const parts: FormPart[] = [
      { field: 'auto_reindex', value: 'true' },
      ...files.map((one) => ({ ...one, field: 'files' })),
    ]
    let told = 0
    const form = new MultipartForm(parts, (sent) => (told = sent))
    expect(form.whole).toBe(false)
    const body = await bytesOf(form)
    expect([body.length, told, form.whole]).toEqual([form.contentLength, form.contentLength, true])
    const read = await new Response(new Uint8Array(body), { headers: { 'content-type': form.contentType } }).formData()
    expect(read.get('auto_reindex')).toBe('true')
    const got = read.getAll('files').filter((entry) => typeof entry !== 'string')
    expect(got.map((one) => one.name)).toEqual(names)
    for (const [index, one] of got.entries()) {
      expect(Buffer.from(await one.arrayBuffer()).equals(Buffer.alloc(index * 300_000, index))).toBe(true)
      expect(one.type).toBe('image/jpeg')
    }
  })

  it.each([
    ['shrank', 10],
    ['grew', 2_000_000],
  ])('breaks off where a file %s in the meantime', async (_, size) => {
    const file = await part('a.jpg', Buffer.alloc(1_000))
    await truncate(file.path, size)
    const form = new MultipartForm([{ ...file, field: 'files' }], () => undefined)
    expect(await rejection(bytesOf(form))).toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('changed'),
    })
    expect([form.whole, form.broken instanceof ActionError]).toEqual([false, true])
  })
})

describe('an upload request', () => {
  it('is signed, carries its length, and counts its bytes', async () => {
    loopback.answers({ status: 202 })
    const sent: number[] = []
    const file = await part('a.jpg', Buffer.alloc(700_000))
    await loopback.client().ingestion.upload('set', '4711', [file], { ...anyway, onBytes: (bytes) => sent.push(bytes) })
    const [request] = loopback.received
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/ingestion/set/data_files/4711' })
    expect(request?.headers.authorization).toMatch(/^Bearer /)
    expect(Number(request?.headers['content-length'])).toBe(sent.at(-1))
    expect(request?.headers['transfer-encoding']).toBeUndefined()
    expect(request?.body).toContain('name="files"; filename="a.jpg"')
  })

  it('names the file that is gone, and not the network', async () => {
    const file = await part('a.jpg', 'x')
    await rm(file.path)
    const error = await rejection(loopback.client().ingestion.upload('set', '1', [file], anyway))
    expect(error).toMatchObject({ code: 'operation_failed', message: expect.stringContaining(file.path) })
  })

  it('whose reply is lost may have arrived', async () => {
    loopback.answers({ instead: 'reset' })
    const error = await rejection(loopback.client().ingestion.upload('set', '1', [await part('a.jpg', 'x')], anyway))
    expect(error).toMatchObject({ code: 'network', outcome: { transient: true, effect: 'unknown' } })
  })

  it('ends with the reason of its own signal', async () => {
    loopback.answers({ instead: 'hang' })
    const end = new AbortController()
    const reason = new ActionError('timed_out', 'late')
    const sending = { signal: end.signal, onBytes: () => setImmediate(() => end.abort(reason)) }
    const error = await rejection(loopback.client().ingestion.upload('set', '1', [await part('a.jpg', 'x')], sending))
    expect(error).toBe(reason)
  })

  it('hears a rejection that comes before the body was read', async () => {
    const server = createServer((_, response) => response.writeHead(413).end('too large'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const file = await part('a.jpg', Buffer.alloc(64 * 1024 * 1024))
    const http = loopback.client({ apiRoot: new URL(`http://127.0.0.1:${portOf(server)}/api/v1/`) })
    const error = await rejection(http.ingestion.upload('set', '1', [file], anyway))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(error).toMatchObject({ code: 'rejected', outcome: { status: 413, effect: 'none' } })
  })

  describe('to a server that stops reading', () => {
    let server: Server

    beforeEach(async () => {
      server = createServer((request) => {
        // Takes a little, and then nothing.
        request.once('data', () => request.pause())
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    })

    afterEach(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })

    it('ends for want of progress, cannot have arrived, and read no more of the file than went out', async () => {
      const file = await part('a.jpg', Buffer.alloc(64 * 1024 * 1024))
      let sent = 0
      const http = loopback.client({
        apiRoot: new URL(`http://127.0.0.1:${portOf(server)}/api/v1/`),
        clock: systemClock,
        requestTimeoutMs: 300,
      })
      const error = await rejection(
        http.ingestion.upload('set', '1', [file], { ...anyway, onBytes: (bytes) => (sent = bytes) }),
      )
      expect(error).toMatchObject({
        code: 'network',
        message: expect.stringContaining('no progress within 0.3 s'),
        outcome: { transient: true, effect: 'none' },
      })
      expect(sent).toBeLessThan(file.sizeBytes / 2)
    })
  })
})

describe('the calls around an upload', () => {
  it('make a draft, and open a transaction under either name of its id', async () => {
    const { ingestion } = loopback.client()
    loopback.answers({ json: { dataset_id: 'abc' } }, { json: { trans_id: 4711 } }, { json: { transaction_id: 't' } })
    expect(await ingestion.newDataset('My cats & dogs')).toBe('abc')
    expect(await ingestion.openTransaction('abc')).toBe('4711')
    expect(await ingestion.openTransaction('abc')).toBe('t')
    await ingestion.process('abc', '4711')
    expect(loopback.received.map(({ method, url }) => `${method} ${url.replace('/api/v1/', '')}`)).toEqual([
      'GET ingestion/new_dataset?dataset_name=My+cats+%26+dogs',
      'GET ingestion/abc/data_files',
      'GET ingestion/abc/data_files',
      'POST ingestion/abc/process_files/4711',
    ])
  })

  it('never repeat the GET that makes a dataset', async () => {
    loopback.answers({ status: 503 })
    expect(await rejection(loopback.client().ingestion.newDataset('x'))).toMatchObject({ code: 'server_error' })
    expect(loopback.received).toHaveLength(1)
  })
})
