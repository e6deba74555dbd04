import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { peakOf, run } from './processes.ts'
import { binary } from './report.ts'
import { bundleDriver } from './transfer-bundle.ts'
import type { TransferTask } from './transfer-task.ts'

const SERVER = new URL('transfer-server.ts', import.meta.url)
/** What the largest archive takes, downloaded and unpacked. */
export const MOST_SPACE = 10 * 1024 ** 3
/** What the timed archives and their copies take. */
const TIMED_SPACE = 3 * 1024 ** 3
/** A file system in memory, on any Linux. */
const MEMORY = '/dev/shm'

/** Folders on disk, the storage host that serves one of them, and the two sides. */
export class TransferScene {
  /** Where the archives lie that the host serves. */
  readonly archives: string
  readonly #root: string
  readonly #driver: string
  readonly #server: { url: string; stop: () => Promise<void> }

  private constructor(root: string, driver: string, server: { url: string; stop: () => Promise<void> }) {
    this.#root = root
    this.archives = path.join(root, 'archives')
    this.#driver = driver
    this.#server = server
  }

  /**
   * Where there is room it lies in memory: ext4 spends up to a thousand times as long on new files while thousands were deleted
   * in the last half minute, and nobody's disk is what is measured.
   *
   * @param bytesPerSecond of one connection, where it is limited
   */
  static async timed(bytesPerSecond: number): Promise<TransferScene> {
    const inMemory = existsSync(MEMORY) && freeIn(MEMORY) >= TIMED_SPACE
    return TransferScene.open(inMemory ? MEMORY : os.tmpdir(), bytesPerSecond, TIMED_SPACE)
  }

  /** @param space that has to be free, in bytes */
  static async open(folder: string, bytesPerSecond: number, space: number): Promise<TransferScene> {
    const root = mkdtempSync(path.join(folder, 'vl-bench-'))
    // Whatever ends the benchmark, Ctrl-C among it, leaves no gigabytes behind.
    process.once('exit', () => rmSync(root, { recursive: true, force: true }))
    if (freeIn(root) < space) throw new Error(`${root} lies on a disk with less than ${binary(space)} free: set TMPDIR`)
    const archives = path.join(root, 'archives')
    mkdirSync(archives)
    const driver = await bundleDriver(path.join(root, 'driver'))
    return new TransferScene(root, driver, await startServer(archives, bytesPerSecond))
  }

  async close(): Promise<void> {
    await this.#server.stop()
    rmSync(this.#root, { recursive: true, force: true })
  }

  /** The link to an archive; `limited`: at so many bytes a second on each connection. */
  link(archive: string, limited = false): string {
    return `${this.#server.url}/${limited ? 'limited/' : ''}${archive}`
  }

  path(name: string): string {
    return path.join(this.#root, name)
  }

  remove(...names: string[]): void {
    for (const name of names) rmSync(this.path(name), { recursive: true, force: true })
  }

  /** An empty folder of this name; what was there is gone. */
  folder(name: string): string {
    this.remove(name)
    mkdirSync(this.path(name))
    return this.path(name)
  }

  /** A process of our code, bundled; `ms` from when it is up. */
  async driver(task: TransferTask): Promise<{ ms: number; peakBytes: number }> {
    const { stdout } = await run(process.execPath, [this.#driver, ...task])
    const ms = Number(/^Took: ([\d.]+) ms$/m.exec(stdout)?.[1])
    return { ms, peakBytes: peakOf(stdout) }
  }
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

async function startServer(
  folder: string,
  bytesPerSecond: number,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [SERVER.pathname, folder, String(bytesPerSecond)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const [port] = await once(createInterface(child.stdout), 'line')
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
