import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { releaseFaults, versionsOf } from '../../.github/scripts/changelog.ts'
import { VERSION } from '../../src/version.ts'
import { fileText } from './documents.ts'
import { allWorkflows } from './workflow-files.ts'
import { readRepository, type Repository } from './workflow-gh.ts'
import { type PlayedStep, playScript } from './workflow-script.ts'

const RELEASE = allWorkflows().find(({ place }) => place === '.github/workflows/release.yml')
const ROOT = path.resolve(import.meta.dirname, '../..')
const TAG = `v${VERSION}`
const MAJOR = TAG.split('.')[0] ?? ''
const NOTES = versionsOf(fileText('.github/CHANGELOG.md'))[0]?.notes
const COMMIT = 'a'.repeat(40)

let root: string
let plays: number

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'vl-release-'))
  plays = 0
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

describe.skipIf(process.platform === 'win32')('release.yml, played on this machine', () => {
  describe('before anything is released', () => {
    const agree = async (asked: string) => await play('agree', { ASKED: asked })

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

    it('refuses another version', async () => {
      const refused = await agree('999.0.0')
      expect(refused).toMatchObject({ outcome: 'failure', outputs: {} })
      expect(refused.log).toContain(`::error::package.json has version ${VERSION}, not 999.0.0.`)
    })

    it('refuses a tag that is elsewhere', async () => {
      git('tag', TAG)
      commit('one more')
      git('update-ref', 'refs/remotes/origin/main', 'HEAD')
      expect(await agree(VERSION)).toMatchObject({
        outcome: 'failure',
        log: expect.stringContaining(`The tag ${TAG} is at another commit`),
      })
    })

    it('refuses a commit that is not on main', async () => {
      commit('not merged')
      expect(await agree(VERSION)).toMatchObject({ outcome: 'failure', log: expect.stringContaining('not on main') })
    })
  })

  describe('with GitHub', () => {
    const draft = { tag_name: TAG, draft: true, immutable: false, target: COMMIT, body: '' }

    it('writes a draft with the section of the changelog, and mends it when it is run again', async () => {
      const first = await onGitHub('draft', {})
      expect(first.repository.releases).toEqual([{ ...draft, body: `${NOTES}\n` }])
      const again = await onGitHub('draft', { releases: [{ ...draft, target: 'b'.repeat(40), body: 'older' }] })
      expect(again.repository.releases).toEqual([{ ...draft, body: `${NOTES}\n` }])
      expect(again.repository.tags).toEqual({})
    })

    it('leaves a version alone that is released', async () => {
      const released = { ...draft, draft: false, immutable: true, body: 'as it was' }
      const { outcome, repository, log } = await onGitHub('draft', { releases: [released] })
      expect(outcome).toBe('failure')
      expect(log).toContain(`::error::${TAG} is released already.`)
      expect(repository.releases).toEqual([released])
    })

    it('publishes the draft, and moves the tag of the major version', async () => {
      const tags = { [MAJOR]: 'b'.repeat(40), [`${MAJOR}.0.0-rc.9`]: 'c'.repeat(40), v0: 'd'.repeat(40) }
      const { outcome, repository } = await onGitHub('publish', { releases: [draft], tags })
      expect(outcome).toBe('success')
      expect(repository.releases).toEqual([{ ...draft, draft: false, immutable: true }])
      expect(repository.tags).toEqual({ ...tags, [TAG]: COMMIT, [MAJOR]: COMMIT })
    })

    it('makes the tag of the major version where there is none', async () => {
      const { repository } = await onGitHub('publish', { releases: [draft] })
      expect(repository.tags).toEqual({ [TAG]: COMMIT, [MAJOR]: COMMIT })
    })

    it('leaves the tag of the major version at a newer one', async () => {
      const tags = { [MAJOR]: 'b'.repeat(40), [`${MAJOR}.100.0`]: 'b'.repeat(40) }
      const { outcome, repository } = await onGitHub('publish', { releases: [draft], tags })
      expect(outcome).toBe('success')
      expect(repository.tags).toEqual({ ...tags, [TAG]: COMMIT })
    })

    it.each([
      ['can still be changed', { releases: [draft], immutable: false }, 'switch on immutable releases'],
      ['is at another commit', { releases: [draft], tags: { [TAG]: 'e'.repeat(40) } }, 'find out who moved the tag'],
    ])('goes no further where the release %s', async (_, given, words) => {
      const { outcome, repository, log } = await onGitHub('publish', given)
      expect(outcome).toBe('failure')
      expect(log).toContain(words)
      expect(repository.tags).not.toHaveProperty(MAJOR)
    })
  })
})

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=tests', '-c', 'user.email=tests@example.org', ...args], { cwd: root })
}

function commit(message: string): void {
  git('add', '--all', '--', '.github', 'src', 'package.json', 'package-lock.json')
  git('commit', '--quiet', '--allow-empty', `--message=${message}`)
}

/** Plays the scripts of a job in order, up to the first that fails. */
async function play(jobName: string, env: Record<string, string>, workspace = root): Promise<PlayedStep> {
  const job = RELEASE?.jobs[jobName]
  const scripts = job?.steps.flatMap(({ run }) => (run === undefined ? [] : [run])) ?? []
  expect(scripts.length).toBeGreaterThan(0)
  let played: PlayedStep = { outcome: 'success', outputs: {}, log: '' }
  for (const script of scripts) {
    plays += 1
    played = await playScript(script, { workspace, folder: path.join(root, `script-${plays}`), temp: root, env })
    if (played.outcome === 'failure') break
  }
  return played
}

async function onGitHub(jobName: string, given: Partial<Repository>): Promise<PlayedStep & { repository: Repository }> {
  const file = path.join(root, 'repository.json')
  writeFileSync(file, JSON.stringify({ immutable: true, tags: {}, releases: [], ...given }))
  const bin = path.join(root, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(path.join(bin, 'gh'), `#!/bin/sh\nexec node ${path.join(import.meta.dirname, 'workflow-gh.ts')} "$@"\n`)
  chmodSync(path.join(bin, 'gh'), 0o755)
  const env = {
    PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    GH_REPOSITORY_FILE: file,
    GITHUB_SHA: COMMIT,
    TAG,
  }
  return { ...(await play(jobName, env, ROOT)), repository: readRepository(file) }
}
