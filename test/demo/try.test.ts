import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Mistake } from '../command-line.ts'
import { runNode } from '../run-node.ts'
import { trialOf } from './trial.ts'

const tryOut = (...args: string[]) => runNode(['test/demo/try.ts', ...args])

describe('npm run try', () => {
  it('plays a step against a dataset by its name, and shows log, outputs and summary', async () => {
    const { code, stdout, stderr } = await tryOut('export', '--dataset', 'street-scenes', '--upload_artifact=false')
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout).toMatch(/▼ Downloading and verifying\n/)
    expect(stdout).toMatch(/\n +media_count = 48\n/)
    expect(stdout).not.toMatch(/^::|&#?\w+;|mermaid/m)
    const [, page = ''] = /^Summary as HTML: (.*)$/m.exec(stdout) ?? []
    expect(readFileSync(page, 'utf8')).toContain('<h2>✅ Visual Layer: export</h2>')
    const [, zip = ''] = /export_path = (.*)$/m.exec(stdout) ?? []
    expect(readFileSync(zip).subarray(0, 2).toString()).toBe('PK')
  })

  it('plays a fault by its name', async () => {
    const snapshot = ['snapshot', '--dataset', 'birds', '--snapshot-name', 'kept', '--poll_interval', '50ms']
    const { code, stdout } = await tryOut(...snapshot, '--timeout', '20s', '--fault', 'reset-after')
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('snapshot_name = kept')
    expect(stdout).toContain('Could not reach Visual Layer')
  })

  it.each([
    ['export', '--dataset', 'birds', '--upload_artifact', 'false'],
    ['list-snapshots', '--dataset', 'birds'],
    ['restore', '--dataset', 'street-scenes', '--snapshot_name', 'before-relabel'],
    ['create-from-files', '--dataset_name', 'mine', '--files', 'images/*.png'],
  ])('hits the request by which %s does its work', async (...args) => {
    const { code, stdout, stderr } = await tryOut(...args, '--poll_interval', '50ms', '--fault', '429-with-seconds')
    expect([code, stderr], stdout).toEqual([0, ''])
    expect(stdout).toContain('429')
  })

  it('says that the fault was not met', async () => {
    const { code, stdout, stderr } = await tryOut('wait', '--dataset', 'birds', '--fault', 'download-breaks')
    expect(code).toBe(2)
    expect(stdout).toContain('Exit code:       0\n')
    expect(stderr).toMatch(/^[^\n]*download-breaks[^\n]*\n$/)
  })

  it('shows the log while the step runs, and cancels the step on Ctrl-C', async () => {
    const child = spawn(process.execPath, ['test/demo/try.ts', 'wait', '--dataset', 'half-done', '--timeout', '60s'])
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!stdout.includes('PARTIAL INDEX\n') && (stdout + text).includes('PARTIAL INDEX\n')) child.kill('SIGINT')
      stdout += text
    })
    expect(await once(child, 'close'), stdout).toEqual([1, null])
    expect(stdout).toContain('error_code = cancelled')
    expect(stdout).toMatch(/^ +🚫 Visual Layer: wait was canceled$/m)
  })

  it('fails as the step fails, with its annotation', async () => {
    const { code, stdout } = await tryOut('wait', '--dataset', 'birds', '--fault', 'unauthorized')
    expect(code, stdout).toBe(1)
    expect(stdout).toMatch(/ Error: .*credentials/)
    expect(stdout).toContain('error_code = unauthorized')
  })

  it('shows each line of a message on its own', async () => {
    const { code, stdout } = await tryOut('export', '--dataset_id', 'cats', '--fail_if', 'images > 5\nadded > 1')
    expect(code, stdout).toBe(1)
    expect(stdout).toMatch(/^ +│ +- dataset_id: got "cats"/m)
    expect(stdout).toMatch(/^ +- dataset_id: got "cats"/m)
    expect(stdout).not.toMatch(/&#?\w+;/)
  })

  it('sends the files of its workspace', async () => {
    const { code, stdout } = await tryOut('create-from-files', '--dataset_name', 'mine', '--files', 'images/*.png')
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('3 images')
  })

  it.each([['--help'], []])('explains itself in a short list: %s', async (...args) => {
    const { code, stdout, stderr } = await tryOut(...args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const word of ['street-scenes', 'list-snapshots', 'reset-after']) expect(stdout).toContain(word)
    expect(stdout.split('\n').length).toBeLessThan(20)
  })

  it('ends with one line about what is wrong with its arguments', async () => {
    const { code, stdout, stderr } = await tryOut('exprot')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*Did you mean export\?\n$/)
  })
})

it.each([
  [['exprot'], 'Did you mean export?'],
  [['export', '--datset', 'x'], 'Did you mean dataset?'],
  [['export', '--dataset', 'x'], 'no dataset "x"'],
  [['export', '--fault', 'reset-befor'], 'Did you mean reset-before?'],
  [['export', 'street-scenes'], '"street-scenes"'],
  [['export', '--timeout'], '--timeout'],
  [['export', '--extract', '--fault', 'down'], '--extract has no value'],
])('says what is wrong with %s', (args, word) => {
  expect(() => trialOf(args)).toThrow(Mistake)
  expect(() => trialOf(args)).toThrow(word)
})
