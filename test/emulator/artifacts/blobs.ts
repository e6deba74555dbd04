import { createHash, randomBytes } from 'node:crypto'
import type { Call, Reply } from '../http/reply.ts'
import { text } from '../http/reply.ts'
import { Storage } from '../storage.ts'

export interface Blob {
  bytes: Buffer
  contentType: string
}

/** The block blobs behind the artifact service: what @azure/storage-blob needs to upload and download one. */
export class BlobStore {
  private readonly blobs = new Map<string, Blob>()
  private readonly blocks = new Map<string, Map<string, Buffer>>()
  private readonly signatures = new Map<string, Set<string>>()
  /** Gives the bytes out, in ranges too. */
  private readonly served = new Storage({ lifetimeMs: () => Number.POSITIVE_INFINITY, ranges: () => true })

  /** Path and query of a signed link to `name`, for upload and download. Each is signed anew; those before go on to work. */
  sign(name: string): string {
    const signature = randomBytes(24).toString('base64')
    this.signatures.set(name, (this.signatures.get(name) ?? new Set()).add(signature))
    const query = new URLSearchParams({
      sv: '2026-04-06',
      se: '2030-01-01T00:00:00Z',
      sr: 'b',
      sp: 'rcw',
      sig: signature,
    })
    return `/blobs/${encodeURIComponent(name)}?${query.toString()}`
  }

  find(name: string): Blob | undefined {
    return this.blobs.get(name)
  }

  put(name: string, blob: Blob): void {
    this.blobs.set(name, blob)
    this.served.put(name, blob.bytes, blob.contentType)
  }

  delete(name: string): void {
    this.blobs.delete(name)
    this.blocks.delete(name)
    this.signatures.delete(name)
  }

  answer(call: Call): Reply {
    const name = decodeURIComponent(call.path.slice('/blobs/'.length))
    if (!this.signatures.get(name)?.has(call.query.get('sig') ?? '')) {
      return failure(403, 'AuthenticationFailed', 'Server failed to authenticate the request.')
    }
    if (call.method === 'GET') return this.download(name, call)
    if (call.method !== 'PUT')
      return failure(405, 'UnsupportedHttpVerb', 'The resource does not support the HTTP verb.')
    const comp = call.query.get('comp')
    if (comp === 'block') return this.stage(name, call)
    if (comp === 'blocklist') return this.commit(name, call)
    if (comp === null && call.headers['x-ms-blob-type'] === 'BlockBlob') {
      this.put(name, { bytes: call.body, contentType: contentType(call) })
      return created(call.body)
    }
    return failure(400, 'InvalidQueryParameterValue', `comp=${comp} is not supported`)
  }

  private stage(name: string, call: Call): Reply {
    const id = call.query.get('blockid')
    if (id === null) return failure(400, 'InvalidBlockId', 'The specified block ID is invalid.')
    const staged = this.blocks.get(name) ?? new Map<string, Buffer>()
    staged.set(id, call.body)
    this.blocks.set(name, staged)
    return created(call.body)
  }

  private commit(name: string, call: Call): Reply {
    const listed = [...call.body.toString('utf8').matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map(
      (match) => match[1] ?? '',
    )
    const staged = this.blocks.get(name)
    const parts = listed.map((id) => staged?.get(id))
    if (parts.includes(undefined)) return failure(400, 'InvalidBlockList', 'The specified block list is invalid.')
    const bytes = Buffer.concat(parts.filter((part) => part !== undefined))
    this.blocks.delete(name)
    this.put(name, { bytes, contentType: contentType(call) })
    return created(bytes)
  }

  private download(name: string, call: Call): Reply {
    if (!this.blobs.has(name)) return failure(404, 'BlobNotFound', 'The specified blob does not exist.')
    const reply = this.served.serve(name, call)
    // Names begin with the artifact's id, so that two of one name can follow each other.
    const fileName = encodeURIComponent(name.slice(name.indexOf('/') + 1))
    return {
      ...reply,
      headers: { ...reply.headers, 'content-disposition': `attachment; filename*=UTF-8''${fileName}` },
    }
  }
}

function contentType(call: Call): string {
  const given = call.headers['x-ms-blob-content-type']
  return typeof given === 'string' ? given : 'application/octet-stream'
}

function created(bytes: Buffer): Reply {
  return {
    status: 201,
    headers: {
      etag: `"0x${randomBytes(8).toString('hex').toUpperCase()}"`,
      'last-modified': new Date().toUTCString(),
      'content-md5': createHash('md5').update(bytes).digest('base64'),
      'x-ms-request-id': randomBytes(16).toString('hex'),
      'x-ms-version': '2026-04-06',
      'x-ms-request-server-encrypted': 'true',
    },
  }
}

function failure(status: number, code: string, message: string): Reply {
  const reply = text(
    `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    'application/xml',
    status,
  )
  return { ...reply, headers: { ...reply.headers, 'x-ms-error-code': code } }
}
