import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { asVersion, runNode } from '../run-node.ts'

describe('npm run demo', () => {
  it('shows seven steps in less than 150 lines, without the sources of charts and entities', async () => {
    const { code, stdout, stderr } = await runNode(['test/demo/main-job.ts'])
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout.split('\n').length).toBeLessThan(150)
    expect(stdout.match(/- uses: /g)).toHaveLength(7)
    expect(stdout).not.toMatch(/&#?\w+;|<\w+|xychart|mermaid|```/)
    expect(stdout.split('\n')[0]).toContain('emulator')
    expect(stdout).toMatch(/Modified +38/)
    expect(stdout).toMatch(/Largest changes [^\n]+\n\n +\.\.\. and more, with charts/)
    expect(existsSync('build/demo/summary.html')).toBe(true)
  })
})

describe('npm run picture', () => {
  it('says in one line that there is no chromium', async () => {
    const picture = ['test/demo/render-summary.ts', 'README.md', 'build/never.png']
    const { code, stdout, stderr } = await runNode(picture, { PATH: '' })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*chromium[^\n]*\n$/)
  })
})

describe('the npm scripts that run TypeScript', () => {
  it('say in one line that an older Node cannot run it', async () => {
    const { code, stderr } = await runNode([...asVersion('20.1.0'), '--import', './test/node24.mjs', '-e', 'never()'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^This needs Node 24, but this is Node 20\.1\.0\.[^\n]*\n$/)
  })

  it('run with Node 24', async () => {
    expect(await runNode(['--import', './test/node24.mjs', '-p', '1'])).toEqual({ code: 0, stdout: '1\n', stderr: '' })
  })
})
