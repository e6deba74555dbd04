import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from 'undici'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { ActionError } from '../../../src/errors.ts'
import { type Downloaded, type DownloadOptions, download } from '../../../src/transfer/download/download.ts'
import { FakeClock } from '../../waiting/fake-clock.ts'
import { failureOf } from '../../failure-of.ts'
import { StorageHost } from './storage-host.ts'

/** What the storage host serves, unless a test changes it. */
export const object = randomBytes(300_000)

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A storage host, a folder and a clock for the downloads of one test. */
class Downloads {
  readonly clock = new FakeClock()
  readonly notes: string[] = []
  readonly agent = new Agent()
  readonly folder: string
  host: StorageHost

  constructor(host: StorageHost, folder: string) {
    this.host = host
    this.folder = folder
  }

  get path(): string {
    return join(this.folder, 'export.partial')
  }

  options(more: Partial<DownloadOptions> = {}): DownloadOptions {
    return {
      source: { link: () => this.host.link(), renew: async () => Promise.reject(new Error('renewed without need')) },
      path: this.path,
      dispatcher: this.agent,
      clock: this.clock,
      signal: new AbortController().signal,
      stallTimeoutMs: 300,
      maxRetries: 3,
      leftMs: () => 7_200_000,
      userAgent: 'test-agent',
      onProgress: (received) => this.host.arrived(received),
      onNote: (line) => this.notes.push(line),
      ...more,
    }
  }

  async expectWhole(result: Downloaded, bytes: Buffer = object): Promise<void> {
    expect(result).toMatchObject({ sizeBytes: bytes.length, sha256: sha256Of(bytes) })
    expect((await readFile(this.path)).equals(bytes)).toBe(true)
  }

  /** How a download fails. It must leave no file, and tell nothing of the signature. */
  async failure(more: Partial<DownloadOptions> = {}): Promise<ActionError> {
    const error = await failureOf(download(this.options(more)))
    expect(existsSync(this.path)).toBe(false)
    const { message, todo, apiWords } = error
    expect(`${message} ${todo} ${apiWords} ${this.notes.join(' ')}`).not.toMatch(/secret|X-Amz|AKIA/)
    return error
  }

  /** The ranges asked for so far. */
  ranges(): (string | undefined)[] {
    return this.host.requests.map(({ headers }) => headers.range)
  }
}

/** Sets up {@link Downloads} anew for each test of the file. */
export function useDownloads(): { readonly now: Downloads } {
  let now: Downloads | undefined
  beforeEach(async () => {
    now = new Downloads(await StorageHost.start(object), await mkdtemp(join(tmpdir(), 'download-')))
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await now?.agent.destroy()
    await now?.host.stop()
    if (now) await rm(now.folder, { recursive: true, force: true })
  })
  return {
    get now() {
      if (!now) throw new Error('used outside of a test')
      return now
    },
  }
}
