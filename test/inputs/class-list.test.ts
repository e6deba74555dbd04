import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { classList } from '../../src/inputs/class-list.ts'
import { readRequest } from '../../src/operations/index.ts'
import { DATASET_ID, environment } from './step-inputs.ts'

let top: string
let workspace: string

beforeEach(() => {
  top = realpathSync.native(mkdtempSync(join(tmpdir(), 'class-list-')))
  workspace = join(top, 'workspace')
  mkdirSync(workspace)
})

afterEach(() => rmSync(top, { recursive: true, force: true }))

function read(content: string | Buffer) {
  writeFileSync(join(workspace, 'classes.txt'), content)
  return classList('classes.txt', workspace)
}

describe('class_list', () => {
  it('is the names in a file, in its order, without comments and blank lines', () => {
    const names = ['traffic light', 'c#', 'Ä', 'a, b']
    expect(read('\ufeff# all\r\ntraffic light\r\n\r\n  c#  \n\t# more\nÄ\ra, b')).toEqual({ value: names })
    expect(classList(join(workspace, 'classes.txt'), workspace)).toEqual({ value: names })
  })

  it('may contain names that begin with #, after a backslash', () => {
    expect(read('\\#1\n\\\\#2\n\\d\n\\\\\n # 3')).toEqual({ value: ['#1', '\\#2', '\\d', '\\\\'] })
  })

  it('may be named with the separators of Windows', () => {
    mkdirSync(join(workspace, 'lists'))
    writeFileSync(join(workspace, 'lists', 'classes.txt'), 'cat')
    expect(classList(String.raw`lists\classes.txt`, workspace)).toEqual({ value: ['cat'] })
  })

  it.each<[string, string | Buffer, string]>([
    ['a name twice', 'cat\ndog\n cat', '"cat" twice'],
    ['no name', '# nothing\n\n', 'no name'],
    ['other bytes than UTF-8', Buffer.from([0x63, 0xff, 0x0a]), 'UTF-8'],
  ])('is rejected with %s', (_, content, why) => {
    expect(read(content)).toEqual({ broken: expect.stringContaining(why) })
  })

  it('is rejected where it is no file in the workspace, or no list', () => {
    writeFileSync(join(top, 'secret.txt'), 'secret')
    symlinkSync(join(top, 'secret.txt'), join(workspace, 'link.txt'))
    writeFileSync(join(workspace, 'huge.txt'), 'a')
    truncateSync(join(workspace, 'huge.txt'), 17 * 1024 * 1024)
    for (const path of ['../secret.txt', join(top, 'secret.txt'), 'link.txt'])
      expect(classList(path, workspace)).toEqual({ broken: expect.stringContaining('outside the workspace') })
    expect(classList('none.txt', workspace)).toEqual({ broken: expect.stringContaining('does not exist') })
    expect(classList('.', workspace)).toEqual({ broken: expect.stringContaining('not a file') })
    expect(classList('huge.txt', workspace)).toEqual({ broken: expect.stringContaining('16 MiB') })
    expect(classList('a\0b', workspace)).toEqual({ broken: expect.stringContaining('cannot be read') })
  })

  it('has no effect without coco, which is a warning', () => {
    writeFileSync(join(workspace, 'classes.txt'), 'cat')
    const inputs = { operation: 'export', dataset_id: DATASET_ID, token: 'token', class_list: 'classes.txt' }
    const { warnings } = readRequest(environment(inputs), { workspace })
    expect(warnings).toEqual([expect.stringContaining('"class_list" is set but has no effect: coco is false')])
    const both = readRequest(environment({ ...inputs, coco: 'boxes', extract: 'true' }), { workspace })
    expect(both).toMatchObject({ warnings: [], request: { coco: { labels: 'boxes', classes: ['cat'] } } })
  })
})
