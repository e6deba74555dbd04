import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { releaseFaults, versionsOf } from '../../.github/scripts/changelog.ts'
import { VERSION } from '../../src/version.ts'
import { fileText } from './documents.ts'
import { allWorkflows } from './workflow-files.ts'
import { type PlayedStep, playScript } from './workflow-script.ts'

const RELEASE = allWorkflows().find(({ place }) => place === '.github/workflows/release.yml')
const ROOT = path.resolve(import.meta.dirname, '../..')
const TAG = `v${VERSION}`

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'vl-release-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the changelog', () => {
  it('begins with the version of this code, with a date and what is new', () => {
    const [newest] = versionsOf(fileText('.github/CHANGELOG.md'))
    expect(newest).toMatchObject({ version: VERSION, date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) })
    expect(newest?.notes).toContain('### ')
  })

  it('is read version by version', () => {
    const text =
      '# Changelog\n\n## Unreleased\n\n- soon\n\n## [1.1.0] - 2026-12-01\n\n### Added\n\n- more\n\n## 1.0.0\n\n- all\n'
    expect(versionsOf(text)).toEqual([
      { version: '1.1.0', date: '2026-12-01', notes: '### Added\n\n- more' },
      { version: '1.0.0', date: '', notes: '- all' },
    ])
  })

  it.each([
    ['1.1', {}, '"1.1" is no version'],
    ['1.1.0; rm -rf /', {}, 'is no version'],
    ['1.1.0', { package: '1.0.0' }, 'package.json has version 1.0.0'],
    ['1.1.0', { lockfile: '1.0.0' }, 'package-lock.json has version 1.0.0'],
    ['1.1.0', { source: '1.0.0' }, 'src/version.ts has version 1.0.0'],
    ['1.1.0', { changelog: '## 1.0.0 - 2026-11-22\n\n- x\n' }, 'has no section "## 1.1.0'],
    ['1.1.0', { changelog: '## 1.1.0\n\n- x\n' }, 'has no date'],
    ['1.1.0', { changelog: '## 1.1.0 - 2026-12-01\n\n## 1.0.0 - 2026-11-22\n\n- x\n' }, 'is empty'],
    ['1.1.0', { changelog: '## 1.2.0 - 2026-12-02\n\n- y\n\n## 1.1.0 - 2026-12-01\n\n- x\n' }, 'not the first version'],
  ])('does not let %s be released with %o', (asked, other, fault) => {
    const agreeing = {
      package: '1.1.0',
      lockfile: '1.1.0',
      source: '1.1.0',
      changelog: '## 1.1.0 - 2026-12-01\n\n- x\n',
    }
    expect(releaseFaults('1.1.0', agreeing)).toEqual([])
    expect(releaseFaults(asked, { ...agreeing, ...other })).toEqual([expect.stringContaining(fault)])
  })
})

describe.skipIf(process.platform === 'win32')('the job "agree" of release.yml, played on this machine', () => {
  beforeEach(() => {
    for (const file of ['package.json', 'package-lock.json', 'src/version.ts', '.github'])
      cpSync(path.join(ROOT, file), path.join(root, file), { recursive: true })
    git('init', '--quiet', '--initial-branch=main')
    commit('the version')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  })

  it.each([VERSION, TAG])('takes %s for the version of this commit', async (asked) => {
    expect(await agree(asked)).toMatchObject({ outcome: 'success', outputs: { version: VERSION } })
  })

  it('takes the tag that is at this commit already', async () => {
    git('tag', '--annotate', '--message=it', TAG)
    expect(await agree(TAG)).toMatchObject({ outcome: 'success' })
  })

  it('rejects another version', async () => {
    const rejected = await agree('999.0.0')
    expect(rejected).toMatchObject({ outcome: 'failure', outputs: {} })
    expect(rejected.log).toContain(`::error::package.json has version ${VERSION}, not 999.0.0.`)
  })

  it('rejects a tag that is elsewhere', async () => {
    git('tag', TAG)
    commit('one more')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect(await agree(VERSION)).toMatchObject({
      outcome: 'failure',
      log: expect.stringContaining(`The tag ${TAG} is at another commit`),
    })
  })

  it('rejects a commit that is not on main', async () => {
    commit('not merged')
    expect(await agree(VERSION)).toMatchObject({ outcome: 'failure', log: expect.stringContaining('not on main') })
  })
})

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=tests', '-c', 'user.email=tests@example.org', ...args], { cwd: root })
}

function commit(message: string): void {
  git('add', '--all', '--', '.github', 'src', 'package.json', 'package-lock.json')
  git('commit', '--quiet', '--allow-empty', `--message=${message}`)
}

/** Plays the one script of the job, for the version that a person asked for. */
async function agree(asked: string): Promise<PlayedStep> {
  const scripts = RELEASE?.jobs['agree']?.steps.flatMap(({ run }) => run ?? []) ?? []
  expect(scripts).toHaveLength(1)
  const place = { workspace: root, folder: path.join(root, 'script'), temp: root, env: { ASKED: asked } }
  return await playScript(scripts[0] ?? '', place)
}
