import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { fileText, section, tableRows } from './documents.ts'

const SECURITY = fileText('.github/SECURITY.md')

/** The rows of what an attacker could try: the last cell has links to tests, and nothing else. */
const THREATS = tableRows(section(SECURITY, '## What an attacker could try')).map(([to = '', , tests = '']) => ({
  to,
  tests,
}))

describe('SECURITY.md', () => {
  it('lists the attacks', () => {
    expect(THREATS.length).toBeGreaterThan(30)
  })

  it.each(THREATS)('names the tests of the defense: $to', ({ tests }) => {
    expect(tests).toMatch(
      /^\[[^\]]+\]\(\.\.\/test\/[\w/.-]+\.test\.ts\)(?:, \[[^\]]+\]\(\.\.\/test\/[\w/.-]+\.test\.ts\))*$/,
    )
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
  it('rebuilds dist and compares it for every change and every release', () => {
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
