import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Watermark } from '../../../src/transfer/download/watermark.ts'
import { readArchive } from '../../../src/transfer/archive/unpack.ts'
import type { UnpackReport } from '../../../src/transfer/archive/unpack-thread.ts'
import type { ArchiveEntry } from '../../../src/transfer/archive/zip.ts'
import * as threads from '../../../src/threads.ts'
import { signal, useUnpacking } from './unpacking.ts'
import { writeZip } from './zip-writer.ts'

const unpacking = useUnpacking()

afterEach(() => {
  vi.restoreAllMocks()
})

/** A thread that finishes so many batches, leaves half of the next one, and dies. */
class DyingThread implements threads.Thread<ArchiveEntry[], UnpackReport> {
  readonly #finish: number
  readonly #target: string
  readonly #lost = Promise.withResolvers<never>()
  #handler: (report: UnpackReport) => void = () => undefined
  #received = 0
  #working = Promise.resolve()
  #dead = false

  constructor(finish: number, target: string) {
    this.#finish = finish
    this.#target = target
    this.#lost.promise.catch(() => undefined)
  }

  get lost(): Promise<never> {
    return this.#lost.promise
  }

  receive(handler: (report: UnpackReport) => void): void {
    this.#handler = handler
  }

  send(batch: ArchiveEntry[]): void {
    this.#received += 1
    const number = this.#received
    this.#working = this.#working.then(async () => this.#work(batch, number))
  }

  async #work(batch: ArchiveEntry[], number: number): Promise<void> {
    if (this.#dead) return
    for (const [index, { path }] of batch.entries()) {
      if (number > this.#finish && index > batch.length / 2) {
        this.#dead = true
        return this.#lost.reject(new threads.ThreadLost('a thread died: out of memory'))
      }
      await writeFile(join(this.#target, path), number > this.#finish ? 'half' : (contents.get(path) ?? ''))
    }
    this.#handler({ kind: 'done' })
  }

  async end(): Promise<void> {
    this.#dead = true
    await this.#working
  }
}

const contents = new Map(
  Array.from({ length: 60 }, (_, index): [string, Buffer] => [`${index}.bin`, randomBytes(100_000)]),
)
const archive = writeZip([...contents].map(([name, data]) => ({ name, data })))

async function expectUnpacked(): Promise<void> {
  for (const [name, data] of contents) {
    expect((await readFile(join(unpacking.now.target, name))).equals(data)).toBe(true)
  }
}

describe('unpacking', () => {
  it('works without a thread that cannot start', async () => {
    vi.spyOn(threads, 'startThread').mockImplementation(() => {
      throw new threads.ThreadLost('a thread could not be started: EAGAIN')
    })
    await unpacking.now.unpack(archive, { threaded: true })
    await expectUnpacked()
  })

  it.each([0, 1, 2])('does the work of a thread that died after %i batches', async (finish) => {
    const thread = new DyingThread(finish, unpacking.now.target)
    vi.spyOn(threads, 'startThread').mockReturnValue(thread)
    await unpacking.now.unpack(archive, { threaded: true })
    await expectUnpacked()
  })

  it('of an archive that is still arriving leaves nothing for the second attempt when its thread dies', async () => {
    const at = unpacking.now
    await writeFile(at.archive, archive)
    const watermark = new Watermark()
    watermark.sizeBytes = archive.length
    watermark.advance(archive.length)
    const thread = new DyingThread(1, at.target)
    vi.spyOn(threads, 'startThread').mockReturnValue(thread)
    await expect(readArchive({ archive: at.archive, target: at.target, signal, watermark })).rejects.toBeInstanceOf(
      threads.ThreadLost,
    )
    vi.restoreAllMocks()
    await readArchive({ archive: at.archive, target: at.target, signal, threaded: false })
    await expectUnpacked()
  })
})
