import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outputDir } from '../../src/inputs/output-dir.ts'

let top: string
let workspace: string

beforeEach(() => {
  top = realpathSync.native(mkdtempSync(join(tmpdir(), 'output-dir-')))
  workspace = join(top, 'workspace')
  mkdirSync(join(workspace, 'data'), { recursive: true })
})

afterEach(() => {
  rmSync(top, { recursive: true, force: true })
})

describe('outputDir', () => {
  it.each(['visual-layer-export', 'data', 'data/new/deep', './data/../other', 'a b', '...', '.github'])(
    'takes %s',
    (text) => {
      expect(outputDir(text, workspace, false)).toEqual({ value: join(workspace, text) })
    },
  )

  it('takes the separators of Windows', () => {
    expect(outputDir(String.raw`exports\nightly`, workspace)).toEqual({ value: join(workspace, 'exports', 'nightly') })
    expect(outputDir(String.raw`.\exports\nightly\\`, workspace)).toEqual({
      value: join(workspace, 'exports', 'nightly'),
    })
    for (const text of [String.raw`..\x`, String.raw`data\..`, String.raw`\x`, String.raw`\\host\share`])
      expect(outputDir(text, workspace), text).toHaveProperty('broken')
    expect(outputDir(String.raw`data\.git\x`, workspace)).toEqual({ broken: expect.stringContaining('.git') })
  })

  it.skipIf(sep === '\\')('rejects a drive where there is none', () => {
    expect(outputDir(String.raw`C:\exports`, workspace)).toEqual({ broken: expect.stringContaining('drive') })
  })

  it.each(['a?b', 'data/a*b', 'nul', 'data/con.txt/x', 'x<y>', 'a|b'])('rejects %s on Windows', (text) => {
    expect(outputDir(text, workspace, true)).toEqual({ broken: expect.stringContaining('Windows') })
    expect(outputDir(text, workspace, false)).toEqual({ value: join(workspace, text) })
  })

  it('takes an absolute path inside the workspace', () => {
    expect(outputDir(join(workspace, 'data', 'x'), workspace)).toEqual({ value: join(workspace, 'data', 'x') })
  })

  it('gives the real path when the workspace itself is reached by a link', () => {
    symlinkSync(workspace, join(top, 'link'))
    expect(outputDir('data', join(top, 'link'))).toEqual({ value: join(workspace, 'data') })
    expect(outputDir(join(top, 'link', 'data'), workspace)).toEqual({ value: join(workspace, 'data') })
  })

  it('follows a link that stays in the workspace', () => {
    symlinkSync(join(workspace, 'data'), join(workspace, 'inner'))
    expect(outputDir('inner/new', workspace)).toEqual({ value: join(workspace, 'data', 'new') })
  })

  it.each(['.', './', 'data/..', '..', '../workspace', '../other', '../workspace-2/x', '/', '/etc', 'data/../../x'])(
    'rejects %s',
    (text) => {
      const outcome = outputDir(text, workspace)
      expect(outcome).toEqual({ broken: expect.stringContaining('inside the workspace, and not the workspace itself') })
    },
  )

  it('rejects a link that leads out of the workspace, whatever follows it', () => {
    symlinkSync(top, join(workspace, 'out'))
    symlinkSync('..', join(workspace, 'data', 'up'))
    expect(outputDir('out/x', workspace)).toHaveProperty('broken')
    expect(outputDir('out', workspace)).toHaveProperty('broken')
    expect(outputDir('data/up', workspace)).toHaveProperty('broken')
    expect(outputDir('data/up/.git/x', workspace)).toHaveProperty('broken')
  })

  it('rejects what a link to nowhere, a circle of links or a file is in the way of', () => {
    symlinkSync(join(top, 'missing'), join(workspace, 'dangling'))
    symlinkSync('circle', join(workspace, 'circle'))
    writeFileSync(join(workspace, 'file'), '')
    for (const text of ['dangling', 'dangling/x', 'circle', 'circle/x', 'file', 'file/x', 'x'.repeat(300)]) {
      expect(outputDir(text, workspace)).toEqual({ broken: expect.stringContaining('is in the way') })
    }
  })

  it.each(['.git', '.git/export', '.GIT/x', 'data/.git/x'])('rejects %s', (text) => {
    expect(outputDir(text, workspace)).toEqual({ broken: 'it must not be inside a .git folder' })
  })

  it('takes a workspace that does not exist yet', () => {
    expect(outputDir('x', join(top, 'none'))).toEqual({ value: join(top, 'none', 'x') })
  })

  it('never leads out of the workspace', () => {
    symlinkSync(top, join(workspace, 'out'))
    const segment = fc.constantFrom('..', '.', '', 'data', 'out', 'workspace', 'new', '.git', '~')
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const outcome = outputDir(segments.join('/'), workspace)
        if ('broken' in outcome) return
        expect(outcome.value.startsWith(workspace + sep)).toBe(true)
        expect(outcome.value.split(sep)).not.toContain('..')
        expect(outcome.value.split(sep)).not.toContain('.git')
      }),
    )
  })
})
