import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { fileText, section, tableRows } from './documents.ts'

const SECURITY = fileText('.github/SECURITY.md')
const ROOT = join(import.meta.dirname, '../..')

/** What an attacker could try: to what end, what stops it, what holds that. */
const THREATS = tableRows(section(SECURITY, '## What an attacker could try')).map(([to = '', , held = '']) => ({
  to,
  tests: [...held.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[\w/.-]+\.test\.ts)\)/g)].map(
    ({ 1: title = '', 2: file = '' }) => ({ title, file }),
  ),
  rest: held.replace(/\[[^\]]+\]\([^)]+\)/g, '').replaceAll(/[,\s]/g, ''),
}))

const TESTS = THREATS.flatMap(({ tests }) => tests)

/** Whether a test of this title runs, be it one of several that `it.each` makes. */
function runs(source: string, title: string): boolean {
  const words = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(String.raw`(?:\bit|\))\(\s*(['"\x60])${words}\1,`).test(source)
}

describe('SECURITY.md', () => {
  it('names the tests that hold each defence, and nothing else', () => {
    expect(THREATS.length).toBeGreaterThan(30)
    for (const { to, tests, rest } of THREATS) {
      expect(tests.length, to).toBeGreaterThan(0)
      expect(rest, to).toBe('')
    }
  })

  it.each(TESTS)('is right that there is a test: $file, $title', ({ file, title }) => {
    expect(existsSync(join(ROOT, file)), file).toBe(true)
    const source = fileText(file)
    expect(runs(source, title), title).toBe(true)
    expect(source).not.toMatch(/\b(?:it|describe)\.(?:skip|todo|only|fails)\b/)
  })

  it('would miss a test that is not there', () => {
    const source = `it('holds', () => 1)\nit.each([1])(\n  "holds %s too",\n  () => 1)\n// it holds nothing\nconst name = 'no test'`
    expect(['holds', 'holds %s too'].every((title) => runs(source, title))).toBe(true)
    expect(['hold', 'holds %d too', 'it holds nothing', 'no test'].some((title) => runs(source, title))).toBe(false)
  })
})

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        integrity: z.string().optional(),
        resolved: z.string().optional(),
        dev: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(fileText('package-lock.json')))

const PACKAGES = Object.entries(lock.packages).filter(([path]) => path !== '')

describe('the lock of the packages', () => {
  it('has a hash for every package that is bundled', () => {
    const bundled = PACKAGES.filter(([, { dev }]) => !dev)
    expect(bundled.length).toBeGreaterThan(10)
    for (const [path, { integrity }] of bundled) expect(integrity, path).toMatch(/^sha512-[\w+/]{86}==$/)
  })

  it('lets no package run a script when it is installed', () => {
    expect(PACKAGES.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
  })

  it('takes every package from the registry', () => {
    // Without an address of its own a package comes by name and version from the registry that npm is set to.
    for (const [path, { resolved }] of PACKAGES) expect(resolved, path).toBeUndefined()
  })
})

const steps = z.array(z.looseObject({ run: z.string().optional() }))
const workflow = z.looseObject({
  on: z.unknown(),
  jobs: z.record(z.string(), z.looseObject({ steps: steps.optional() })),
})

function scriptsOf(path: string): string[] {
  const { jobs } = workflow.parse(parse(fileText(path)))
  return Object.values(jobs).flatMap((job) => (job.steps ?? []).flatMap(({ run }) => run ?? []))
}

describe('the repository', () => {
  it('has dist built anew and compared with every change and every release', () => {
    const { on } = workflow.parse(parse(fileText('.github/workflows/ci.yml')))
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(on))).toEqual(
      expect.arrayContaining(['push', 'pull_request', 'merge_group']),
    )
    expect(scriptsOf('.github/workflows/ci.yml')).toContain('.ci/run')
    const all = fileText('.ci/run')
    expect(all).toMatch(/^npm run --silent build\n[^]*^diff -rq "\$scratch\/dist" dist \|\| fail /m)
    const release = scriptsOf('.github/workflows/release.yml')
    expect(release).toContain('npm run build')
    expect(release.join('\n')).toMatch(/changed=\$\(git status --porcelain -- dist\)\nif \[ -n "\$changed" \]/)
  })
})
