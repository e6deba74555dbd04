import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { Emulator } from './emulator.ts'

export interface CommandAnswer {
  status: number
  text: string
}

export interface VendorShell {
  folder: string
  /**
   * Runs a command of the vendor's public pages with the real curl: as published but for the host, the token and the `ids`;
   * the files that a page names lie under the working folder, `/path/to` among them.
   */
  run(command: string, ids?: Record<string, string>): Promise<CommandAnswer>
  remove(): Promise<void>
}

export async function vendorShell(emulator: Emulator): Promise<VendorShell> {
  const folder = await mkdtemp(join(tmpdir(), 'vendor-commands-'))
  // curl reads its settings here: quiet, and the status on a last line, without a change to the commands.
  await mkdir(join(folder, 'curl'))
  await writeFile(join(folder, 'curl', '.curlrc'), 'silent\nwrite-out = "\\n%{http_code}"\n')
  await mkdir(join(folder, 'path/to'), { recursive: true })
  for (const file of ['path/to/image1', 'path/to/image2', 'path/to/image3', 'image_001', 'image_002', 'image_051']) {
    await writeFile(join(folder, `${file}.jpg`), `bytes of ${file}.jpg`)
  }
  return {
    folder,
    async run(command, ids = {}) {
      let line = command
        .replaceAll('https://app.visual-layer.com', emulator.url)
        .replaceAll('<jwt>', emulator.token())
        .replaceAll('@/path/', '@path/')
      for (const [placeholder, id] of Object.entries(ids)) line = line.replaceAll(placeholder, id)
      const { stdout } = await promisify(execFile)('bash', ['-c', line], {
        cwd: folder,
        env: { ...process.env, CURL_HOME: join(folder, 'curl') },
      })
      const end = stdout.lastIndexOf('\n')
      return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) }
    },
    async remove() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function parsed(answer: CommandAnswer): unknown {
  return JSON.parse(answer.text)
}

/** The value of a field, read as a shell script would. */
export function idIn(answer: CommandAnswer, field: string): string {
  const match = new RegExp(`"${field}":"?([^",}]+)`).exec(answer.text)
  if (!match?.[1]) throw new Error(`no ${field} in ${answer.text}`)
  return match[1]
}

export const uuid: unknown = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
