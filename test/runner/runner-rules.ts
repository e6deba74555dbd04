import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'

/**
 * What the runner takes for a workflow command, after ActionCommand.cs of actions/runner: `::name …::` at the start of a
 * line whose leading white space is trimmed, or `##[name …]` anywhere in it. Any name counts here, known or not.
 */
export function parseCommand(
  line: string,
): { name: string; properties: Record<string, string>; data: string } | undefined {
  const trimmed = line.trimStart()
  const end = trimmed.startsWith('::') ? trimmed.indexOf('::', 2) : -1
  if (end >= 0) {
    const [name = '', rest = ''] = trimmed.slice(2, end).split(/ (.*)/s)
    const properties = rest.split(',').flatMap((pair) => (pair.includes('=') ? [pair.split(/=(.*)/s)] : []))
    return {
      name,
      properties: Object.fromEntries(properties.map(([key = '', value = '']) => [key.trim(), decode(value)])),
      data: decode(trimmed.slice(end + 2)),
    }
  }
  const prefix = line.indexOf('##[')
  const bracket = prefix < 0 ? -1 : line.indexOf(']', prefix)
  return bracket < 0
    ? undefined
    : { name: line.slice(prefix + 3, bracket), properties: {}, data: line.slice(bracket + 1) }
}

function decode(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

/** A step as the runner sets it up: its files, and what it writes to stdout. Call `end()` afterwards. */
export class FakeStep {
  readonly folder = mkdtempSync(join(tmpdir(), 'runner-'))
  readonly #written: string[] = []
  readonly #stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    this.#written.push(String(chunk))
    return true
  })

  constructor() {
    for (const name of ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']) {
      const path = join(this.folder, name)
      writeFileSync(path, '')
      vi.stubEnv(name, path)
    }
  }

  /** The lines of the log, as the runner reads them. */
  get lines(): string[] {
    return this.#written
      .join('')
      .split(/\r\n|\r|\n/)
      .slice(0, -1)
  }

  commands(name: string): { properties: Record<string, string>; data: string }[] {
    return this.lines.flatMap((line) => parseCommand(line) ?? []).filter((command) => command.name === name)
  }

  /** The values in one of the runner's files; the last one of a name counts. */
  values(file: 'GITHUB_OUTPUT' | 'GITHUB_STATE'): Record<string, string> {
    const text = readFileSync(join(this.folder, file), 'utf8')
    return Object.fromEntries(
      [...text.matchAll(/^([^\n<]+)<<(\S+)\n(.*?)\n\2$/gms)].map(([, name, , value]) => [name, value]),
    )
  }

  get summary(): string {
    return readFileSync(join(this.folder, 'GITHUB_STEP_SUMMARY'), 'utf8')
  }

  end(): void {
    this.#stdout.mockRestore()
    vi.unstubAllEnvs()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
