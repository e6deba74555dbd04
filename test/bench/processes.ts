import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'

interface Ended {
  /** From before the start of the process to its end, in ms. */
  ms: number
  stdout: string
}

/** Runs a program to its end. Throws when that is not a good one. */
export async function run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  const startedAt = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...(env ? { env } : {}) })
  const output = text(child.stdout)
  const [status, signal] = await once(child, 'close')
  const ms = performance.now() - startedAt
  const stdout = await output
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal}:\n${stdout}`)
  return { ms, stdout }
}

/**
 * The most memory that a process ever had, in bytes, from its `/proc/self/status`. What `process.resourceUsage()` tells begins with
 * the memory of the process that started it.
 */
export function peakOf(status: string): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kib === undefined) throw new Error(`no VmHWM in ${JSON.stringify(status)}`)
  return Number(kib) * 1024
}

/** Times the sides in turn, so that a machine that gets slower or faster does so to all of them; in ms, a list a side. */
export async function inTurn(runs: number, sides: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const times = sides.map((): number[] => [])
  for (let round = 0; round < runs; round += 1) {
    const order = [...sides.keys()]
    if (round % 2 === 1) order.reverse()
    for (const side of order) times[side]?.push((await sides[side]?.()) ?? Number.NaN)
  }
  return times
}

/** The programs that this project is held against, and the Debian package that has each. */
const PEERS = { curl: 'curl', unzip: 'unzip', bsdtar: 'libarchive-tools', diff: 'diffutils' }

/** Throws when one of the peers is not on the PATH, or memory cannot be told as Linux does. */
export function requirePeers(): void {
  if (process.platform !== 'linux') throw new Error('The benchmark runs on Linux only: it reads /proc/self/status.')
  const missing = Object.entries(PEERS).filter(([program]) => !isThere(program))
  if (missing.length === 0) return
  const programs = missing.map(([program]) => program).join(', ')
  const packages = missing.map(([, name]) => name).join(' ')
  throw new Error(`Not found: ${programs}. The benchmark compares with them; on Debian: apt-get install ${packages}`)
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
