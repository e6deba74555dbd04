import { readFile, open, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MockAgent } from 'undici'
import { describe, expect, it, vi } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { download } from '../../../src/transfer/download/download.ts'
import { object, useDownloads } from './downloads.ts'
import { StorageHost } from './storage-host.ts'

const downloads = useDownloads()

describe('a download', () => {
  it('writes the object, its size and its SHA-256', async () => {
    const at = downloads.now
    const seen: [number, number | undefined][] = []
    const result = await download(at.options({ onProgress: (received, total) => seen.push([received, total]) }))
    await at.expectWhole(result)
    expect(result.etag).toBe('"v1"')
    expect(seen.at(-1)).toEqual([object.length, object.length])
    expect(at.notes).toEqual([])
  })

  it('names itself, asks for plain bytes and carries no credentials', async () => {
    const at = downloads.now
    await download(at.options())
    const [request] = at.host.requests
    expect(request?.headers).toMatchObject({ 'user-agent': 'test-agent', 'accept-encoding': 'identity' })
    expect(request?.headers).not.toHaveProperty('authorization')
    expect(request?.headers).toHaveProperty('range', 'bytes=0-4194303')
  })

  it('replaces what is at its path, and does not write through a link there', async () => {
    const at = downloads.now
    await writeFile(join(at.folder, 'precious'), 'kept')
    await symlink(join(at.folder, 'precious'), join(at.folder, 'export.partial'))
    await at.expectWhole(await download(at.options()))
    expect(await readFile(join(at.folder, 'precious'), 'utf8')).toBe('kept')
  })

  it('handles an object of no bytes', async () => {
    const at = downloads.now
    at.host.object = Buffer.alloc(0)
    expect((await download(at.options())).sizeBytes).toBe(0)
  })

  it('follows redirects to another port, still without credentials', async () => {
    const at = downloads.now
    const other = await StorageHost.start(object)
    try {
      at.host.faults.push({ status: 307, headers: { location: other.link('/real.zip').href } })
      await at.expectWhole(await download(at.options()))
      expect(other.requests[0]?.headers).not.toHaveProperty('authorization')
    } finally {
      await other.stop()
    }
  })

  it('gives up on a circle of redirects, and on one that leads nowhere', async () => {
    const at = downloads.now
    for (let count = 0; count < 6; count += 1)
      at.host.faults.push({ status: 302, headers: { location: '/again?X-Amz-Signature=secret' } })
    expect(await at.failure()).toMatchObject({
      code: 'unexpected_reply',
      message: expect.stringContaining('more than 5 times'),
    })
    at.host.faults.length = 0
    at.host.faults.push({ status: 302 })
    expect(await at.failure()).toMatchObject({ code: 'unexpected_reply' })
    at.host.faults.push({ status: 302, headers: { location: 'file:///etc/passwd' } })
    expect(await at.failure()).toMatchObject({ code: 'unexpected_reply' })
  })

  it.each(['http://storage.example.org/real.zip', 'http://169.254.169.254/latest/meta-data/'])(
    'follows none from https to plain http: %s',
    async (location) => {
      const hosts = new MockAgent()
      hosts.disableNetConnect()
      hosts
        .get('https://storage.example.org')
        .intercept({ path: '/export.zip' })
        .reply(302, '', { headers: { location } })
      const link = new URL('https://storage.example.org/export.zip')
      const source = { link: () => link, renew: async () => Promise.reject(new Error('renewed without need')) }
      try {
        // Were it followed, it would meet a host that no connection leads to: another error.
        expect(await downloads.now.failure({ source, dispatcher: hosts, maxRetries: 0 })).toMatchObject({
          code: 'unexpected_reply',
          message: expect.stringContaining('from https to plain http'),
        })
      } finally {
        await hosts.close()
      }
    },
  )
})

describe('the end of a download that fails', () => {
  it('leaves no file and gives the reason of the abort, also in the middle of a body', async () => {
    const at = downloads.now
    at.host.faults.push({ stallAfter: 1000 })
    const controller = new AbortController()
    const reason = new ActionError('cancelled', 'The workflow was cancelled.')
    const onProgress = () => controller.abort(reason)
    expect(await at.failure({ signal: controller.signal, onProgress, stallTimeoutMs: 60_000 })).toBe(reason)
  })

  it('is aborted while it waits to try again', async () => {
    const at = downloads.now
    at.host.faults.push({ status: 503 })
    const controller = new AbortController()
    const reason = new ActionError('timed_out', 'The deadline has passed.')
    const onNote = () => controller.abort(reason)
    expect(await at.failure({ signal: controller.signal, onNote })).toBe(reason)
    expect(at.host.requests).toHaveLength(1)
  })

  it('does not begin when already aborted', async () => {
    const at = downloads.now
    const reason = new ActionError('cancelled', 'The workflow was cancelled.')
    expect(await at.failure({ signal: AbortSignal.abort(reason) })).toBe(reason)
    expect(at.host.requests).toHaveLength(0)
  })

  it('says that the disk is full, and takes the part away', async () => {
    const at = downloads.now
    const probe = await open(join(at.folder, 'probe'), 'w')
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    vi.spyOn(Object.getPrototypeOf(probe), 'writev').mockRejectedValue(full)
    const error = await at.failure()
    await probe.close()
    expect(error).toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('ENOSPC'),
    })
    expect(at.host.requests).toHaveLength(1)
  })

  it('says where it could not write', async () => {
    const at = downloads.now
    const path = join(at.folder, 'missing', 'export.partial')
    const error = await at.failure({ path })
    expect(error.code).toBe('operation_failed')
    expect(error.message).toContain(path)
  })
})
